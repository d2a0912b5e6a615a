//! The path parameters of a request and of a route.

use axum::extract::{FromRequestParts, RawPathParams, rejection::RawPathParamsRejection};
use http::request::Parts;

use super::plan::Plan;
use crate::{
    gate::Gate,
    scope::{Filled, Parameters, Row, ScopeTable, Unfilled, parameters},
};

/// The percent-decoded path parameters of a request, including the parameters of nested routers.
#[derive(Default)]
pub(crate) enum PathParameters {
    /// The route has no parameters.
    #[default]
    None,
    Some(RawPathParams),
    /// A parameter is not valid UTF-8.
    Illegal,
}

impl PathParameters {
    pub(crate) async fn of(parts: &mut Parts) -> Self {
        match RawPathParams::from_request_parts(parts, &()).await {
            Ok(parameters) => Self::Some(parameters),
            Err(RawPathParamsRejection::InvalidUtf8InPathParam(_)) => Self::Illegal,
            Err(_) => Self::None,
        }
    }
}

/// The values for the parameters of templates. These values come from the path and, if the gate has a family, from the
/// resource.
struct InRequest<'a> {
    path: PathParameters,
    plan: Option<&'a Plan>,
}

impl Parameters for InRequest<'_> {
    /// Returns the value of a parameter. If both the path and the family have the parameter, the two values are equal,
    /// because a request with different values has already been refused.
    fn value_of(&self, name: &str) -> Result<&str, Unfilled> {
        let resource = self.plan.and_then(|plan| plan.gate.resource());
        let Some(of_family) = resource.and_then(|resource| resource.parameter(name)) else {
            return self.path.value_of(name);
        };
        // If a parameter of the path is not valid UTF-8, the gate trusts no value, not even the value of the family.
        if matches!(self.path, PathParameters::Illegal) { Err(Unfilled::Illegal) } else { Ok(of_family) }
    }
}

impl PathParameters {
    /// Fills in the templates of a row.
    pub(super) fn fill(self, row: &Row, plan: Option<&Plan>) -> Filled {
        Filled::of(row.terms().templates(), &InRequest { path: self, plan })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let parameters = match self {
            Self::Some(parameters) => Some(parameters),
            Self::None | Self::Illegal => None,
        };
        parameters.into_iter().flatten()
    }
}

impl Parameters for PathParameters {
    fn value_of(&self, name: &str) -> Result<&str, Unfilled> {
        if let Self::Illegal = self {
            return Err(Unfilled::Illegal);
        }
        let mut values = self.iter().filter(|(key, _)| *key == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(value),
            _ => Err(Unfilled::Missing),
        }
    }
}

/// Describes each wrong parameter of a template. A parameter is wrong if it occurs in neither the route's path nor the
/// gate's family, or if it occurs twice in the path.
pub(crate) fn mistaken_templates(gate: &Gate, table: &ScopeTable) -> impl Iterator<Item = String> {
    table.entries().iter().flat_map(move |entry| {
        let (path, handler) = (entry.path().unwrap_or_default(), entry.handler());
        let named = entry.terms().templates().flat_map(|template| {
            let names: Vec<String> = parameters(&template).map(str::to_owned).collect();
            names.into_iter().map(move |name| (template.clone(), name))
        });
        named.filter_map(move |(template, parameter)| {
            match places_of(&parameter, path, gate) {
                1 => None,
                0 => Some(format!("`{handler}` needs `{template}`, but its path `{path}` has no `{{{parameter}}}`")),
                _ => Some(format!(
                    "`{handler}` needs `{template}`, but its path `{path}` has `{{{parameter}}}` twice; give them different names"
                )),
            }
        })
    })
}

/// Counts how often a parameter occurs in a route's path or in the gate's family. If the parameter occurs in both, only
/// the occurrences in the path are counted, because the parameter has the same value in both.
fn places_of(parameter: &str, path: &str, gate: &Gate) -> usize {
    let in_route = names_in(path).filter(|name| *name == parameter).count();
    let is_of_family =
        gate.resource().is_some_and(|family| family.parameters().any(|(_, name)| name == parameter));
    in_route.max(usize::from(is_of_family))
}

/// Finds the names of the parameters in an axum path. A parameter is written `{name}` or `{*name}`, and `{{` is a
/// literal brace. The function also finds the names in the URI template of an MCP resource, where `{name}` can be at
/// any position.
pub(crate) fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('{').filter_map(|(at, _)| {
        let (before, after) = (path.get(..at)?, path.get(at + 1..)?);
        if before.ends_with('{') || after.starts_with('{') {
            return None;
        }
        let (name, _) = after.split_once('}')?;
        Some(name.strip_prefix('*').unwrap_or(name))
    })
}

/// Writes a path the way `OpenAPI` documents do: `{*rest}` becomes `{rest}`.
#[cfg(feature = "export")]
pub(crate) fn place_of(path: &str) -> String {
    path.replace("{*", "{")
}

#[cfg(test)]
mod tests {
    use super::names_in;

    #[test]
    fn parameters_stand_in_braces() {
        for (path, expected) in [
            ("/files", &[][..]),
            ("/files/{name}/{*rest}", &["name", "rest"]),
            ("/{{files}}/{name}", &["name"]),
            ("docs:{tenant}-{name}.txt", &["tenant", "name"]),
        ] {
            assert_eq!(names_in(path).collect::<Vec<_>>(), expected, "{path}");
        }
    }
}
