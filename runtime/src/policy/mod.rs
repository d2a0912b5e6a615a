//! The policy of a gate, and the decision about a token. Pure.

mod decision;

pub use self::decision::Demand;
