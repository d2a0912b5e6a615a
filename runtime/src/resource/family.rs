//! Families: one pattern for many resources, each at a path that fits the pattern.

use scopegate_grammar::is_value;

#[cfg(feature = "family")]
use super::InvalidResource;
#[cfg(feature = "axum")]
use super::url::WELL_KNOWN;
use super::{Resource, url::Url};

/// Whether an identifier names one resource, or is a pattern for many resources.
#[derive(Clone, Debug, Default)]
pub(super) enum Extent {
    #[default]
    One,
    #[cfg_attr(not(feature = "family"), allow(dead_code))]
    Family,
    /// One resource of a family, with the values of the pattern's parameters.
    Member(Vec<(String, String)>),
}

/// The resource to which a path belongs, or the reason why the family has no resource for the path.
#[derive(Debug)]
pub(crate) enum Place {
    At(Box<Resource>),
    /// The path fits the pattern, but a value is illegal or the whole identifier is too long.
    Illegal,
    /// The path does not fit the pattern.
    Outside,
}

impl Resource {
    /// Makes a family of resources behind one gate, with one resource for each path that fits the pattern.
    ///
    /// A parameter such as `{org}` is a whole segment of the path. A request belongs to the resource whose path is a
    /// prefix of the request's path. The challenge, the metadata document and the expected audience name only the
    /// resource that the request is for. For example, a token for `https://h.example/mcp/acme` is rejected at
    /// `https://h.example/mcp/globex`. The identifier of the resource comes from the pattern and from the values in the
    /// path of the request; `Host` and forwarding headers do not affect the identifier.
    ///
    /// A value has 1 to 1,024 characters, all of them from `A-Za-z0-9._~-`, and is neither `.` nor `..`. A request with
    /// any other value is answered with 404. Values are case-sensitive.
    ///
    /// # Errors
    ///
    /// Fails if the pattern has no parameter, or has a query. It also fails if a parameter is repeated or is not a
    /// whole segment of the path. It also fails if the pattern, with values in place of its parameters, is not a URL
    /// that [`Resource::new`] accepts.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::Resource;
    ///
    /// let family = Resource::family("https://h.example/mcp/{org}/{project}")?
    ///     .authorization_server("https://auth.example.com")?;
    /// let one = family.at("/mcp/acme/site/files/1").expect("a path of the family");
    /// assert_eq!(one.identifier(), "https://h.example/mcp/acme/site");
    /// assert_eq!(one.parameter("org"), Some("acme"));
    /// assert_eq!(
    ///     one.metadata_url(),
    ///     "https://h.example/.well-known/oauth-protected-resource/mcp/acme/site",
    /// );
    /// assert!(family.at("/mcp/acme").is_none());
    /// assert!(family.at("/mcp/acme/a%2Fb").is_none());
    /// # Ok::<(), scopegate::InvalidResource>(())
    /// ```
    #[cfg(feature = "family")]
    pub fn family(pattern: impl Into<String>) -> Result<Self, InvalidResource> {
        let identifier = Url::family("resource family", pattern.into())?;
        Ok(Self { extent: Extent::Family, ..Self::of(identifier) })
    }

    /// Tells whether this is a [family](Resource::family), whose identifier is a pattern.
    #[must_use]
    pub fn is_family(&self) -> bool {
        matches!(self.extent, Extent::Family)
    }

    /// Returns the resource to which a request for `path` belongs, if `self` is a [family](Resource::family).
    ///
    /// Returns `None` if this resource is not a family, or if the path does not fit the pattern. Also returns `None` if
    /// a value is illegal, or if the identifier of the resource would be too long.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<Self> {
        match self.find(path) {
            Place::At(member) => Some(*member),
            Place::Illegal | Place::Outside => None,
        }
    }

    /// Returns the value that a parameter of the [family](Resource::family) has in this resource.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let Extent::Member(values) = &self.extent else { return None };
        values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Searches a family for the resource whose path is a prefix of `path`. Paths are compared without decoding, so a
    /// percent-encoded value is illegal.
    pub(crate) fn find(&self, path: &str) -> Place {
        let Some(mut segments) = path.strip_prefix('/').map(|path| path.split('/')) else {
            return Place::Outside;
        };
        if !self.is_family() {
            return Place::Outside;
        }
        let (mut identifier, mut values, mut is_legal) =
            (self.identifier.origin().to_owned(), Vec::new(), true);
        let mut pattern = pattern(self.identifier.path()).peekable();
        while let Some(expected) = pattern.next() {
            let Some(segment) = segments.next() else { return Place::Outside };
            let is_slash_at_end = expected.is_empty() && pattern.peek().is_none();
            let text = match parameter_name(expected) {
                Some(name) => {
                    is_legal &= is_value(segment);
                    values.push((name.to_owned(), segment.to_owned()));
                    segment
                }
                None if expected == segment || is_slash_at_end => expected,
                None => return Place::Outside,
            };
            identifier.push('/');
            identifier.push_str(text);
        }
        // Even if each value is legal, the whole identifier can be too long.
        match Url::resource("resource", identifier) {
            Ok(identifier) if is_legal => {
                let extent = Extent::Member(values);
                Place::At(Box::new(Self { identifier, extent, ..self.clone() }))
            }
            _ => Place::Illegal,
        }
    }

    /// Searches a family for the resource whose metadata document is at `path`.
    #[cfg(feature = "axum")]
    pub(crate) fn described_at(&self, path: &str) -> Option<Self> {
        let path = path.strip_prefix(WELL_KNOWN)?;
        self.at(path).filter(|member| member.path() == path)
    }

    /// Iterates over the names of a family's parameters, each with the index of its segment in the path.
    #[cfg(feature = "axum")]
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (usize, &str)> {
        let pattern = self.is_family().then(|| pattern(self.identifier.path())).into_iter().flatten();
        pattern.enumerate().filter_map(|(at, segment)| Some((at, parameter_name(segment)?)))
    }
}

/// Tells whether some path fits both patterns from start to end. Two patterns without parameters have a
/// common path only if they are equal. `{*rest}` fits the rest of a path, as in routes.
#[cfg(feature = "axum")]
pub(crate) fn meet(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (pattern(one), pattern(other));
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if is_rest(a) || is_rest(b) => return true,
            (Some(a), Some(b)) if can_be_one(a, b) => {}
            _ => return false,
        }
    }
}

/// Tells whether the route matches a path that begins with a path of the family.
#[cfg(feature = "axum")]
pub(crate) fn is_within(route: &str, family: &str) -> bool {
    let mut route = pattern(route);
    for expected in pattern(family) {
        match route.next() {
            // In tables of routes, the path of a fallback ends with the segment `*`.
            Some("*") => return true,
            Some(segment) if is_rest(segment) => return true,
            Some(segment) if expected.is_empty() || can_be_one(segment, expected) => {}
            _ => return false,
        }
    }
    true
}

/// Returns the first parameter that the route and the family have at different positions.
#[cfg(feature = "axum")]
pub(crate) fn misplaced<'a>(route: &'a str, family: &Resource) -> Option<&'a str> {
    let named = pattern(route).enumerate().filter_map(|(at, segment)| {
        let rest = segment.strip_prefix("{*").and_then(|rest| rest.strip_suffix('}'));
        Some((at, rest.or_else(|| parameter_name(segment))?))
    });
    let is_elsewhere =
        |(at, name): &(usize, &str)| family.parameters().any(|(place, known)| known == *name && place != *at);
    named.filter(is_elsewhere).map(|(_, name)| name).next()
}

#[cfg(feature = "axum")]
fn can_be_one(a: &str, b: &str) -> bool {
    match (parameter_name(a), parameter_name(b)) {
        (Some(_), Some(_)) => true,
        (Some(_), None) => is_value(b),
        (None, Some(_)) => is_value(a),
        (None, None) => a == b,
    }
}

#[cfg(feature = "axum")]
fn is_rest(segment: &str) -> bool {
    segment.starts_with("{*")
}

/// Iterates over the segments of a path.
fn pattern(path: &str) -> std::str::Split<'_, char> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

fn parameter_name(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(name)
}

/// Checks the parameters of a pattern. Replaces each parameter with an example value, so that the result can be checked
/// as a URL.
#[cfg(feature = "family")]
pub(super) fn example(pattern: &str) -> Result<String, &'static str> {
    const SEGMENT: &str = "write a parameter as a whole segment of the path, as in `https://h.example/mcp/{org}`, named with letters, digits and `_`";
    let start = pattern.find("://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = pattern.split_at(start);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if path.contains('?') {
        return Err("a family has no query; remove `?` and the text after it");
    }
    if authority.contains(['{', '}']) {
        return Err(SEGMENT);
    }
    let mut names = Vec::new();
    let mut filled = format!("{scheme}{authority}");
    for segment in path.split('/').skip(1) {
        filled.push('/');
        match parameter_name(segment) {
            Some(name) if names.contains(&name) => {
                return Err("give each parameter of a family a different name");
            }
            Some(name) => {
                names.push(name);
                filled.push('x');
            }
            None if segment.contains(['{', '}']) => return Err(SEGMENT),
            None => filled.push_str(segment),
        }
    }
    if names.is_empty() {
        return Err(
            "a family has a parameter such as `{org}` in its path; use `Resource::new` for one resource",
        );
    }
    Ok(filled)
}
