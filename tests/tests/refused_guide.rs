//! Checks that the guide `refused` lists every reason for a refusal, and every log line about a token.

use std::{collections::BTreeSet, fs, path::Path};

use regex::Regex;
use scopegate::Reason;

/// The files below `runtime/src` that refuse tokens.
const SOURCES: [&str; 9] = [
    "gate/bindings.rs",
    "token/client_certificate.rs",
    "verify/introspection/kind.rs",
    "verify/issuer/kind.rs",
    "verify/issuer/rules.rs",
    "verify/jwt/unverified.rs",
    "verify/jwt/validity.rs",
    "verify/jwt/verifier.rs",
    "verify/opaque.rs",
];

/// Other files that refuse tokens, each with one of its lines. The guide lists these lines, too.
const WITH_A_LINE_EACH: [(&str, &str); 4] = [
    ("gate/credential.rs", "the request is at no resource of the family"),
    ("gate/credential.rs", "it is empty, or has a character that no token can have"),
    ("token/error.rs", "the token expired"),
    ("verify/static_keys.rs", "no such key"),
];
/// Files whose lines are about proofs, which another guide lists, and files without lines of their own.
const OF_PROOFS_OR_TESTS: [&str; 3] = ["dpop/", "testing.rs", "verify/jwt/fault.rs"];

const REASONS: [Reason; 13] = [
    Reason::MissingToken,
    Reason::InvalidToken,
    Reason::ExpiredToken,
    Reason::InsufficientScope,
    Reason::InsufficientAuthentication,
    Reason::InvalidProof,
    Reason::NonceRequired,
    Reason::SeveralCredentials,
    Reason::IllegalParameter,
    Reason::UnknownResource,
    Reason::Denied,
    Reason::Unavailable,
    Reason::Misconfigured,
];

fn runtime() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/src"))
}

/// Reads a file below `runtime/src` without its tests and comments.
fn source(file: &str) -> String {
    let text = fs::read_to_string(runtime().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn guide() -> String {
    source("guide/refused.md")
}

/// Replaces each value by `..`, and leaves out the advice after a semicolon.
fn without_values(text: &str) -> String {
    let text = Regex::new(r"\{[^{}]*\}").unwrap().replace_all(text, "..");
    text.split("; ").next().unwrap_or_default().trim().to_owned()
}

#[test]
fn the_guide_has_a_row_for_each_reason() {
    let words: BTreeSet<_> = REASONS.iter().map(|reason| reason.as_str()).collect();
    let declared = source("refuse/reason.rs");
    let declared = declared.split_once("fn as_str").unwrap().1.split_once("\n    }").unwrap().0;
    let declared: Vec<_> = Regex::new(r#"=> "([a-z_]+)""#).unwrap().captures_iter(declared).collect();
    let declared: BTreeSet<_> = declared.iter().map(|found| found.get(1).unwrap().as_str()).collect();
    assert_eq!(words, declared, "this test does not know every reason");
    let guide = guide();
    for reason in REASONS {
        let error = reason.error().map_or(String::new(), |error| format!(" `{}`", error.as_str()));
        let row = format!("\n| {} |{error} | `{}` | ", reason.status().as_u16(), reason.as_str());
        assert!(guide.contains(&row), "the guide has no row {row:?}");
    }
}

#[test]
fn the_guide_has_each_line_of_the_log() {
    let text = Regex::new(r#""((?:it|its|the header|two issuers) (?:[^"\\]|\\.)*)""#).unwrap();
    let unexpected = Regex::new(r#"Fault::unexpected\("([a-z_]+)""#).unwrap();
    let of_unexpected = of_unexpected();
    let mut logged = BTreeSet::new();
    for file in SOURCES {
        let source = source(file);
        logged.extend(text.captures_iter(&source).map(|found| without_values(&found[1])));
        let unexpected = unexpected.captures_iter(&source);
        logged.extend(unexpected.map(|found| of_unexpected.replace("{name}", &found[1])));
    }
    for (file, line) in WITH_A_LINE_EACH {
        assert!(source(file).contains(&format!("\"{line}\"")), "{file} does not log {line:?} any more");
        logged.insert(line.to_owned());
    }
    assert!(logged.len() > 40, "only {} lines were found", logged.len());

    let row = Regex::new(r"(?m)^\| (?:``(.+?)``|`([^`]+)`) \| ").unwrap();
    let guide = guide();
    let rows: BTreeSet<String> = row
        .captures_iter(&guide)
        .map(|found| found.get(1).or(found.get(2)).unwrap().as_str().trim().to_owned())
        .collect();
    let begins = |line: &str, row: &str| without_values(line).starts_with(row.trim_end_matches("; .."));
    let absent: Vec<_> = logged.iter().filter(|line| !rows.iter().any(|row| begins(line, row))).collect();
    assert!(absent.is_empty(), "`guide/refused.md` lacks a row for each of {absent:#?}");

    // Every row must have a log line in the sources, except the rows of the last section, which are about keys and
    // endpoints.
    let about_tokens = guide.split_once("# What the log says").unwrap().1.split_once("\n# ").unwrap().0;
    let stale: Vec<_> = rows
        .iter()
        .filter(|row| about_tokens.contains(row.as_str()) && !logged.iter().any(|line| begins(line, row)))
        .collect();
    assert!(stale.is_empty(), "nothing logs {stale:#?} any more");
}

/// Returns the text about an unexpected claim, with `{name}` for its name.
fn of_unexpected() -> String {
    let source = source("verify/jwt/fault.rs");
    let text = Regex::new(r#""(its `\{name\}` is [^"]*)""#).unwrap();
    let text = &text.captures(&source).expect("a text about an unexpected claim")[1];
    text.replace("{}", "..").replace("{expected}", "`..`")
}

/// Checks that the sources contain the texts of the last section.
#[test]
fn the_guide_has_no_cause_of_a_503_that_is_gone() {
    let guide = guide();
    let section = guide.split_once("# No token can be verified").unwrap().1;
    let row = Regex::new(r"(?m)^\| (?:``(.+?)``|`([^`]+)`) \| ").unwrap();
    let sources: Vec<String> = files().iter().map(|file| without_all_values(&source(file))).collect();
    let mut seen = 0;
    for found in row.captures_iter(section) {
        let text = found.get(1).or(found.get(2)).unwrap().as_str().trim();
        seen += 1;
        assert!(sources.iter().any(|source| source.contains(text)), "nothing logs {text:?} any more");
    }
    assert!(seen > 5, "only {seen} rows were found");
}

fn without_all_values(text: &str) -> String {
    Regex::new(r"\{[a-z_]*(?::\?)?\}").unwrap().replace_all(text, "..").into_owned()
}

#[test]
fn no_other_file_refuses_tokens() {
    let refuses =
        Regex::new(r"Fault::(?:Plain|with|unexpected)\(|VerifyError::(?:invalid|expired)\(|Self::invalid\(")
            .unwrap();
    let others: Vec<_> = files()
        .into_iter()
        .filter(|file| !SOURCES.contains(&file.as_str()))
        .filter(|file| !WITH_A_LINE_EACH.iter().any(|(known, _)| known == file))
        .filter(|file| !OF_PROOFS_OR_TESTS.iter().any(|known| file.starts_with(known)))
        .filter(|file| refuses.is_match(&source(file)))
        .collect();
    assert_eq!(others, Vec::<String>::new(), "add them to `SOURCES`, and their lines to the guide");
}

/// Lists the files of the runtime, without files of tests.
fn files() -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![runtime().to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.strip_prefix(runtime()).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && !name.contains("tests") {
                files.push(name);
            }
        }
    }
    files
}
