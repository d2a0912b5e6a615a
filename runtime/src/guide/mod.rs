//! Guides, one a topic. Their code compiles and runs with the crate's tests.

#[doc = include_str!("testing.md")]
#[cfg(feature = "testing")]
pub mod testing {}
