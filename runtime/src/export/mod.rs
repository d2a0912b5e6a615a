//! Exports the requirements of routes as files, for reviewers, operators and the administrators of authorization
//! servers.
//!
//! The module needs the feature `export`. The module works without a running server. All files are made from the
//! [`ScopeTable`] and the [`Gate`](crate::Gate). See the [guide](crate::guide::operating).
//!
//! | | |
//! |---|---|
//! | [`check_lock`], [`Lock`] | `scopes.lock`, which a test keeps up to date and a reviewer reads |
//! | [`write_folder`] | the metadata documents, for a static host |
//! | [`json()`], [`markdown()`] | the scope table, for programs and for people |
//! | [`Doctor`] | the reason why requests are answered with 401 or 403 |
//! | [`main`] | a program that answers `cargo scopegate` |
//! | [`OpenApiReport`] | the differences that [`ScopeTable::apply_to`](crate::ScopeTable::apply_to) finds in an `OpenAPI` document |

mod admission;
mod doctor;
mod files;
mod folder;
mod hosting;
mod instance;
mod json;
mod lock;
mod markdown;
mod openapi;
mod problems;
mod program;
mod report;

pub use self::openapi::{OAuth, OpenApiDocument, OpenApiReport};
pub use self::{
    admission::Admission,
    doctor::{Diagnosis, Doctor, Finding, Part, Severity},
    folder::{FolderError, write_folder},
    json::json,
    lock::{Change, Direction, Lock, LockError, check_lock},
    markdown::markdown,
    program::main,
};
#[cfg(doc)]
use crate::ScopeTable;

/// The crate utoipa, in the version whose types this module uses.
#[cfg(feature = "utoipa")]
pub use ::utoipa;
