//! A conversation in the browser. `connections` is what stays open, `feed` what is said, and `page.html` the page.

pub mod connections;
mod feed;
