//! Checks that each test named in `docs/security.md` exists.

use std::{fs, path::Path};

use regex::Regex;

#[test]
fn each_row_points_to_a_test_that_exists() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let page = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let pointer =
        Regex::new(r"`([a-z_]+)::([a-z_0-9]+)`|`fuzz/([a-z_]+)`|`([a-z_]+(?:/[a-z_]+)+)::([a-z_0-9]+)`")
            .unwrap();
    let mut missing = Vec::new();
    let mut seen = 0;
    for found in pointer.captures_iter(&page) {
        seen += 1;
        let (path, text) = match [1, 2, 3, 4, 5].map(|at| found.get(at).map(|text| text.as_str())) {
            [Some(file), Some(test), ..] => (format!("tests/tests/{file}"), format!("fn {test}(")),
            [_, _, Some(target), ..] => (format!("fuzz/fuzz_targets/{target}"), "fuzz_target!".to_owned()),
            [.., Some(test_of_cli), Some(test)] if test_of_cli.starts_with("cli/") => {
                (test_of_cli.to_owned(), format!("fn {test}("))
            }
            [.., Some(module), Some(test)] => (format!("runtime/src/{module}"), format!("fn {test}(")),
            _ => continue,
        };
        let exists = sources(&root.join(path)).any(|source| source.contains(&text));
        if !exists {
            missing.push(found[0].to_owned());
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert!(seen > 40, "only {seen} pointers were found");
    // Every row of a table of threats names a test.
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| threat"));
    let idle: Vec<_> = rows.filter(|row| !pointer.is_match(row)).collect();
    assert_eq!(idle, Vec::<&str>::new());
}

/// Reads a Rust file, or the files of the folder of that name.
fn sources(path: &Path) -> impl Iterator<Item = String> {
    let files = fs::read_dir(path).into_iter().flatten().flatten().map(|file| file.path());
    files.chain([path.with_extension("rs")]).filter_map(|file| fs::read_to_string(file).ok())
}
