//! A development OAuth authorization server. Real clients can log in, step up and refresh with it on your own machine.
//! **It is for development only**: it asks for no password, forgets everything when it stops, and listens only on the
//! loopback interface.
//!
//! What it serves, all under [`DevIssuer::issuer`]:
//!
//! | path | is |
//! |---|---|
//! | `/.well-known/oauth-authorization-server`, `/.well-known/openid-configuration` | metadata ([RFC 8414]) |
//! | `/jwks.json` | the public key of its tokens, ES256 |
//! | `/register` | dynamic client registration ([RFC 7591]) |
//! | `/authorize`, `/consent` | authorization code with PKCE S256; a page where the user enters a name and can untick each scope, and logs in again for `acr_values` and `max_age` ([RFC 9470]) and for `prompt=login` |
//! | `/token` | codes, refresh tokens with rotation, client credentials; JWT access tokens ([RFC 9068]) |
//! | `/`, `/login` | a form for a developer: gives a token for a user who logs in at this moment, without a client |
//!
//! Every token is for the `resource` that the client named ([RFC 8707]). The client `dev` with the secret `dev` is
//! built in, for client credentials. The subject of the client's own token is `dev`, and the token has no login. On the
//! consent page, the user is named `developer` unless somebody enters another name. The page keeps one login at a time.
//! This login stays until somebody logs in again on the page, or enters another name there.
//!
//! A token request with a `DPoP` proof ([RFC 9449]) gets a token bound to the key of the proof. The refresh token of a
//! public client is also bound to this key. If the authorization request names a key with `dpop_jkt`, the code is bound
//! to that key.
//!
//! # Examples
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use dev_issuer::DevIssuer;
//!
//! let issuer = DevIssuer::bind("127.0.0.1:0".parse()?)
//!     .await?
//!     .with_descriptions([("files:read", "See your files"), ("files:write", "Change your files")]);
//! let url = issuer.issuer().to_owned();
//! tokio::spawn(issuer.serve());
//! # Ok(()) }
//! ```
//!
//! [RFC 7591]: https://www.rfc-editor.org/rfc/rfc7591
//! [RFC 8414]: https://www.rfc-editor.org/rfc/rfc8414
//! [RFC 8707]: https://www.rfc-editor.org/rfc/rfc8707
//! [RFC 9449]: https://www.rfc-editor.org/rfc/rfc9449
//! [RFC 9470]: https://www.rfc-editor.org/rfc/rfc9470
//! [RFC 9068]: https://www.rfc-editor.org/rfc/rfc9068

mod access_token;
mod authorize;
mod client_auth;
mod clients;
mod consent;
mod direct;
mod dpop;
mod error;
mod grants;
mod host;
mod keys;
mod login;
mod metadata;
mod page;
mod params;
mod pkce;
mod random;
mod redirect;
mod registration;
mod resources;
mod scopes;
mod server;
mod state;
mod store;
mod token_endpoint;
mod user;

use axum::http::{HeaderName, header::CONTENT_TYPE};

pub use server::{BindError, DevIssuer};

/// Serves a JavaScript module with which a page logs its user in. The module gets an authorization code with PKCE from
/// the authorization server that a resource's metadata names.
pub async fn login_js() -> ([(HeaderName, &'static str); 1], &'static str) {
    ([(CONTENT_TYPE, "text/javascript")], include_str!("login.js"))
}
