//! Reads the lines of a file of any size.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

/// The maximum length of a line, in bytes. A longer line is not read as a record. Even the longest possible record,
/// with the most scopes and the longest texts, is shorter than this limit.
const LONGEST: u64 = 1024 * 1024;

/// A line that is not empty.
pub(super) struct Line<'a> {
    /// The line number in the file, counted from 1.
    pub(super) number: u64,
    /// The text of the line, or `None` if the line is too long.
    pub(super) text: Option<&'a [u8]>,
}

/// Reads a file line by line, with at most one line in memory.
pub(super) struct Lines<R> {
    from: R,
    number: u64,
    line: Vec<u8>,
}

impl Lines<BufReader<File>> {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self::of(BufReader::new(File::open(path)?)))
    }
}

impl<R: BufRead> Lines<R> {
    fn of(from: R) -> Self {
        Self { from, number: 0, line: Vec::new() }
    }

    /// Returns the next line that is not empty, or `None` at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            self.line.clear();
            let read = self.from.by_ref().take(LONGEST).read_until(b'\n', &mut self.line)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if self.line.last() != Some(&b'\n') && read as u64 == LONGEST {
                self.from.skip_until(b'\n')?;
                return Ok(Some(Line { number: self.number, text: None }));
            }
            if !self.line.trim_ascii().is_empty() {
                let text = Some(self.line.trim_ascii());
                return Ok(Some(Line { number: self.number, text }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_whatever_they_are() {
        let longest = usize::try_from(LONGEST).expect("a line fits the memory");
        let text =
            ["a\r\n", "\n", &"b".repeat(longest), "b\n", &"c".repeat(longest - 1), "\n", " \n", "d"].concat();
        let mut lines = Lines::of(text.as_bytes());
        let mut seen = Vec::new();
        while let Some(Line { number, text }) = lines.next().expect("nothing fails") {
            seen.push((number, text.map(|text| (text.len(), text[0]))));
        }
        let expected =
            [(1, Some((1, b'a'))), (3, None), (4, Some((longest - 1, b'c'))), (6, Some((1, b'd')))];
        assert_eq!(seen, expected);
    }
}
