//! Scopes, and what operations need of them. Pure.

mod granted;
mod hierarchy;
mod requirement;
#[expect(clippy::module_inception, reason = "a scope is what this folder is about")]
mod scope;
mod table;
mod template;
mod vocabulary;

pub use self::{
    granted::GrantedScopes,
    hierarchy::{Hierarchy, InvalidHierarchy, Wildcards},
    requirement::{Need, Requirement},
    scope::{InvalidScope, Scope, ScopeToken},
    table::{Entry, Row, ScopeTable},
    template::Template,
    vocabulary::{UnknownScope, Vocabulary, VocabularyEntry},
};
pub(crate) use self::{scope::join, template::Filled};
#[cfg(feature = "axum")]
pub(crate) use self::{
    table::Policy,
    template::{Parameters, Unfilled},
};
