//! Compares the cost of scopegate with the cost of other crates. Each program in `bin/` prints one table; see `docs/benchmarks.md`.

pub mod call;
pub mod contention;
pub mod growth;
pub mod mcp;
pub mod measure;
pub mod peers;
pub mod table;
pub mod tokens;
