//! The lines of the input are a template, a URI, and values of parameters. Tests the templates of scopes and of resources.
#![no_main]

#[path = "template/scopes.rs"]
mod scopes;
#[path = "template/uris.rs"]
mod uris;

use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else { return Corpus::Reject };
    let mut lines = text.split('\n');
    let (Some(template), Some(uri)) = (lines.next(), lines.next()) else { return Corpus::Reject };
    let values: Vec<&str> = lines.collect();
    scopes::check_any(template, &values);
    scopes::check_routes(&values);
    uris::check(template, uri)
});
