//! URI templates of level 1 ([RFC 6570, section 3.2.2](https://www.rfc-editor.org/rfc/rfc6570#section-3.2.2)).

use scopegate_grammar::is_value_byte;

use crate::scope::{Parameters, Unfilled};

/// A URI with variables. Between them stands what no value can hold, so that there is one way to read it.
#[derive(Clone, Debug)]
pub(super) struct UriTemplate {
    start: &'static str,
    variables: Vec<Variable>,
}

#[derive(Clone, Copy, Debug)]
struct Variable {
    name: &'static str,
    /// What follows it.
    after: &'static str,
}

impl UriTemplate {
    /// Reads a template; a text without variables is one, too.
    pub(super) fn parse(text: &'static str) -> Result<Self, &'static str> {
        let mut parts = text.split('{');
        let start = parts.next().unwrap_or_default();
        let mut variables: Vec<Variable> = Vec::new();
        for part in parts {
            let (name, after) = part.split_once('}').ok_or("close each `{` by a `}`")?;
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            if name.is_empty() || !name.bytes().all(is_name) {
                return Err("write variables as `{name}`, of letters, digits and `_`");
            }
            if variables.iter().any(|earlier| earlier.name == name) {
                return Err("name each variable once");
            }
            variables.push(Variable { name, after });
        }
        let template = Self { start, variables };
        // Values can hold such a text, and two programs could differ about where one ends.
        if template.between().any(|text| text.bytes().all(is_value_byte)) {
            return Err(
                "put a separator such as `/` between two variables, so that no value runs into the next",
            );
        }
        if start.contains('}') || template.variables.iter().any(|variable| variable.after.contains('}')) {
            return Err("open each `}` by a `{`");
        }
        Ok(template)
    }

    /// Iterates over the texts around the variables.
    pub(super) fn texts(&self) -> impl Iterator<Item = &'static str> {
        [self.start].into_iter().chain(self.variables.iter().map(|variable| variable.after))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.variables.iter().any(|variable| variable.name == name)
    }

    /// Iterates over the texts that stand between two variables.
    fn between(&self) -> impl Iterator<Item = &'static str> {
        self.variables.iter().rev().skip(1).map(|variable| variable.after)
    }

    /// Takes `uri` apart, if it is an expansion of the template.
    ///
    /// A variable ends where the text behind it stands first, since no value can hold that text.
    pub(super) fn captures<'a>(&self, uri: &'a str) -> Option<Captures<'a>> {
        let mut rest = uri.strip_prefix(self.start)?;
        let mut captures = Captures::default();
        let Some((last, between)) = self.variables.split_last() else {
            return rest.is_empty().then_some(captures);
        };
        for Variable { name, after } in between {
            let (value, behind) = split_after_first(rest, after)?;
            captures.add(name, value)?;
            rest = behind;
        }
        captures.add(last.name, rest.strip_suffix(last.after)?)?;
        Some(captures)
    }
}

/// Splits at the first `text` that is not at the start: a variable is not empty.
fn split_after_first<'a>(rest: &'a str, text: &str) -> Option<(&'a str, &'a str)> {
    let second = rest.char_indices().nth(1)?.0;
    let at = rest.get(second..)?.find(text)? + second;
    Some((rest.get(..at)?, rest.get(at + text.len()..)?))
}

/// What stands in a URI for the variables of its template.
#[derive(Clone, Debug, Default)]
pub(super) struct Captures<'a>(Vec<(&'static str, &'a str)>);

impl<'a> Captures<'a> {
    fn add(&mut self, name: &'static str, value: &'a str) -> Option<()> {
        is_value(value).then(|| self.0.push((name, value)))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

impl Parameters for Captures<'_> {
    fn value_of(&self, name: &str) -> Result<&str, Unfilled> {
        self.get(name).ok_or(Unfilled::Missing)
    }
}

/// Longer than the name of anything, and short enough that the scopes which are made of values fit a challenge.
const MAX_VALUE: usize = 1024;

/// `1*unreserved` ([RFC 3986, section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)), but no dot segment.
pub(super) fn is_value(value: &str) -> bool {
    (1..=MAX_VALUE).contains(&value.len()) && value.bytes().all(is_value_byte) && !matches!(value, "." | "..")
}

#[cfg(test)]
mod tests {
    use super::UriTemplate;

    /// Checks what each variable stands for, as `name=value`, or that the URI is no expansion.
    #[track_caller]
    fn check(template: &'static str, uri: &str, expected: Option<&str>) {
        let captures = UriTemplate::parse(template).unwrap().captures(uri);
        let values = captures.map(|captures| {
            captures.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        });
        assert_eq!(values.as_deref(), expected, "{template} {uri}");
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
        assert!(super::is_value(&"a".repeat(1024)));
        assert!(!super::is_value(&"a".repeat(1025)));
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
