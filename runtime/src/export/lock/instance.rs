//! What templates come to where a policy names a scope that they can make.
//!
//! A template counts as one scope, whatever the request fills in. But an implication can name what it comes to for one value:
//! `support` that stands for `tenant:acme:read`, or for `tenant:acme:*`. So each such value is looked at by itself, too.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use scopegate_grammar::{Piece, has_braces, is_value, is_value_byte, pieces};

/// Values of parameters, by name. The others may have any value.
pub(super) type Values<'a> = BTreeMap<&'a str, &'a str>;

/// Lists the values with which one of `templates` comes to one of `names`, or to a scope that a wildcard among these stands for.
pub(super) fn values<'a, N: Iterator<Item = &'a str>>(
    templates: impl Iterator<Item = &'a str>,
    names: impl Fn() -> N,
) -> BTreeSet<Values<'a>> {
    let templates = templates.filter(|template| has_braces(template));
    templates.flat_map(|template| names().filter_map(move |name| values_in(template, name))).collect()
}

/// A parameter stands between separators, which no value has, so there is one way at the most to take `name` apart.
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

/// Puts values into a template, and leaves the parameters that have none.
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
