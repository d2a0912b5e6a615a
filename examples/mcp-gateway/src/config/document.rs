//! Reads a TOML file key by key, and collects all faults with their lines.

use std::{error::Error, fmt, ops::Range};

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

/// The keys of a file that are not read yet, and the faults found so far.
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

/// All faults of a file, by line.
#[derive(Debug)]
pub struct Faults(Vec<Fault>);

#[derive(Debug)]
struct Fault {
    /// A missing key has no line.
    line: Option<usize>,
    message: String,
}

impl<'t> Document<'t> {
    /// Parses a file. Returns the syntax errors if the file is not valid TOML.
    pub(super) fn read(source: &'t str) -> Result<Self, Faults> {
        let (root, errors) = DeTable::parse_recoverable(source);
        let mut document = Self { source, rest: root.into_inner(), faults: Vec::new() };
        for error in errors {
            let line = error.span().map(|span| document.line(&span));
            document.faults.push(Fault { line, message: error.message().to_owned() });
        }
        // After a syntax error, the parsed values may be wrong.
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

    /// Records a fault of a text.
    pub(super) fn fault(&mut self, text: &Text, why: impl fmt::Display) {
        self.faults.push(Fault { line: Some(text.line), message: format!("`{}`: {why}", text.key) });
    }

    /// Returns the value of a text, or records why the text is invalid.
    pub(super) fn keep<T>(&mut self, text: &Text, value: Result<T, impl fmt::Display>) -> Option<T> {
        value.map_err(|why| self.fault(text, why)).ok()
    }

    /// Records that something is missing.
    pub(super) fn missing(&mut self, message: &str) {
        self.faults.push(Fault { line: None, message: message.to_owned() });
    }

    /// Returns all faults. Every key that was not read is a fault, too.
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
    /// Tells whether there is no fault.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Writes a line for each fault, as in `- line 3: unknown key`.
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
