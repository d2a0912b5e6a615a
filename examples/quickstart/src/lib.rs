//! A small files API behind scopegate. `files` is the program; the rest starts it and says how to try it.

pub mod files;
pub mod page;
pub mod settings;
pub mod tour;
