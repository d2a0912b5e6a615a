//! Families: a pattern that stands for a resource at each path that it fits.

use scopegate_grammar::is_value;

#[cfg(feature = "family")]
use super::InvalidResource;
#[cfg(feature = "axum")]
use super::url::WELL_KNOWN;
use super::{Resource, url::Url};

/// Whether a resource is one, or a pattern for many.
#[derive(Clone, Debug, Default)]
pub(super) enum Extent {
    #[default]
    One,
    #[cfg_attr(not(feature = "family"), allow(dead_code))]
    Family,
    /// One of a family, with its parameters and their values.
    Member(Vec<(String, String)>),
}

/// What a path says about which resource of a family it belongs to.
#[derive(Debug)]
pub(crate) enum Place {
    At(Box<Resource>),
    /// The path has the form of the pattern, and a value that no resource can have.
    Illegal,
    /// The path has another form.
    Outside,
}

impl Resource {
    /// Makes a family of resources: one for each path that the pattern fits, behind one gate.
    ///
    /// A parameter such as `{org}` is a whole segment of the path. A request belongs to the resource whose path its own path
    /// begins with. Challenge, metadata document and audience are those of this one resource: a token for
    /// `https://h.example/mcp/acme` is refused at `https://h.example/mcp/globex`. The identifier comes from the pattern and
    /// from the values in the path of the request; `Host` and forwarding headers have no say.
    ///
    /// A value has 1 to 1,024 letters, digits and `.`, `_`, `~`, `-`, and is neither `.` nor `..`. There is no resource for
    /// any other value, and a request with one is answered 404. A value that differs in case is another value.
    ///
    /// # Errors
    ///
    /// When the pattern has no parameter, one that is not a whole segment of the path or stands there twice, or a query. With
    /// values in place of its parameters, it is a URL that [`Resource::new`] accepts.
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

    /// Returns the resource of a [family](Resource::family) that a request to `path` is for.
    ///
    /// There is none for a path that the pattern does not fit, or whose values are not legal, or if this is no family.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<Self> {
        match self.find(path) {
            Place::At(member) => Some(*member),
            Place::Illegal | Place::Outside => None,
        }
    }

    /// Returns the value that a parameter of the [family](Resource::family) has for this resource of it.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let Extent::Member(values) = &self.extent else { return None };
        values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Finds the resource of a family whose path a path begins with, by the text of the path: in another spelling, with
    /// percent-encoding, there is no value.
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
        // The whole can be too long, though each value is legal.
        match Url::resource("resource", identifier) {
            Ok(identifier) if is_legal => {
                let extent = Extent::Member(values);
                Place::At(Box::new(Self { identifier, extent, ..self.clone() }))
            }
            _ => Place::Illegal,
        }
    }

    /// Returns the resource of a family whose metadata document is at this path of the server.
    #[cfg(feature = "axum")]
    pub(crate) fn described_at(&self, path: &str) -> Option<Self> {
        let path = path.strip_prefix(WELL_KNOWN)?;
        self.at(path).filter(|member| member.path() == path)
    }

    /// Iterates over the names of a family's parameters, each with its place among the segments of the path.
    #[cfg(feature = "axum")]
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (usize, &str)> {
        let pattern = self.is_family().then(|| pattern(self.identifier.path())).into_iter().flatten();
        pattern.enumerate().filter_map(|(at, segment)| Some((at, parameter_name(segment)?)))
    }
}

/// Tells whether some path fits two patterns of a path, and is not only below one of them; without parameters, whether the
/// two are one. `{*rest}` fits all that is left, as in routes.
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

/// Tells whether a route can have a path that begins with one of the pattern.
#[cfg(feature = "axum")]
pub(crate) fn is_within(route: &str, family: &str) -> bool {
    let mut route = pattern(route);
    for expected in pattern(family) {
        match route.next() {
            // Fallbacks are written so in tables.
            Some("*") => return true,
            Some(segment) if is_rest(segment) => return true,
            Some(segment) if expected.is_empty() || can_be_one(segment, expected) => {}
            _ => return false,
        }
    }
    true
}

/// Returns a parameter of a route that has the name of one of the family, and stands elsewhere.
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

/// Checks the parameters of a pattern, and puts an example in the place of each, so that the rest can be checked as a URL.
#[cfg(feature = "family")]
pub(super) fn example(pattern: &str) -> Result<String, &'static str> {
    const SEGMENT: &str = "write a parameter as a whole segment of the path, as in `https://h.example/mcp/{org}`, named with letters, digits and `_`";
    let start = pattern.find("://").map_or(0, |at| at + "://".len());
    let (scheme, rest) = pattern.split_at(start);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if path.contains('?') {
        return Err("a family has no query; leave out what follows `?`");
    }
    if authority.contains(['{', '}']) {
        return Err(SEGMENT);
    }
    let mut names = Vec::new();
    let mut filled = format!("{scheme}{authority}");
    for segment in path.split('/').skip(1) {
        filled.push('/');
        match parameter_name(segment) {
            Some(name) if names.contains(&name) => return Err("name the parameters of a family apart"),
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
