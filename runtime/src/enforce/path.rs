//! The parameters of the path that a request has matched, and those that a route has.

use axum::extract::{FromRequestParts, RawPathParams, rejection::RawPathParamsRejection};
use http::request::Parts;

use super::plan::Plan;
use crate::{
    gate::Gate,
    scope::{Filled, Parameters, Row, ScopeTable, Unfilled, parameters},
};

/// The parameters of a request's path, those of nested routers included, with percent-encoding undone.
#[derive(Default)]
pub(crate) enum PathParameters {
    /// The route has none.
    #[default]
    None,
    Some(RawPathParams),
    /// They are no text.
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

/// What a request has for the parameters of templates: those of its path, and those of the resource that it is for, where
/// the gate has a family of them.
struct InRequest<'a> {
    path: PathParameters,
    plan: Option<&'a Plan>,
}

impl Parameters for InRequest<'_> {
    /// A name that stands in the path and in the family has one value, or the handler is not reached.
    fn value_of(&self, name: &str) -> Result<&str, Unfilled> {
        let resource = self.plan.and_then(|plan| plan.gate.resource());
        let Some(of_family) = resource.and_then(|resource| resource.parameter(name)) else {
            return self.path.value_of(name);
        };
        // A path that is no text has none of them for certain.
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

/// Returns the templates that name no parameter of their route's path or of the gate's family, or one that stands there
/// twice.
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
                    "`{handler}` needs `{template}`, but its path `{path}` has `{{{parameter}}}` twice; name them apart"
                )),
            }
        })
    })
}

/// Counts the places where a parameter stands; what stands in the path of a family, too, is one with that.
fn places_of(parameter: &str, path: &str, gate: &Gate) -> usize {
    let in_route = names_in(path).filter(|name| *name == parameter).count();
    let is_of_family =
        gate.resource().is_some_and(|family| family.parameters().any(|(_, name)| name == parameter));
    in_route.max(usize::from(is_of_family))
}

/// `{name}` and `{*name}`, as axum writes parameters; `{{` is a brace. URI templates of MCP have the former anywhere.
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

/// Writes a path as `OpenAPI` has it, which knows no `{*rest}`.
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
