//! The names of an issuer: the values of `iss` in the issuer's tokens.

use std::{fmt, sync::Arc};

/// The names of an issuer. If the issuer is a family, each name is a pattern, with a placeholder for the member of the
/// family.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    forms: Vec<Form>,
    members: Members,
    member_claim: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Exact(String),
    /// The text before the member, and the text after it.
    Pattern(String, String),
}

/// The members of a family.
#[derive(Clone)]
enum Members {
    /// The issuer is not a family.
    None,
    /// The members are not set.
    Unsaid,
    Listed(Vec<String>),
    Decided(Arc<dyn Fn(&str) -> bool + Send + Sync>),
}

/// An `iss` that is one of the issuer's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named<'a> {
    /// The member of the family; `None` if the issuer is not a family.
    pub(super) member: Option<&'a str>,
}

impl Names {
    pub(super) fn exact(name: String) -> Self {
        Self { forms: vec![Form::Exact(name)], members: Members::None, member_claim: None }
    }

    pub(super) fn family(pattern: &str) -> Self {
        Self { forms: vec![Form::of(pattern)], members: Members::Unsaid, member_claim: None }
    }

    /// Adds a name, which is a pattern if the issuer is a family.
    pub(super) fn add(&mut self, name: String) {
        let form = if self.is_family() { Form::of(&name) } else { Form::Exact(name) };
        self.forms.push(form);
    }

    pub(super) fn list(&mut self, members: impl Iterator<Item = String>) {
        let mut listed = match std::mem::replace(&mut self.members, Members::None) {
            Members::Listed(listed) => listed,
            Members::None | Members::Unsaid | Members::Decided(_) => Vec::new(),
        };
        listed.extend(members);
        self.members = Members::Listed(listed);
    }

    pub(super) fn decide(&mut self, decide: impl Fn(&str) -> bool + Send + Sync + 'static) {
        self.members = Members::Decided(Arc::new(decide));
    }

    pub(super) fn hold_against(&mut self, claim: String) {
        self.member_claim = Some(claim);
    }

    pub(super) fn member_claim(&self) -> Option<&str> {
        self.member_claim.as_deref()
    }

    pub(crate) fn is_family(&self) -> bool {
        matches!(self.forms.first(), Some(Form::Pattern(..)))
    }

    /// Returns a match if `iss` is one of the names. The comparison is exact.
    pub(crate) fn find<'a>(&self, iss: &'a str) -> Option<Named<'a>> {
        self.forms.iter().find_map(|form| match form {
            Form::Exact(name) => (name == iss).then_some(Named { member: None }),
            Form::Pattern(before, after) => {
                let member = iss.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
                (is_member(member) && self.members.have(member)).then_some(Named { member: Some(member) })
            }
        })
    }

    /// Lists the names. In a pattern, `{..}` stands for the member.
    pub(crate) fn iter(&self) -> impl Iterator<Item = String> + Clone + '_ {
        self.forms.iter().map(ToString::to_string)
    }

    /// Returns a name or pattern that both issuers have, or a name of one issuer that fits a pattern of the other.
    pub(super) fn clash(&self, other: &Self) -> Option<String> {
        let own = |names: &Self, form: &Form| match form {
            Form::Exact(name) => names.find(name).map(|_| name.clone()),
            Form::Pattern(..) => names.forms.contains(form).then(|| form.to_string()),
        };
        self.forms
            .iter()
            .find_map(|form| own(other, form))
            .or_else(|| other.forms.iter().find_map(|form| own(self, form)))
    }

    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for form in &self.forms {
            problems.extend(form.problem(self.is_family()));
        }
        let name = self.forms.first().map(ToString::to_string).unwrap_or_default();
        match (&self.members, self.is_family()) {
            (Members::Unsaid, true) => problems.push(format!(
                "the members of the family `{name}` are not set; list them with `.members([..])`"
            )),
            (Members::Listed(listed), true) => {
                let bad = listed.iter().find(|member| !is_member(member));
                problems.extend(bad.map(|member| {
                    format!("`{member}` cannot be a member of the family `{name}`; write the text that `iss` has in place of the placeholder")
                }));
            }
            (Members::Unsaid, false) => problems.push(format!(
                "the family `{name}` has no placeholder for its members; write one, as in `https://auth.example.com/{{tenant}}`, or, for a single issuer, write `Issuer::new`"
            )),
            (Members::Listed(_) | Members::Decided(_), false) => problems.push(format!(
                "the issuer `{name}` is not a family and has no members; write `Issuer::family` with a placeholder, as in `https://auth.example.com/{{tenant}}`"
            )),
            _ => {}
        }
        if self.member_claim.is_some() && !self.is_family() {
            problems.push(format!("the issuer `{name}` is not a family; remove `.member_claim(..)`"));
        }
        problems
    }
}

impl Members {
    fn have(&self, member: &str) -> bool {
        match self {
            Self::None | Self::Unsaid => false,
            Self::Listed(listed) => listed.iter().any(|listed| listed == member),
            Self::Decided(decide) => decide(member),
        }
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Unsaid => f.write_str("unsaid"),
            Self::Listed(listed) => f.debug_list().entries(listed).finish(),
            Self::Decided(_) => f.write_str("decided by a function"),
        }
    }
}

impl Form {
    /// Parses a pattern. A text without a placeholder becomes an exact name. If the first name of the issuer is a
    /// pattern, `problems` reports each exact name as a mistake.
    fn of(pattern: &str) -> Self {
        let parts =
            pattern.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?.1)));
        match parts {
            Some((before, after)) => Self::Pattern(before.to_owned(), after.to_owned()),
            None => Self::Exact(pattern.to_owned()),
        }
    }

    fn problem(&self, of_family: bool) -> Option<String> {
        let has_brace = |text: &str| text.contains(['{', '}']);
        match self {
            Self::Exact(name) if has_brace(name) => Some(format!(
                "the issuer `{name}` has a placeholder, but the `iss` of a token has none; write the exact name, or `Issuer::family` with its members"
            )),
            Self::Exact(name) if of_family => {
                Some(format!("`{name}` has no placeholder, unlike the other names of its family"))
            }
            Self::Exact(_) => None,
            Self::Pattern(before, after) => {
                let in_path = before.splitn(4, '/').nth(3).is_some();
                if has_brace(before) || has_brace(after) {
                    Some(format!(
                        "the family `{self}` has more than one placeholder; write one, for the member"
                    ))
                } else if !in_path {
                    Some(format!(
                        "the placeholder of the family `{self}` is not in its path; write the host without a placeholder"
                    ))
                } else if !before.ends_with('/') || !(after.is_empty() || after.starts_with('/')) {
                    Some(format!(
                        "the placeholder of the family `{self}` must be a whole segment of its path"
                    ))
                } else {
                    None
                }
            }
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Pattern(before, after) => write!(f, "{before}{{..}}{after}"),
        }
    }
}

/// Tells whether a text can be a whole segment of a URL. The text may contain only letters, digits and `-._~`, because
/// a URL never needs to encode these characters.
fn is_member(text: &str) -> bool {
    !text.is_empty()
        && !matches!(text, "." | "..")
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATTERN: &str = "https://login.example/{tenant}/v2.0";

    fn family(members: &[&str]) -> Names {
        let mut names = Names::family(PATTERN);
        names.list(members.iter().map(|&member| member.to_owned()));
        names
    }

    #[test]
    fn a_family_has_the_members_that_are_listed() {
        let names = family(&["a", "b"]);
        let member = |iss| names.find(iss).and_then(|named| named.member);
        assert_eq!(member("https://login.example/a/v2.0"), Some("a"));
        assert_eq!(member("https://login.example/b/v2.0"), Some("b"));
        for iss in [
            "https://login.example/c/v2.0",
            "https://login.example/A/v2.0",
            "https://login.example//v2.0",
            "https://login.example/v2.0",
            "https://login.example/a/b/v2.0",
            "https://login.example/a/v2.0/",
            "https://login.example/%61/v2.0",
            "https://login.example/{tenant}/v2.0",
            "https://evil.example/a/v2.0",
            "a",
        ] {
            assert_eq!(names.find(iss), None, "{iss}");
        }
        assert!(names.problems().is_empty(), "{:?}", names.problems());
    }

    #[test]
    fn a_function_sees_whole_segments_alone() {
        let mut names = Names::family("https://login.example/{tenant}/v2.0");
        names.decide(|_| true);
        assert!(names.find("https://login.example/any/v2.0").is_some());
        for member in ["", ".", "..", "a/b", "a%2fb", "a?b", "a#b", "a b", "\n"] {
            assert_eq!(names.find(&format!("https://login.example/{member}/v2.0")), None, "{member:?}");
        }
    }

    #[test]
    fn names_that_cannot_be_are_problems() {
        let of = |names: Names| names.problems().join("\n");
        let check = |names: Names, expected: &str| {
            let found = of(names);
            assert!(found.contains(expected), "{found}");
        };
        check(Names::exact("https://h/{tenantid}/v2.0".to_owned()), "has a placeholder");
        check(Names::family(PATTERN), "the members of the family");
        check(family(&["a/b"]), "`a/b` cannot be a member");
        check(family(&["https://login.example/a/v2.0"]), "cannot be a member");
        let listed = |pattern| {
            let mut names = Names::family(pattern);
            names.list(std::iter::once("a".to_owned()));
            names
        };
        check(listed("https://{tenant}.example"), "not in its path");
        check(listed("https://h.example/{a}/{b}"), "more than one placeholder");
        check(listed("https://h.example/x-{a}"), "a whole segment");
        check(listed("https://h.example/a"), "is not a family");
        check(Names::family("https://h.example/a"), "has no placeholder for its members");
        let mut exact = Names::exact("https://h.example".to_owned());
        exact.hold_against("tid".to_owned());
        check(exact, "remove `.member_claim(..)`");
    }

    #[test]
    fn two_issuers_have_no_name_in_common() {
        let exact = |name: &str| Names::exact(name.to_owned());
        assert!(exact("https://h").clash(&exact("https://h")).is_some());
        assert!(exact("https://h").clash(&exact("https://h/")).is_none());
        assert!(family(&["a"]).clash(&exact("https://login.example/a/v2.0")).is_some());
        assert!(exact("https://login.example/a/v2.0").clash(&family(&["a"])).is_some());
        assert!(exact("https://login.example/b/v2.0").clash(&family(&["a"])).is_none());
        assert!(family(&["a"]).clash(&family(&["b"])).is_some());
    }
}
