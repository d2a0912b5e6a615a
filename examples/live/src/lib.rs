//! A chat in the browser. `connections` has the connections, `feed` the messages, and `page.html` the page.

pub mod connections;
mod feed;
