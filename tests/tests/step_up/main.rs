//! Operations that ask how and when the person behind a token logged in ([RFC 9470](https://www.rfc-editor.org/rfc/rfc9470)).

mod cases;
mod claims;
mod client;
mod combined;
mod exports;
mod ways;
