//! A documented notes API. `notes` is the API, `documentation` its document, and `pages` serves the document.

pub mod documentation;
pub mod notes;
pub mod pages;
