//! Helpers that the tests of scopegate share: requests, answers, and two parsers for challenges.

pub mod challenge;
pub mod counter;
pub mod dpop;
pub mod endless;
pub mod exchange;
pub mod introspecting;
pub mod issuer;
mod key;
pub mod log;
pub mod mcp;
pub mod mcp_shapes;
pub mod passing;
pub mod program;
pub mod sources;
