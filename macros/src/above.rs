//! Reads the source file to find attributes of axum above a scope attribute. An attribute of axum, such as
//! `#[debug_handler]`, expands first if it is above the scope attribute. The emitted code then calls the handler
//! without the guard. Without this module, the compiler would report that axum's call of the handler has too few
//! arguments. This message would confuse the user, who wrote neither the call nor the guard.
//!
//! Even without this module, such a program does not compile. This module only improves the message.

use std::{cell::RefCell, collections::HashSet, fs, path::PathBuf};

use crate::place::Place;

const NAMES: [&str; 2] = ["debug_handler", "debug_middleware"];

thread_local! {
    /// The files that have been read so far; the file that was used last is at the end. To save memory, the text of a
    /// file is `None` if the file contains no attribute of axum.
    static FILES: RefCell<Vec<(PathBuf, Option<String>)>> = RefCell::default();
    static SEEN: RefCell<HashSet<(PathBuf, usize, usize)>> = RefCell::default();
}

/// Tells whether an attribute of axum is above the attribute that is being expanded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Above {
    /// No attribute of axum is above the scope attribute.
    Nothing,
    /// An attribute of axum is above the scope attribute. The item is the handler itself.
    Handler,
    /// An attribute of axum is above the scope attribute. The item is a copy of the handler. Axum's attribute makes
    /// this copy, and calls the copy without a guard.
    Copy,
}

impl Above {
    pub(crate) fn of_attribute() -> Self {
        let Some(place) = Place::of_attribute().filter(is_below_one) else { return Self::Nothing };
        let Place { file: Some(file), line, column } = place else { return Self::Nothing };
        let is_first = SEEN.with_borrow_mut(|seen| seen.insert((file, line, column)));
        if is_first { Self::Handler } else { Self::Copy }
    }
}

/// Tells whether an attribute of axum is above `place`.
pub(crate) fn is_below_one(place: &Place) -> bool {
    let Some(file) = &place.file else { return false };
    FILES.with_borrow_mut(|files| {
        // Compares the paths as strings, because comparing values of `Path` is slow in a build without optimization.
        let is_this = |(known, _): &(PathBuf, _)| known.as_os_str() == file.as_os_str();
        if !files.last().is_some_and(is_this) {
            let at = files.iter().position(is_this);
            let known = at.map_or_else(|| (file.clone(), read(file)), |at| files.remove(at));
            files.push(known);
        }
        let text = files.last().and_then(|(_, text)| text.as_ref());
        text.is_some_and(|text| is_below(text, place.line, place.column))
    })
}

fn read(file: &PathBuf) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    NAMES.iter().any(|name| text.contains(name)).then_some(text)
}

/// Tells whether an attribute of axum is directly above a position in `text`. Lines and columns are counted from 1.
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
