//! Checks the number of changed lines in each step, and that the guide shows these changes. `UPDATE_EXPECT=1` updates the guide.

use std::{fs, path::Path};

use adopting::{Difference, Program};
use expect_test::expect_file;

/// The steps, each with the largest number of lines that it may change.
const STEPS: [(&str, &str, usize); 3] =
    [("before", "layer", 40), ("layer", "attributes", 40), ("attributes", "router", 80)];

fn difference(old: &str, new: &str) -> Difference {
    let [old, new] = [old, new].map(|name| Program::read(name).unwrap());
    old.difference(&new)
}

#[test]
fn each_step_is_small() {
    // Together, the last two steps may also change at most 80 lines, because the last step removes the table that the
    // step to attributes adds.
    for (old, new, most) in STEPS.into_iter().chain([("layer", "router", 80)]) {
        let lines = difference(old, new).lines();
        assert!(0 < lines && lines <= most, "from {old} to {new} are {lines} lines, more than {most}");
    }
}

fn guide() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime/src/guide/adopting.md");
    fs::read_to_string(file).unwrap()
}

#[test]
fn the_guide_shows_the_differences() {
    expect_file!["../../../runtime/src/guide/adopting.md"].assert_eq(&with_differences(&guide()));
}

#[test]
fn the_guide_shows_each_file_that_changes_and_no_other() {
    let guide = guide();
    let mut shown = 0;
    for (old, new, _) in STEPS {
        for file in difference(old, new).files() {
            shown += 1;
            assert!(
                guide.contains(&marker(old, new, file)),
                "the guide does not show {}",
                marker(old, new, file)
            );
        }
        let lines = format!("changes {} lines", difference(old, new).lines());
        assert!(guide.contains(&lines), "the guide does not say that the step to `{new}` {lines}");
    }
    assert_eq!(guide.matches("```diff").count(), shown, "the guide shows a file that does not change");
}

/// The marker that stands before a diff in the guide.
fn marker(old: &str, new: &str, file: &str) -> String {
    format!("<!-- {old}..{new} {file} -->\n")
}

/// Replaces the block after each marker by the diff of the programs.
fn with_differences(guide: &str) -> String {
    const OPENING: &str = "```diff\n";
    const CLOSING: &str = "```\n";
    let mut written = guide.to_owned();
    for (old, new, _) in STEPS {
        let difference = difference(old, new);
        for file in difference.files() {
            let marker = marker(old, new, file);
            let Some((before, after)) = written.split_once(&marker) else { continue };
            let shown = after.strip_prefix(OPENING).and_then(|block| block.split_once(CLOSING));
            let rest = shown.map_or(after, |(_, rest)| rest);
            let diff = difference.of(file).unwrap_or_default();
            written = format!("{before}{marker}{OPENING}{diff}{CLOSING}{rest}");
        }
    }
    written
}
