//! The attribute macros of `scopegate`. Use them through that crate, where they are documented.
