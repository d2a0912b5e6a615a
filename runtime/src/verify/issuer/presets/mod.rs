//! What providers do in ways of their own, written with the public methods alone: a program could write each of them.
//!
//! `tests/providers/` has a table of tokens for each.

mod clouds;
#[cfg(feature = "introspection")]
mod opaque;
mod platforms;
mod self_hosted;

/// Takes the host of a provider, whether it is given by itself or as a URL.
fn host(text: &str) -> &str {
    let host = text.strip_prefix("https://").unwrap_or(text);
    host.strip_suffix('/').unwrap_or(host)
}
