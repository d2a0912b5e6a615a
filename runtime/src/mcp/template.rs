//! URI templates of level 1 ([RFC 6570, section 3.2.2](https://www.rfc-editor.org/rfc/rfc6570#section-3.2.2)).

/// A URI with variables. Between them stands text, so that there is one way to read it.
#[derive(Clone, Debug)]
pub(super) struct Template {
    start: &'static str,
    /// What follows each variable.
    after: Vec<&'static str>,
}

impl Template {
    /// Reads a template; a text without variables is one, too.
    pub(super) fn parse(text: &'static str) -> Result<Self, &'static str> {
        let mut parts = text.split('{');
        let start = parts.next().unwrap_or_default();
        let mut after = Vec::new();
        for part in parts {
            let (name, text) = part.split_once('}').ok_or("close each `{` by a `}`")?;
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            if name.is_empty() || !name.bytes().all(is_name) {
                return Err("write variables as `{name}`, of letters, digits and `_`");
            }
            after.push(text);
        }
        let (_last, between) = after.split_last().unwrap_or((&"", &[]));
        if between.iter().any(|text| text.is_empty()) {
            return Err("write some text between two variables");
        }
        if start.contains('}') || after.iter().any(|text| text.contains('}')) {
            return Err("open each `}` by a `{`");
        }
        Ok(Self { start, after })
    }

    /// Tells whether `uri` is an expansion of the template.
    ///
    /// A variable ends where the text behind it stands first: as in a pattern of `*`, no later place can do what that one
    /// cannot. So the time is linear, whatever a client sends.
    pub(super) fn matches(&self, uri: &str) -> bool {
        let Some(mut rest) = uri.strip_prefix(self.start) else { return false };
        let Some((last, between)) = self.after.split_last() else { return rest.is_empty() };
        for text in between {
            let Some((value, after)) = split_after_first(rest, text) else { return false };
            if !is_value(value) {
                return false;
            }
            rest = after;
        }
        rest.strip_suffix(last).is_some_and(is_value)
    }
}

/// Splits at the first `text` that is not at the start: a variable is not empty.
fn split_after_first<'a>(rest: &'a str, text: &str) -> Option<(&'a str, &'a str)> {
    let second = rest.char_indices().nth(1)?.0;
    let at = rest.get(second..)?.find(text)? + second;
    Some((rest.get(..at)?, rest.get(at + text.len()..)?))
}

/// `1*unreserved` ([RFC 3986, section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)), but no dot segment.
fn is_value(value: &str) -> bool {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    !value.is_empty() && value.bytes().all(unreserved) && !matches!(value, "." | "..")
}

#[cfg(test)]
mod tests {
    use super::Template;

    #[track_caller]
    fn check(template: &'static str, uri: &str, expected: bool) {
        assert_eq!(Template::parse(template).unwrap().matches(uri), expected, "{template} {uri}");
    }

    #[test]
    fn variables_stand_for_plain_text() {
        check("file:///a", "file:///a", true);
        check("file:///a", "file:///ab", false);
        check("file:///a", "FILE:///a", false);
        check("file:///{name}", "file:///a.txt", true);
        check("file:///{name}", "file:///A-_~.1", true);
        for other in ["", ".", "..", "a/b", "%61", "a%2fb", "a b", "a?b", "a#b", "ä", "a\0", "a\\b", "a{b}"]
        {
            check("file:///{name}", &format!("file:///{other}"), false);
        }
        check("db://{table}/{row}/data", "db://users/7/data", true);
        check("db://{table}/{row}/data", "db://users/7/8/data", false);
        check("db://{table}/{row}/data", "db:///7/data", false);
        check("a:{x}.{y}.txt", "a:1.2.3.txt", true);
        check("a:{x}.{y}.txt", "a:..2.txt", false);
        check("a:{x}-{y}", "a:---", true);
        check("a:{x}-{y}", "a:--", false);
        check("a:{x}-{y}", "a:ä-y", false);
    }

    #[test]
    fn what_is_no_template_is_said() {
        for text in ["a{", "a{b", "a{}", "a{+b}", "a{b}{c}", "a}b", "a{b}c}", "a{b{c}}"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
