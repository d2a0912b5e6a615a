//! Scopes, and the requirements of operations. The code in this folder does no input or output.

mod alike;
mod granted;
mod hierarchy;
mod need;
mod parse;
mod product;
mod requirement;
mod row_id;
#[cfg(feature = "axum")]
mod row_ref;
#[expect(clippy::module_inception, reason = "a scope is what this folder is about")]
mod scope;
mod step_up;
mod table;
mod template;
mod text;
mod vocabulary;

pub(crate) use self::{
    alike::{Alike, alike},
    hierarchy::Hierarchy,
    need::NeedRef,
    scope::join,
    template::{Filled, Unfilled},
};
pub use self::{
    granted::GrantedScopes,
    hierarchy::Wildcards,
    need::Need,
    parse::InvalidRequirement,
    requirement::Requirement,
    scope::{InvalidScope, Scope, ScopeToken},
    step_up::StepUp,
    table::{Entry, Row, ScopeTable},
    template::Template,
    vocabulary::{UnknownScope, Vocabulary, VocabularyEntry},
};
#[cfg(feature = "export")]
pub(crate) use self::{
    hierarchy::prefix_of,
    row_id::one_word,
    template::{Part, Values, parts, values_in},
};
#[cfg(feature = "axum")]
pub(crate) use self::{
    need::OwnedNeed,
    row_id::RowId,
    row_ref::RowRef,
    table::Terms,
    template::{Parameters, fits, parameters},
    text::Text,
};
