//! Prints the metadata document of an API that it does not contain.
//!
//! Run with
//!
//! ```sh
//! cargo run -p static-metadata
//! ```
//!
//! The build script writes the document from the handlers of the crate `static-metadata-api`. Instead of embedding the
//! document, you can upload its folder, which is below `target` and contains notes for common hosts.

const METADATA: &str = include_str!(env!("METADATA"));

fn main() {
    println!("{METADATA}");
}
