//! Finds the parameter values for which a policy has special rules.
//!
//! Normally, a template counts as one scope for all values of its parameters. But an implication or the floor can name
//! one particular value, such as `acme`. For example, a scope `support` can imply `tenant:acme:read` or
//! `tenant:acme:*`. The comparison of two locks therefore tries each value that occurs in an implication or in the
//! floor. The doctor also tries the parameter values that occur in a token's scopes.

use std::{borrow::Cow, collections::BTreeSet};

use scopegate_grammar::{Piece, escape, has_braces, pieces};

use crate::scope::{Values, prefix_of, values_in};

/// Lists the parameter values that turn one of `templates` into a scope in `names`, or into a scope that a wildcard in
/// `names` covers.
pub(super) fn values<'a, N: Iterator<Item = &'a str>>(
    templates: impl Iterator<Item = &'a str>,
    names: impl Fn() -> N,
) -> BTreeSet<Values<'a>> {
    let templates = templates.filter(|template| has_braces(template));
    templates.flat_map(|template| names().filter_map(move |name| values_of(template, name))).collect()
}

/// Returns the values that turn `template` into `name`. If `name` is a wildcard, returns the values that turn
/// `template` into a scope that `name` covers.
fn values_of<'a>(template: &'a str, name: &'a str) -> Option<Values<'a>> {
    match prefix_of(name) {
        Some(prefix) => values_in(template, prefix, true),
        None => values_in(template, name, false),
    }
}

/// Fills values into a template. A parameter without a value stays in the text, and stands for any value. As in an
/// attribute, each literal brace in the result is doubled.
pub(super) fn fill<'a>(template: &Cow<'a, str>, values: &Values<'_>) -> Cow<'a, str> {
    let filled = pieces(template).map(|piece| match piece {
        Ok(Piece::Text(text)) => Ok(escape(text)),
        Ok(Piece::Parameter(name)) => {
            Ok(values.get(name).map_or_else(|| format!("{{{name}}}").into(), |value| (*value).into()))
        }
        Err(fault) => Err(fault),
    });
    let filled: Result<String, _> = filled.collect();
    filled.map_or_else(|_| template.clone(), Cow::Owned)
}
