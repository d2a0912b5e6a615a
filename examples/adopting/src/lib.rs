//! Compares each program of this folder with the next: `before`, `layer`, `attributes`, `router`.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use similar::{Change, ChangeTag, TextDiff};

/// The files of a program: `Cargo.toml` and all of `src`, by path.
#[derive(Clone, Debug)]
pub struct Program(BTreeMap<String, String>);

impl Program {
    /// Reads a program of this folder. Replaces the name of its package, because a real program keeps its name when it
    /// adopts scopegate.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn read(name: &str) -> io::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let mut paths = vec![PathBuf::from("Cargo.toml")];
        for entry in fs::read_dir(root.join("src"))? {
            paths.push(Path::new("src").join(entry?.file_name()));
        }
        let files = paths.into_iter().map(|path| {
            let mut text = fs::read_to_string(root.join(&path))?;
            for dash in ["-", "_"] {
                text = text.replace(&format!("adopting{dash}{name}"), "documents");
            }
            Ok((path.to_string_lossy().into_owned(), text))
        });
        files.collect::<io::Result<_>>().map(Self)
    }

    /// Compares this program with a later step.
    #[must_use]
    pub fn difference(&self, after: &Self) -> Difference {
        let paths = self.0.keys().chain(after.0.keys());
        let changed = paths.filter_map(|path| {
            let [old, new] = [self, after].map(|program| program.0.get(path).map_or("", String::as_str));
            (old != new).then(|| (path.clone(), [old.to_owned(), new.to_owned()]))
        });
        Difference(changed.collect())
    }
}

/// The old and the new text of each file that differs, by path.
#[derive(Clone, Debug)]
pub struct Difference(BTreeMap<String, [String; 2]>);

impl Difference {
    /// Counts the edited lines: each removed and each added line, including blank lines and comments. A changed line is removed
    /// and added, so it counts twice.
    #[must_use]
    pub fn lines(&self) -> usize {
        let files = self.0.values();
        files
            .map(|[old, new]| TextDiff::from_lines(old, new).iter_all_changes().filter(is_edit).count())
            .sum()
    }

    /// Names the files.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Shows the changes in a file, with one line of context around each. Returns `None` if the file does not
    /// change.
    #[must_use]
    pub fn of(&self, file: &str) -> Option<String> {
        let [old, new] = self.0.get(file)?;
        let diff = TextDiff::from_lines(old, new);
        let hunks = diff.grouped_ops(1).into_iter().map(|hunk| {
            let mut shown = String::new();
            for change in hunk.iter().flat_map(|op| diff.iter_changes(op)) {
                shown += &change.tag().to_string();
                shown += change.value();
            }
            shown
        });
        Some(hunks.collect::<Vec<_>>().join(" ..\n"))
    }
}

fn is_edit(change: &Change<&str>) -> bool {
    change.tag() != ChangeTag::Equal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(files: &[(&str, &str)]) -> Program {
        Program(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn each_line_that_goes_or_comes_counts() {
        let before = program(&[("a", "1\n2\n3\n4\n5\n6\n"), ("gone", "1\n"), ("kept", "1\n")]);
        let after = program(&[("a", "1\n2!\n3\n4\n5\n\n6\n"), ("kept", "1\n"), ("new", "1\n2\n")]);
        let difference = before.difference(&after);
        assert_eq!(difference.files().collect::<Vec<_>>(), ["a", "gone", "new"]);
        assert_eq!(difference.lines(), 2 + 1 + 1 + 2);
        assert_eq!(difference.of("a").unwrap(), " 1\n-2\n+2!\n 3\n ..\n 5\n+\n 6\n");
        assert_eq!(difference.of("kept"), None);
        assert_eq!(before.difference(&before).lines(), 0);
    }
}
