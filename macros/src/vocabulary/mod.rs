//! Expands `#[derive(Vocabulary)]`: parses the enum, checks it, and emits a table of its scopes and the code that reads
//! the table.

use proc_macro2::TokenStream;
use quote::quote;

use crate::diagnostics::Diagnostics;

mod check;
mod description;
mod model;
mod tokens;

#[cfg(test)]
pub(crate) use description::description;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let vocabulary = diagnostics
        .take(syn::parse2(item).and_then(model::plain_enum))
        .map(|item| model::Vocabulary::read(item, &mut diagnostics));
    if let Some(vocabulary) = &vocabulary {
        check::scopes(vocabulary, &mut diagnostics);
        check::implications(vocabulary, &mut diagnostics);
    }
    // After an error, the generated items are still emitted, so that code that uses them causes no more errors.
    let vocabulary =
        if diagnostics.is_empty() { vocabulary } else { vocabulary.map(model::Vocabulary::without_scopes) };
    let vocabulary = vocabulary.as_ref().map(tokens::vocabulary);
    let errors = diagnostics.into_tokens();
    quote!(#vocabulary #errors)
}
