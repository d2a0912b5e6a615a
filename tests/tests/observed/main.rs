//! Observers: each decision is told once, whichever way the request comes, and never with a token.

mod apps;
mod concurrent;
mod fields;
mod recorded;
mod servers;
mod verifiers;
mod ways;
