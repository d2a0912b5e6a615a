//! Each test that `docs/security.md` points to is there.

use std::{fs, path::Path};

use regex::Regex;

#[test]
fn each_row_points_to_a_test_that_exists() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let page = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let pointer = Regex::new(r"`([a-z_]+)::([a-z_0-9]+)`|`fuzz/([a-z_]+)`").unwrap();
    let mut missing = Vec::new();
    let mut seen = 0;
    for found in pointer.captures_iter(&page) {
        seen += 1;
        let exists = match (found.get(1), found.get(2), found.get(3)) {
            (Some(file), Some(test), _) => {
                let path = root.join(format!("tests/tests/{}.rs", file.as_str()));
                let function = format!("fn {}(", test.as_str());
                fs::read_to_string(path).is_ok_and(|source| source.contains(&function))
            }
            (.., Some(target)) => root.join(format!("fuzz/fuzz_targets/{}.rs", target.as_str())).is_file(),
            _ => false,
        };
        if !exists {
            missing.push(found[0].to_owned());
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert!(seen > 40, "only {seen} pointers were found");
    // Every row of a table of threats has one.
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| threat"));
    let idle: Vec<_> = rows.filter(|row| !pointer.is_match(row)).collect();
    assert_eq!(idle, Vec::<&str>::new());
}
