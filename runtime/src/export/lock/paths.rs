//! Paths of routes, and the search for the path that handles a request.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

/// The path of a route, split into the segments that axum compares.
pub(super) struct Path<'a> {
    text: &'a str,
    segments: Vec<Segment<'a>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Segment<'a> {
    Literal(&'a str),
    /// `{name}`: one segment that is not empty.
    Parameter(&'a str),
    /// A parameter with text around it, as in `v{version}`.
    Mixed(&'a str),
    /// `{*name}`: the rest of the path, at least one character.
    Rest(&'a str),
    /// `*`: the path before the `*`, and every path below that path, unless another route matches.
    Fallback,
}

impl<'a> Path<'a> {
    /// Parses a path that has parameters or is a fallback. Returns `None` if all segments are literal text.
    fn pattern(text: &'a str) -> Option<Self> {
        Some(Self::of(text)).filter(|path| {
            let is_literal = |segment: &Segment<'_>| matches!(segment, Segment::Literal(_));
            !path.segments.iter().all(is_literal)
        })
    }

    pub(super) fn of(text: &'a str) -> Self {
        let segments = text.strip_prefix('/').unwrap_or(text).split('/').map(Segment::of).collect();
        Self { text, segments }
    }

    pub(super) const fn text(&self) -> &'a str {
        self.text
    }

    /// Tells whether some request matches both paths.
    fn meets(&self, other: &Self) -> bool {
        let (mut ours, mut others) = (&self.segments[..], &other.segments[..]);
        loop {
            match (ours, others) {
                ([], []) | ([Segment::Fallback], _) | (_, [Segment::Fallback]) => return true,
                ([Segment::Rest(_)], rest) | (rest, [Segment::Rest(_)]) => return has_text(rest),
                ([one, more @ ..], [other, others_more @ ..]) if one.meets(*other) => {
                    (ours, others) = (more, others_more);
                }
                _ => return false,
            }
        }
    }

    /// Tells whether this path matches every request that `other` matches.
    fn covers(&self, other: &Self) -> bool {
        let (mut ours, mut others) = (&self.segments[..], &other.segments[..]);
        loop {
            match (ours, others) {
                ([], []) | ([Segment::Fallback], _) => return true,
                (_, [Segment::Fallback]) => return false,
                ([Segment::Rest(_)], rest) => return has_text(rest),
                (_, [Segment::Rest(_)]) => return false,
                ([one, more @ ..], [other, others_more @ ..]) if one.covers(*other) => {
                    (ours, others) = (more, others_more);
                }
                _ => return false,
            }
        }
    }

    /// Tells whether parameters with the same name have the same position and the same form in both paths. For example,
    /// the result is `false` for `/{a}/{b}` and `/{b}/{a}`.
    pub(super) fn names_alike(&self, other: &Self) -> bool {
        let named = |path: &Self| {
            let named = path.segments.iter().enumerate().filter(|(_, segment)| segment.name().is_some());
            named.map(|(at, segment)| (at, *segment)).collect::<Vec<_>>()
        };
        let others = named(other);
        named(self).iter().all(|(at, segment)| {
            let same_name = others.iter().filter(|(_, other)| other.name() == segment.name());
            same_name.into_iter().all(|other| *other == (*at, *segment))
        })
    }
}

impl<'a> Segment<'a> {
    fn of(text: &'a str) -> Self {
        let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        match inner {
            _ if text == "*" => Self::Fallback,
            // A doubled brace stands for a literal brace.
            _ if !text.replace("{{", "").contains('{') => Self::Literal(text),
            Some(name) if !name.contains(['{', '}']) => match name.strip_prefix('*') {
                Some(name) => Self::Rest(name),
                None => Self::Parameter(name),
            },
            _ => Self::Mixed(text),
        }
    }

    /// Tells whether a text could match both segments. The text around a parameter is not compared.
    fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Literal(one), Self::Literal(other)) => one == other,
            (Self::Literal(text), _) | (_, Self::Literal(text)) => !text.is_empty(),
            _ => true,
        }
    }

    /// Tells whether this segment matches every text that `other` matches.
    fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::Parameter(_), Self::Literal(text)) => !text.is_empty(),
            (Self::Parameter(_), Self::Parameter(_) | Self::Mixed(_)) => true,
            (one, other) => one == other,
        }
    }

    fn name(self) -> Option<&'a str> {
        match self {
            Self::Parameter(name) | Self::Rest(name) | Self::Mixed(name) => Some(name),
            Self::Literal(_) | Self::Fallback => None,
        }
    }
}

/// Tells whether the remaining segments have at least one character, as `{*name}` requires.
fn has_text(segments: &[Segment<'_>]) -> bool {
    !matches!(segments, [] | [Segment::Literal("")])
}

/// The paths of one lock.
pub(super) struct Paths<'a> {
    all: BTreeSet<&'a str>,
    /// The paths that have parameters or are fallbacks. The key is the first segment, or `None` if that segment is not
    /// literal text.
    patterns: OnceCell<BTreeMap<Option<&'a str>, Vec<Path<'a>>>>,
}

impl<'a> Paths<'a> {
    pub(super) fn of(all: impl IntoIterator<Item = &'a str>) -> Self {
        Self { all: all.into_iter().collect(), patterns: OnceCell::new() }
    }

    /// Lists the paths of this lock that match requests to `path`. Each listed path has parameters or is a fallback. A
    /// path is left out if a more specific path receives the same requests. If `path` itself is in the lock, the list
    /// is empty: axum then answers 405 to methods without a handler, and tries no other path.
    pub(super) fn next_to(&self, path: &Path<'_>) -> Vec<&Path<'a>> {
        if self.all.contains(path.text) {
            return Vec::new();
        }
        let met: Vec<_> = self.patterns_like(path).filter(|pattern| pattern.meets(path)).collect();
        let is_hidden = |pattern: &&Path<'_>| {
            met.iter().any(|other| other.covers(path) && pattern.covers(other) && !other.covers(pattern))
        };
        met.iter().filter(|pattern| !is_hidden(pattern)).copied().collect()
    }

    fn patterns_like(&self, path: &Path<'_>) -> impl Iterator<Item = &Path<'a>> {
        let patterns = self.patterns.get_or_init(|| {
            let mut patterns: BTreeMap<_, Vec<_>> = BTreeMap::new();
            for path in self.all.iter().filter_map(|path| Path::pattern(path)) {
                patterns.entry(first_text(&path)).or_default().push(path);
            }
            patterns
        });
        let first = first_text(path);
        let is_like = move |key: Option<&str>| key.is_none() || first.is_none() || key == first;
        patterns.iter().filter(move |(key, _)| is_like(**key)).flat_map(|(_, patterns)| patterns)
    }
}

fn first_text<'a>(path: &Path<'a>) -> Option<&'a str> {
    match path.segments.first() {
        Some(Segment::Literal(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, all: &[&'static str], expected: &[&str]) {
        let paths = Paths::of(all.iter().copied());
        let found: Vec<_> = paths.next_to(&Path::of(path)).iter().map(|path| path.text).collect();
        assert_eq!(found, expected, "{path} beside {all:?}");
    }

    #[test]
    fn a_request_falls_to_the_closest_path() {
        check("/f/secret", &["/f/{n}", "/f", "/g/{n}", "/f/{n}/x"], &["/f/{n}"]);
        check("/f/secret", &["/f/secret", "/f/{n}"], &[]);
        check("/f/secret", &["/{*all}", "/f/{n}", "/*"], &["/f/{n}"]);
        check("/f/secret", &["/{*all}", "/*"], &["/{*all}"]);
        check("/f/secret", &["/*"], &["/*"]);
        check("/f/secret", &["/f/*", "/*"], &["/f/*"]);
        check("/f", &["/f/*"], &["/f/*"]);
        check("/f", &["/f/{n}", "/f/{*all}"], &[]);
        check("/f/", &["/f/{n}", "/f/{*all}"], &[]);
        check("/f/{n}", &["/f/{id}", "/f/a"], &["/f/{id}"]);
        // `/{a}/x` is more specific than `/{a}/{b}`, but matches only some of the requests that `/f/{n}`
        // matches, so both paths receive requests.
        check("/f/{n}", &["/{a}/x", "/{a}/{b}"], &["/{a}/x", "/{a}/{b}"]);
        check("/f/{{n}}", &["/f/{n}"], &["/f/{n}"]);
        check("/{a}/{b}", &["/f/{{n}}"], &[]);
        check("/f/{*all}", &["/f/{n}", "/{*all}"], &["/{*all}", "/f/{n}"]);
        check("/", &["/{n}", "/{*all}"], &[]);
    }

    #[test]
    fn a_name_stands_for_one_part() {
        let alike = |one, other| Path::of(one).names_alike(&Path::of(other));
        assert!(alike("/{tenant}/files", "/{tenant}/{thing}"));
        assert!(alike("/{tenant}/files", "/{*all}"));
        assert!(!alike("/{a}/{b}", "/{b}/{a}"));
        assert!(!alike("/f/{all}", "/f/{*all}"));
    }
}
