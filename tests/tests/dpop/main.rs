//! Tokens bound to a key by DPoP ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)), or to a client certificate
//! ([RFC 8705](https://www.rfc-editor.org/rfc/rfc8705)).

mod attacks;
mod certificates;
mod challenges;
mod forged;
mod nonces;
mod remembered;
mod server;
mod told;
mod urls;
mod vectors;
mod ways;
