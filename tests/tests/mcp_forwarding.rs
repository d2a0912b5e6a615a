//! The wrapper around an rmcp server passes on every method that a server can have. rmcp would answer a forgotten method instead of
//! the server.

use std::fs;

use regex::Regex;
use scopegate_tests::sources;

#[test]
fn no_method_of_a_server_is_forgotten() {
    let server = sources::of_package("rmcp").join("handler/server.rs");
    let source = fs::read_to_string(server).unwrap();
    let (_, methods) = source.split_once("macro_rules! server_handler_methods").unwrap();
    let (methods, _) = methods.split_once("pub trait ServerHandler").unwrap();
    let method = Regex::new(r"(?m)^ +fn (\w+)\(").unwrap();
    let names: Vec<&str> =
        method.captures_iter(methods).map(|found| found.get(1).unwrap().as_str()).collect();
    assert!(names.len() >= 32, "{names:?}");
    let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/src/mcp/server/owned.rs");
    let ours = fs::read_to_string(ours).unwrap();
    let (_, ours) = ours.split_once("ServerHandler for Owned<S> {").unwrap();
    let passed_on = Regex::new(r"(?m)^ +(?:async fn )?(\w+)\(").unwrap();
    let passed_on: Vec<&str> =
        passed_on.captures_iter(ours).map(|found| found.get(1).unwrap().as_str()).collect();
    let forgotten: Vec<_> = names.into_iter().filter(|name| !passed_on.contains(name)).collect();
    assert_eq!(forgotten, Vec::<&str>::new());
}
