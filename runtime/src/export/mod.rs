//! What is known of the routes, as files: for reviewers, operators and the administrators of authorization servers.
//!
//! With the feature `export`. Nothing here needs the server to run, and nothing is kept by hand: all of it comes from the
//! [`ScopeTable`] and the [`Gate`](crate::Gate). The [guide](crate::guide::operating) tells the whole story.
//!
//! | | |
//! |---|---|
//! | [`check_lock`], [`Lock`] | `scopes.lock`, which a test keeps up to date and a reviewer reads |
//! | [`write_folder`] | the metadata documents, for a static host |
//! | [`json()`], [`markdown()`] | the table |
//! | [`Doctor`] | why requests are answered 401 |
//! | [`main`] | a program that answers `cargo scopegate` |
//! | [`OpenApiReport`] | what [`ScopeTable::apply_to`](crate::ScopeTable::apply_to) says of an `OpenAPI` document |

mod admission;
mod doctor;
mod files;
mod folder;
mod hosting;
mod json;
mod lock;
mod markdown;
mod openapi;
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

/// The version of utoipa that is in the signatures here.
#[cfg(feature = "utoipa")]
pub use ::utoipa;
