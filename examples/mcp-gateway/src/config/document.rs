//! A file of TOML, taken apart key by key. What is wrong with it is gathered, each fault with its line.

use std::{error::Error, fmt, ops::Range};

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

/// What of a file nobody has taken yet, and what is wrong with the rest.
pub(super) struct Document<'t> {
    source: &'t str,
    rest: DeTable<'t>,
    faults: Vec<Fault>,
}

/// A text of the file.
pub(super) struct Text {
    pub(super) key: String,
    pub(super) value: String,
    line: usize,
}

/// What is wrong with a file, all of it, by line.
#[derive(Debug)]
pub struct Faults(Vec<Fault>);

#[derive(Debug)]
struct Fault {
    /// There is none for what is missing.
    line: Option<usize>,
    message: String,
}

impl<'t> Document<'t> {
    /// Reads a file that is well-formed.
    pub(super) fn read(source: &'t str) -> Result<Self, Faults> {
        let (root, errors) = DeTable::parse_recoverable(source);
        let mut document = Self { source, rest: root.into_inner(), faults: Vec::new() };
        for error in errors {
            let line = error.span().map(|span| document.line(&span));
            document.faults.push(Fault { line, message: error.message().to_owned() });
        }
        // What was read of such a file may not be what it says.
        if document.faults.is_empty() { Ok(document) } else { Err(Faults(document.faults)) }
    }

    /// Takes the text of a key, if the file has it.
    pub(super) fn take_text(&mut self, key: &str) -> Option<Text> {
        let (key, value) = self.rest.remove_entry(key)?;
        self.text(&key, &value)
    }

    /// Takes the texts of a table, in the order of the file.
    pub(super) fn take_texts(&mut self, key: &str) -> Vec<Text> {
        let Some(value) = self.rest.remove(key) else { return Vec::new() };
        let line = self.line(&value.span());
        let DeValue::Table(table) = value.into_inner() else {
            self.faults
                .push(Fault { line: Some(line), message: format!("`{key}` is a table; write `[{key}]`") });
            return Vec::new();
        };
        table.iter().filter_map(|(key, value)| self.text(key, value)).collect()
    }

    fn text(&mut self, key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) -> Option<Text> {
        let (line, key) = (self.line(&key.span()), key.get_ref().to_string());
        if let DeValue::String(value) = value.get_ref() {
            return Some(Text { key, value: value.to_string(), line });
        }
        self.faults.push(Fault { line: Some(line), message: format!("`{key}` takes a text in quotes") });
        None
    }

    /// Says what is wrong with a text.
    pub(super) fn fault(&mut self, text: &Text, why: impl fmt::Display) {
        self.faults.push(Fault { line: Some(text.line), message: format!("`{}`: {why}", text.key) });
    }

    /// Keeps the value that a text stands for, or says why it stands for none.
    pub(super) fn keep<T>(&mut self, text: &Text, value: Result<T, impl fmt::Display>) -> Option<T> {
        value.map_err(|why| self.fault(text, why)).ok()
    }

    /// Says that something is missing.
    pub(super) fn missing(&mut self, message: &str) {
        self.faults.push(Fault { line: None, message: message.to_owned() });
    }

    /// Returns what is wrong, along with every key that nobody has taken.
    pub(super) fn into_faults(mut self) -> Faults {
        let unknown: Vec<Fault> = self
            .rest
            .keys()
            .map(|key| Fault {
                line: Some(self.line(&key.span())),
                message: format!("unknown key `{}`", key.get_ref()),
            })
            .collect();
        self.faults.extend(unknown);
        self.faults.sort_by_key(|fault| fault.line.unwrap_or(usize::MAX));
        Faults(self.faults)
    }

    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.source.get(..span.start).unwrap_or(self.source);
        before.matches('\n').count() + 1
    }
}

impl Faults {
    /// Tells whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Writes a line for each, as in `- line 3: unknown key`.
impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Fault { line, message }) in self.0.iter().enumerate() {
            let start = if at == 0 { "" } else { "\n" };
            match line {
                Some(line) => write!(f, "{start}- line {line}: {message}")?,
                None => write!(f, "{start}- {message}")?,
            }
        }
        Ok(())
    }
}

impl Error for Faults {}
