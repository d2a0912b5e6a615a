//! URI templates of level 1 ([RFC 6570, section 3.2.2](https://www.rfc-editor.org/rfc/rfc6570#section-3.2.2)).

use scopegate_grammar::{is_value, is_value_byte};

use crate::scope::{Parameters, Text, Unfilled};

/// A URI with variables. The segments of the URI are separated by characters that no value of a variable may contain. A
/// segment has at most one variable, so the values can be read from a URI in only one way.
#[derive(Clone, Debug, Default)]
pub(super) struct UriTemplate {
    separators: String,
    segments: Vec<Segment>,
}

/// The text between two separators.
#[derive(Clone, Debug, Default)]
pub(super) struct Segment {
    pub(super) start: Box<str>,
    pub(super) variable: Option<Variable>,
}

#[derive(Clone, Debug)]
pub(super) struct Variable {
    name: Text,
    /// The text after the variable, up to the next separator.
    pub(super) end: Box<str>,
}

fn is_separator(char: char) -> bool {
    !u8::try_from(char).is_ok_and(is_value_byte)
}

/// Returns the separators that `text` contains, in order. A separator is a character that no value may contain.
pub(super) fn separators(text: &str) -> String {
    text.chars().filter(|char| is_separator(*char)).collect()
}

/// Splits a string at its separators, and iterates over the parts.
pub(super) fn segments(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_separator)
}

/// Returns the fixed texts of a template: the texts before, between and after the variables.
fn fixed(template: &str) -> impl DoubleEndedIterator<Item = &str> {
    template.split('{').map(|part| part.split_once('}').map_or(part, |(_, text)| text))
}

/// Tells whether a URI starts with the text before the template's first variable, and ends with the text after the last
/// variable.
pub(super) fn has_ends_of(template: &str, uri: &str) -> bool {
    let mut fixed = fixed(template);
    let (start, end) = (fixed.next().unwrap_or_default(), fixed.next_back().unwrap_or_default());
    uri.strip_prefix(start).is_some_and(|rest| rest.ends_with(end))
}

/// Tells whether a URI would fit a template if each variable accepted any value. The caller has already checked the URI
/// and the template with `has_ends_of`.
pub(super) fn fits_loosely(template: &str, uri: &str) -> bool {
    let mut fixed = fixed(template);
    let (start, end) = (fixed.next().unwrap_or_default(), fixed.next_back().unwrap_or_default());
    let values = uri.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
    fixed.fold(values, |rest, text| rest?.split_once(text).map(|(_, after)| after)).is_some()
}

impl UriTemplate {
    /// Parses a template; a string without variables is a template, too.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut parts = text.split('{');
        let mut template = Self::default();
        template.add_text(parts.next().unwrap_or_default())?;
        for part in parts {
            let (name, after) = part.split_once('}').ok_or("close each `{` with a `}`")?;
            template.add_variable(name)?;
            template.add_text(after)?;
        }
        Ok(template)
    }

    fn add_text(&mut self, text: &str) -> Result<(), &'static str> {
        if text.contains('}') {
            return Err("open each `}` with a `{`");
        }
        self.separators.push_str(&separators(text));
        let mut pieces = segments(text);
        let first = pieces.next().unwrap_or_default();
        match self.segments.last_mut() {
            Some(Segment { variable: Some(variable), .. }) => variable.end = first.into(),
            _ => self.segments.push(Segment { start: first.into(), variable: None }),
        }
        self.segments.extend(pieces.map(|start| Segment { start: start.into(), variable: None }));
        Ok(())
    }

    fn add_variable(&mut self, name: &str) -> Result<(), &'static str> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(is_name) {
            return Err("write variables as `{name}`, with letters, digits and `_`");
        }
        if self.has(name) {
            return Err("use each variable only once");
        }
        match self.segments.last_mut() {
            Some(Segment { variable: free @ None, .. }) => {
                *free = Some(Variable { name: name.into(), end: "".into() });
            }
            _ => {
                return Err(
                    "put a separator such as `/` between two variables, so that no value runs into the next",
                );
            }
        }
        Ok(())
    }

    /// Returns the characters that separate the segments. A URI that fits the template has the same separators as the
    /// template.
    pub(super) fn separators(&self) -> &str {
        &self.separators
    }

    pub(super) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.variables().any(|variable| *variable.name == *name)
    }

    fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.segments.iter().filter_map(|segment| segment.variable.as_ref())
    }

    /// Tells whether a URI fits the template.
    #[cfg(feature = "rmcp")]
    pub(super) fn fits(&self, uri: &str) -> bool {
        self.separators == separators(uri) && self.captures(&segments(uri).collect::<Vec<_>>()).is_some()
    }

    /// Returns the values of the variables, or `None` if the URI does not fit the template. `uri` contains
    /// the URI's segments. The URI must have the template's [`separators`](Self::separators).
    ///
    /// The fixed parts of the template are compared first. If a fixed part does not match, the number of compared bytes
    /// is at most the length of the template.
    pub(super) fn captures<'a>(&self, uri: &[&'a str]) -> Option<Captures<'a>> {
        if self.segments.len() != uri.len() {
            return None;
        }
        let middles = || self.segments.iter().zip(uri).map(|(segment, text)| (segment, segment.middle(text)));
        if !middles().all(|(_, middle)| middle.is_some()) {
            return None;
        }
        let mut captures = Captures::default();
        for (segment, middle) in middles() {
            if let Some(variable) = &segment.variable {
                captures.add(&variable.name, middle?)?;
            }
        }
        Some(captures)
    }
}

impl Segment {
    /// Returns the value of the variable, or an empty string if the segment has no variable. Returns `None`
    /// if `text` does not match the segment's fixed text.
    pub(super) fn middle<'a>(&self, text: &'a str) -> Option<&'a str> {
        #[cfg(test)]
        work::count(self.start.len() + self.variable.as_ref().map_or(0, |variable| variable.end.len()) + 1);
        match &self.variable {
            None => (*self.start == *text).then_some(""),
            Some(Variable { end, .. }) => text.strip_prefix(&*self.start)?.strip_suffix(&**end),
        }
    }
}

/// The values that a URI contains for the variables of a template.
#[derive(Clone, Debug, Default)]
pub(super) struct Captures<'a>(Vec<(Text, &'a str)>);

impl<'a> Captures<'a> {
    fn add(&mut self, name: &Text, value: &'a str) -> Option<()> {
        #[cfg(test)]
        work::count(value.len());
        is_value(value).then(|| self.0.push((name.clone(), value)))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, value)| *value)
    }
}

impl Parameters for Captures<'_> {
    fn value_of(&self, name: &str) -> Result<&str, Unfilled> {
        self.get(name).ok_or(Unfilled::Missing)
    }
}

/// Counts the compared bytes, so that tests can check that the work for one URI is limited.
#[cfg(test)]
pub(super) mod work {
    use std::cell::Cell;

    thread_local! {
        static BYTES: Cell<usize> = const { Cell::new(0) };
    }

    pub(super) fn count(bytes: usize) {
        BYTES.set(BYTES.get() + bytes);
    }

    /// Returns the number of bytes counted since the last call to `take`.
    pub(in crate::mcp) fn take() -> usize {
        BYTES.take()
    }
}

#[cfg(test)]
mod tests {
    use super::{UriTemplate, segments, separators};

    /// Compares the values of the variables, written as `name=value`, with `expected`. `None` means that the URI does
    /// not fit.
    #[track_caller]
    fn check(template: &'static str, uri: &str, expected: Option<&str>) {
        let template = UriTemplate::parse(template).unwrap();
        let captures = (template.separators() == separators(uri))
            .then(|| template.captures(&segments(uri).collect::<Vec<_>>()))
            .flatten();
        let values = captures.map(|captures| {
            captures.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        });
        assert_eq!(values.as_deref(), expected, "{template:?} {uri}");
    }

    #[test]
    fn variables_stand_for_plain_text() {
        check("file:///a", "file:///a", Some(""));
        check("file:///a", "file:///ab", None);
        check("file:///a", "FILE:///a", None);
        check("file:///{name}", "file:///a.txt", Some("name=a.txt"));
        check("file:///{name}", "file:///A-_~.1", Some("name=A-_~.1"));
        for other in ["", ".", "..", "a/b", "%61", "a%2fb", "a b", "a?b", "a#b", "ä", "a\0", "a\\b", "a{b}"]
        {
            check("file:///{name}", &format!("file:///{other}"), None);
        }
        check("db://{table}/{row}/data", "db://users/7/data", Some("table=users row=7"));
        check("db://{table}/{row}/data", "db://users/7/8/data", None);
        check("db://{table}/{row}/data", "db:///7/data", None);
        check("a:{x}/{y}.txt", "a:1/2.3.txt", Some("x=1 y=2.3"));
        check("a:{x}/{y}.txt", "a:../2.txt", None);
        check("a:{x}-/{y}", "a:--/-", Some("x=- y=-"));
        check("a:{x}-/{y}", "a:-/-", None);
        check("a:{x}:{y}", "a:ä:y", None);
        check("a:{x}ä{y}/", "a:bäc/", Some("x=b y=c"));
        check("a:{x}ä{y}/", "a:böc/", None);
        check("a:{x}ä{y}/", "a:b:c/", None);
        check("{x}:a", "b:a", Some("x=b"));
        check("", "", Some(""));
        let long = "a".repeat(1024);
        check("a:{x}/", &format!("a:{long}/"), Some(&format!("x={long}")));
        check("a:{x}/", &format!("a:{long}a/"), None);
        check("a:a{x}/", &format!("a:{long}a/"), Some(&format!("x={long}")));
    }

    #[test]
    fn what_is_no_template_is_said() {
        for text in [
            "a{",
            "a{b",
            "a{}",
            "a{+b}",
            "a{b}{c}",
            "a{b}.{c}",
            "a{b}/{c}-{d}",
            "a}b",
            "a{b}c}",
            "a{b{c}}",
            "a{b}/{b}",
        ] {
            assert!(UriTemplate::parse(text).is_err(), "{text}");
        }
    }
}
