//! Observers: every kind of application reports each decision once, and never with the token's text.

mod apps;
mod concurrent;
mod fields;
mod recorded;
mod servers;
mod verifiers;
mod ways;
