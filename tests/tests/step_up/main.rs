//! Operations that require a certain or recent login of the user behind a token ([RFC 9470](https://www.rfc-editor.org/rfc/rfc9470)).

mod cases;
mod claims;
mod client;
mod combined;
mod exports;
mod ways;
