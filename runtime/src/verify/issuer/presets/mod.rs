//! Presets for providers. They use only public methods, so a program could write each of them itself.
//!
//! `tests/providers/` has a table of tokens for each.

mod clouds;
#[cfg(feature = "introspection")]
mod opaque;
mod platforms;
mod self_hosted;

/// Returns the host of a provider, given as a host or as a URL.
fn host(text: &str) -> &str {
    let host = text.strip_prefix("https://").unwrap_or(text);
    host.strip_suffix('/').unwrap_or(host)
}
