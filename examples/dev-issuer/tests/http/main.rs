//! The development issuer over real sockets, as a client and a browser see it.

mod authorization;
mod client_credentials;
mod code_flow;
mod discovery;
mod dpop;
mod login;
mod program;
mod refresh;
mod registration;
mod support;
