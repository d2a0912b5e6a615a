//! What changes from one program of this folder to the next: `before`, `layer`, `attributes`, `router`.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use similar::{ChangeTag, TextDiff};

/// The programs, in the order of the steps.
pub const PROGRAMS: [&str; 4] = ["before", "layer", "attributes", "router"];

/// The files of a program: `Cargo.toml` and all below `src`, by path.
#[derive(Clone, Debug)]
pub struct Program(BTreeMap<String, String>);

impl Program {
    /// Reads a program of this folder. Its name is taken out, since a program keeps its name when it adopts scopegate.
    ///
    /// # Errors
    ///
    /// When a file cannot be read.
    pub fn read(name: &str) -> io::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let mut paths = vec![PathBuf::from("Cargo.toml")];
        for entry in fs::read_dir(root.join("src"))? {
            paths.push(Path::new("src").join(entry?.file_name()));
        }
        let files = paths.into_iter().map(|path| {
            let text = fs::read_to_string(root.join(&path))?;
            let text = ["-", "_"]
                .iter()
                .fold(text, |text, dash| text.replace(&format!("adopting{dash}{name}"), "documents"));
            Ok((path.to_string_lossy().into_owned(), text))
        });
        files.collect::<io::Result<_>>().map(Self)
    }

    /// Compares this program with what becomes of it.
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

/// The files that differ, by path: old text and new text.
#[derive(Clone, Debug)]
pub struct Difference(BTreeMap<String, [String; 2]>);

impl Difference {
    /// Counts the lines that a person edits: each line that goes and each that comes, blank ones and comments included.
    /// A changed line counts twice.
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

    /// Shows one file's changes as a unified diff, without the line numbers; a file without changes has none.
    #[must_use]
    pub fn of(&self, file: &str) -> Option<String> {
        let [old, new] = self.0.get(file)?;
        let diff = TextDiff::from_lines(old, new);
        let hunks = diff.unified_diff().context_radius(1).iter_hunks().map(|hunk| {
            let lines = hunk.iter_changes().map(|change| format!("{}{change}", change.tag()));
            lines.collect::<String>()
        });
        Some(hunks.collect::<Vec<_>>().join("...\n"))
    }
}

fn is_edit(change: &similar::Change<&str>) -> bool {
    change.tag() != ChangeTag::Equal
}
