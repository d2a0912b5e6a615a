//! Writes the metadata folder of the API, for the program to embed.

use std::{env, error::Error, path::Path};

use scopegate::export;

fn main() -> Result<(), Box<dyn Error>> {
    // The API is linked into this script, so cargo builds and runs the script again whenever a handler changes. Without
    // the next line, cargo would also run the script after a change to any other file of the package.
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RESOURCE");

    let resource = env::var("RESOURCE").unwrap_or_else(|_| "https://notes.example.com".to_owned());
    let (_api, discovery) = static_metadata_api::routes().split(static_metadata_api::gate(&resource)?)?;
    let folder = Path::new(&env::var("OUT_DIR")?).join("metadata");
    for file in export::write_folder([&discovery], folder)? {
        println!("cargo::rustc-env=METADATA={}", file.display());
    }
    Ok(())
}
