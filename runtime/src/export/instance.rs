//! Finds those values of a template's parameters that a policy treats differently from all other values.
//!
//! A template normally counts as one scope, whatever value a request fills in. But an implication or the floor can name
//! one particular value, such as `acme`. For example, a scope `support` can imply `tenant:acme:read` or
//! `tenant:acme:*`. Two locks are therefore also compared for each value that an implication or the floor names. The
//! doctor also tries the values that the scopes of a token contain.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use scopegate_grammar::{Piece, has_braces, is_value, is_value_byte, pieces};

/// The values of some parameters, by name. A parameter that is not in the map stands for any value.
pub(super) type Values<'a> = BTreeMap<&'a str, &'a str>;

/// Lists the parameter values that turn one of `templates` into a scope in `names`, or into a scope that a wildcard in
/// `names` covers.
pub(super) fn values<'a, N: Iterator<Item = &'a str>>(
    templates: impl Iterator<Item = &'a str>,
    names: impl Fn() -> N,
) -> BTreeSet<Values<'a>> {
    let templates = templates.filter(|template| has_braces(template));
    templates.flat_map(|template| names().filter_map(move |name| values_in(template, name))).collect()
}

/// Returns the values that turn `template` into `name`. If `name` is a wildcard, these are the values that turn
/// `template` into a scope that `name` covers. At most one set of values fits, because each parameter is between
/// separators, and no value contains a separator.
fn values_in<'a>(template: &'a str, name: &'a str) -> Option<Values<'a>> {
    let wildcard = name.strip_suffix('*').filter(|prefix| prefix.ends_with([':', '/']));
    let mut rest = wildcard.unwrap_or(name);
    let mut values = Values::new();
    for piece in pieces(template) {
        if wildcard.is_some() && rest.is_empty() {
            break;
        }
        rest = match piece.ok()? {
            Piece::Text(text) if wildcard.is_some() && text.starts_with(rest) => "",
            Piece::Text(text) => rest.strip_prefix(text)?,
            Piece::Parameter(parameter) => {
                let end = rest.bytes().position(|byte| !is_value_byte(byte)).unwrap_or(rest.len());
                let (value, behind) = rest.split_at(end);
                let former = values.insert(parameter, value).unwrap_or(value);
                (is_value(value) && former == value).then_some(behind)?
            }
        };
    }
    rest.is_empty().then_some(values)
}

/// Fills values into a template. A parameter without a value stays as it is.
pub(super) fn fill<'a>(template: &Cow<'a, str>, values: &Values<'_>) -> Cow<'a, str> {
    let filled = pieces(template).map(|piece| match piece {
        Ok(Piece::Text(text)) => Ok(Cow::Borrowed(text)),
        Ok(Piece::Parameter(name)) => {
            Ok(values.get(name).map_or_else(|| format!("{{{name}}}").into(), |value| (*value).into()))
        }
        Err(fault) => Err(fault),
    });
    let filled: Result<String, _> = filled.collect();
    filled.map_or_else(|_| template.clone(), Cow::Owned)
}
