//! The parameters of the path that a request has matched, and those that a route has.

use axum::extract::{FromRequestParts, RawPathParams, rejection::RawPathParamsRejection};
use http::request::Parts;

use crate::scope::{Parameters, ScopeTable, Unfilled, parameters};

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

impl Parameters for PathParameters {
    fn value_of(&self, name: &str) -> Result<&str, Unfilled> {
        let parameters = match self {
            Self::Some(parameters) => parameters,
            Self::None => return Err(Unfilled::Missing),
            Self::Illegal => return Err(Unfilled::Illegal),
        };
        let mut values = parameters.iter().filter(|(key, _)| *key == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(value),
            _ => Err(Unfilled::Missing),
        }
    }
}

/// Returns the templates that name no parameter of their route's path, or one that stands there twice.
pub(crate) fn mistaken_templates(table: &ScopeTable) -> impl Iterator<Item = String> {
    table.entries().iter().flat_map(|entry| {
        let (path, handler) = (entry.path().unwrap_or_default(), entry.handler());
        let named = entry.terms().templates().flat_map(|template| {
            let names: Vec<String> = parameters(&template).map(str::to_owned).collect();
            names.into_iter().map(move |name| (template.clone(), name))
        });
        named.filter_map(move |(template, parameter)| {
            match names_in(path).filter(|name| **name == *parameter).count() {
                1 => None,
                0 => Some(format!("`{handler}` needs `{template}`, but its path `{path}` has no `{{{parameter}}}`")),
                _ => Some(format!(
                    "`{handler}` needs `{template}`, but its path `{path}` has `{{{parameter}}}` twice; name them apart"
                )),
            }
        })
    })
}

/// `{name}` and `{*name}`, as axum writes parameters; `{{` is a brace. URI templates of MCP have the former anywhere.
fn names_in(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('{').filter_map(|(at, _)| {
        let (before, after) = (path.get(..at)?, path.get(at + 1..)?);
        if before.ends_with('{') || after.starts_with('{') {
            return None;
        }
        let (name, _) = after.split_once('}')?;
        Some(name.strip_prefix('*').unwrap_or(name))
    })
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
