//! Guides, one a topic. Their code compiles and runs with the crate's tests.

#[doc = include_str!("discovery.md")]
#[cfg(feature = "axum")]
pub mod discovery {}

#[doc = include_str!("testing.md")]
#[cfg(feature = "testing")]
pub mod testing {}

#[doc = include_str!("static_keys.md")]
#[cfg(feature = "axum")]
pub mod static_keys {}

#[doc = include_str!("browsers.md")]
#[cfg(feature = "axum")]
pub mod browsers {}

#[doc = include_str!("proxies.md")]
#[cfg(feature = "axum")]
pub mod proxies {}

#[doc = include_str!("operators.md")]
#[cfg(feature = "export")]
pub mod operators {}

#[doc = include_str!("providers.md")]
#[cfg(feature = "axum")]
pub mod providers {}

#[doc = include_str!("mcp.md")]
#[cfg(feature = "mcp")]
pub mod mcp {}
