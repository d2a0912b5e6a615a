//! A small files API behind scopegate. `files` is the API. The rest starts it and prints how to try it.

pub mod files;
pub mod page;
pub mod settings;
pub mod tour;
