//! Each guide begins with a task and a whole program, which a reader can paste into a fresh crate.

use std::{fs, path::Path};

/// Pages that are about a command or about words.
const WITHOUT_PROGRAM: [&str; 2] = ["glossary.md", "report.md"];

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/src/guide"))
}

/// Returns the pages by their names below the folder.
fn pages() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for inside in ["", "providers/"] {
        for entry in fs::read_dir(folder().join(inside)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "md") {
                let name = format!("{inside}{}", path.file_name().unwrap().to_string_lossy());
                pages.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(pages.len() > 30, "only {} pages were found", pages.len());
    pages
}

#[test]
fn each_begins_with_a_task_and_a_whole_program() {
    for (name, page) in pages() {
        if WITHOUT_PROGRAM.contains(&name.as_str()) {
            continue;
        }
        assert!(page.starts_with("To "), "{name} does not begin with the task");
        let (before, block) = page.split_once("\n```").unwrap_or_else(|| panic!("{name} has no program"));
        let (opening, block) = block.split_once('\n').unwrap();
        let program = block.split_once("\n```").unwrap().0;
        assert!(!before.contains("\n# "), "{name} has a heading before its program");
        assert!(
            ["rust", "rust,no_run"].contains(&opening),
            "the program of {name} is not compiled as a test"
        );
        assert!(program.contains("fn main()"), "the program of {name} is not whole");
        let hidden = program.lines().find(|line| *line == "#" || line.starts_with("# "));
        assert_eq!(hidden, None, "the program of {name} has lines that a reader does not see");
    }
}

#[test]
fn each_is_in_the_documentation() {
    let module = fs::read_to_string(folder().join("mod.rs")).unwrap();
    for (name, _) in pages() {
        assert!(module.contains(&format!("include_str!(\"{name}\")")), "`guide/mod.rs` does not have {name}");
        let guide = name.trim_end_matches(".md");
        let is_listed = module.contains(&format!("`{guide}`"));
        assert!(is_listed || name.contains('/'), "the list of guides does not have {guide}");
    }
}

#[test]
fn the_glossary_says_each_word_in_one_sentence() {
    let page = fs::read_to_string(folder().join("glossary.md")).unwrap();
    let rows: Vec<(&str, &str)> = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| word"))
        .map(|line| line.trim_matches(['|', ' ']).split_once(" | ").unwrap())
        .collect();
    for word in [
        "row",
        "requirement",
        "policy",
        "floor",
        "catalog",
        "vocabulary",
        "challenge",
        "resource",
        "authorization server",
        "audience",
        "issuer",
        "principal",
        "scope",
        "step-up",
        "lock",
    ] {
        assert!(rows.iter().any(|(known, _)| *known == word), "the glossary does not have `{word}`");
    }
    for (word, meaning) in rows {
        assert!(meaning.ends_with('.') && !meaning.contains(". "), "`{word}` is not one sentence: {meaning}");
        let subject = meaning.to_lowercase();
        assert!(subject.contains(word), "the sentence about `{word}` does not name it: {meaning}");
    }
}
