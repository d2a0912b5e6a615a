//! Checks a vocabulary that has been parsed.

use std::collections::HashMap;

use scopegate_grammar::{Fault, TemplateFault};

use super::model::{ONE_SCOPE, ScopeAttribute, Variant, Vocabulary};
use crate::diagnostics::Diagnostics;

/// Checks that each scope is valid and unique.
pub(crate) fn scopes(vocabulary: &Vocabulary, diagnostics: &mut Diagnostics) {
    let mut owners = HashMap::new();
    for variant in &vocabulary.variants {
        let Some(scope) = &variant.scope else { continue };
        let text = scope.text.value();
        if let Err(fault) = scopegate_grammar::meaning(&text) {
            diagnostics.push(syn::Error::new(scope.text.span(), message(fault)));
        } else if let Some(owner) = owners.get(&text) {
            let message = format!("`{text:?}` is already the scope of `{owner}`; give this variant another");
            diagnostics.push(syn::Error::new(scope.text.span(), message));
        } else {
            owners.insert(text, &variant.name);
        }
        if variant.is_template() {
            keys_of_template(scope, diagnostics);
        } else if let (Some(_), Some(unadvertised)) = (&scope.baseline, &scope.unadvertised) {
            let message =
                "a `baseline` scope is published, so it cannot be `unadvertised`; leave one of the two out";
            diagnostics.push(syn::Error::new(unadvertised.span(), message));
        }
    }
}

fn message(fault: TemplateFault) -> String {
    match fault {
        TemplateFault::Scope(Fault::Space) => format!("a scope cannot contain a space; {ONE_SCOPE}"),
        fault => fault.to_string(),
    }
}

/// Refuses the keys that have no meaning for a template.
fn keys_of_template(scope: &ScopeAttribute, diagnostics: &mut Diagnostics) {
    let keys = [
        (
            &scope.implies_key,
            "a template implies nothing, because only a request has values for the parameters; leave this out, and write `any(..)` in the attributes of the handlers",
        ),
        (&scope.baseline, "a template is not published, so it cannot be `baseline`; leave this out"),
        (
            &scope.unadvertised,
            "a template is never published, so it is always `unadvertised`; leave this out",
        ),
    ];
    for (key, message) in keys {
        if let Some(key) = key {
            diagnostics.push(syn::Error::new(key.span(), message));
        }
    }
}

/// Checks that each implication names another variant, that no implication is repeated, and that there is no cycle.
pub(crate) fn implications(vocabulary: &Vocabulary, diagnostics: &mut Diagnostics) {
    let edges: Vec<Vec<usize>> =
        vocabulary.variants.iter().map(|variant| edges_of(variant, vocabulary, diagnostics)).collect();
    for cycle in scopegate_grammar::cycles(&edges) {
        let variants: Vec<&Variant> = cycle.iter().filter_map(|at| vocabulary.variants.get(*at)).collect();
        let (Some(first), Some(last)) = (variants.first(), variants.last()) else { continue };
        // The name that closes the cycle.
        let Some(closing) = last.implied().iter().find(|name| **name == first.name) else { continue };
        let names: Vec<String> =
            variants.iter().chain([first]).map(|variant| format!("`{}`", variant.name)).collect();
        let message = format!("{}; leave one of these out", names.join(" implies "));
        diagnostics.push(syn::Error::new(closing.span(), message));
    }
}

/// Returns the valid direct implications of `variant`.
fn edges_of(variant: &Variant, vocabulary: &Vocabulary, diagnostics: &mut Diagnostics) -> Vec<usize> {
    let mut edges = Vec::new();
    // `keys_of_template` has already refused the whole key.
    let implied = if variant.is_template() { &[] } else { variant.implied() };
    for name in implied {
        let message = match vocabulary.position(name) {
            None => unknown(&name.to_string(), variant, vocabulary),
            Some(_) if *name == variant.name => {
                format!("`{name}` implies itself, as every scope does; leave this out")
            }
            Some(position) if edges.contains(&position) => {
                format!("`{name}` is listed twice; write it once")
            }
            Some(position) if vocabulary.variants[position].is_template() => format!(
                "no scope implies the template `{name}`, because only a request has values for the parameters; leave this out, and write `any(..)` in the attributes of the handlers"
            ),
            Some(position) => {
                edges.push(position);
                continue;
            }
        };
        diagnostics.push(syn::Error::new(name.span(), message));
    }
    edges
}

fn unknown(name: &str, variant: &Variant, vocabulary: &Vocabulary) -> String {
    let others = vocabulary.variants.iter().filter(|other| other.name != variant.name);
    let others: Vec<String> = others.map(|other| other.name.to_string()).collect();
    match scopegate_grammar::suggest(name, others.iter().map(String::as_str)) {
        Some(suggestion) => format!("there is no variant `{name}`; did you mean `{suggestion}`?"),
        None => format!(
            "there is no variant `{name}`; if a `#[cfg]` removes it, write this implication in a `#[cfg_attr(.., scope(..))]`"
        ),
    }
}
