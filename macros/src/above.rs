//! Finds attributes of axum above a scope attribute, by reading the source file. Such an attribute expands first and calls the handler
//! without its guard, so the compiler reports an argument that the user did not write.
//!
//! Only a message depends on this: the program does not compile either way.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    fs,
    path::PathBuf,
};

use crate::place::Place;

const NAMES: [&str; 2] = ["debug_handler", "debug_middleware"];

thread_local! {
    /// The files read so far. A file without such an attribute is `None`, to save memory.
    static FILES: RefCell<HashMap<PathBuf, Option<String>>> = RefCell::default();
    static SEEN: RefCell<HashSet<(PathBuf, usize, usize)>> = RefCell::default();
}

/// The axum attribute above the attribute that is being expanded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Above {
    /// No attribute of axum.
    Nothing,
    /// An attribute of axum; the item is the handler.
    Handler,
    /// An attribute of axum; the item is the copy of the handler that axum's attribute calls without the guard.
    Copy,
}

impl Above {
    pub(crate) fn of_attribute() -> Self {
        let Some(Place { file: Some(file), line, column }) = Place::of_attribute() else {
            return Self::Nothing;
        };
        let is_below = FILES.with_borrow_mut(|files| {
            let text = files.entry(file.clone()).or_insert_with(|| read(&file));
            text.as_ref().is_some_and(|text| is_below(text, line, column))
        });
        if !is_below {
            return Self::Nothing;
        }
        let is_first = SEEN.with_borrow_mut(|seen| seen.insert((file, line, column)));
        if is_first { Self::Handler } else { Self::Copy }
    }
}

fn read(file: &PathBuf) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    NAMES.iter().any(|name| text.contains(name)).then_some(text)
}

/// Tells whether one of axum's attributes stands directly above a place. Line and column count from 1.
fn is_below(text: &str, line: usize, column: usize) -> bool {
    let lines: Vec<&str> = text.lines().take(line).collect();
    let Some((last, above)) = lines.split_last() else { return false };
    let beside: String = last.chars().take(column.saturating_sub(1)).collect();
    let above = above.iter().rev().map(|line| line.trim());
    let above = above.take_while(|line| line.starts_with("#[") || line.starts_with("//"));
    above.chain([beside.trim()]).flat_map(|line| line.split("#[").skip(1)).any(|attribute| {
        let path = attribute.split(['(', ']']).next().unwrap_or_default();
        path.rsplit("::").next().is_some_and(|name| NAMES.contains(&name.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[track_caller]
    fn check(text: &str, expected: bool) {
        let line = text.lines().position(|line| line.contains('@')).unwrap();
        let column = text.lines().nth(line).unwrap().find('@').unwrap();
        assert_eq!(is_below(&text.replace('@', ""), line + 1, column + 1), expected, "{text}");
    }

    #[test]
    fn attributes_above_the_item_count() {
        check("#[debug_handler]\n@#[requires_scope(\"a\")]\nasync fn list() {}", true);
        check(
            "#[axum::debug_handler(state = S)] // why\n/// Lists.\n#[cfg(a)]\n  @#[public]\nfn list() {}",
            true,
        );
        check("#[debug_handler] @#[public] async fn list() {}", true);
        check("@#[public]\n#[debug_handler]\nasync fn list() {}", false);
        check("#[debug_handler]\nasync fn one() {}\n\n@#[public]\nasync fn list() {}", false);
        check("// debug_handler\n#[cfg(debug_handler)]\n@#[public]\nasync fn list() {}", false);
    }
}
