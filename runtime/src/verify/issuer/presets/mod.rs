//! Presets for providers. Each preset uses only public methods, so a program can make the same issuer without the
//! preset.
//!
//! `tests/providers/` has a table of tokens for each preset.

mod clouds;
#[cfg(feature = "introspection")]
mod opaque;
mod platforms;
mod self_hosted;

/// Returns the host of a provider. `text` is the host or a URL.
fn host(text: &str) -> &str {
    let host = text.strip_prefix("https://").unwrap_or(text);
    host.strip_suffix('/').unwrap_or(host)
}
