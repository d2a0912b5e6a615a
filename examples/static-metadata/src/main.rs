//! Prints the metadata document of an API that it does not contain.
//!
//! Run with
//!
//! ```sh
//! cargo run -p static-metadata
//! ```
//!
//! The build script writes the document from the handlers of the crate `static-metadata-api`. Instead of embedding it, you can
//! upload it: the folder is below `target`, with notes for common hosts.

const METADATA: &str = include_str!(env!("METADATA"));

fn main() {
    println!("{METADATA}");
}
