//! The type of a guard. An attribute cannot emit it from inside an `impl`, so the block does that for it, and has the
//! user's own attribute stand on it: it is read in one place, and its import is used.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, Ident, ItemEnum, Visibility, ext::IdentExt};

use crate::handler::{Handler, MARKER_PREFIX};

/// Names the type of a method's guard.
pub(super) fn name(owner: &str, method: &Ident) -> Ident {
    Ident::new(&format!("{MARKER_PREFIX}{owner}__{}", method.unraw()), Span::mixed_site())
}

/// Emits the type of a method's guard, with the attribute that says what it needs.
pub(super) fn declare(
    declaration: &TokenStream,
    cfgs: &[Attribute],
    visibility: &Visibility,
    marker: &Ident,
    method: &Ident,
) -> TokenStream {
    // The method's own place is the row's line.
    let mut marker = marker.clone();
    marker.set_span(method.span());
    quote! {
        #declaration
        #(#cfgs)*
        #visibility enum #marker {}
    }
}

/// Takes an item for the type of a method's guard, if it is one: the handler that it stands for has no body and no arguments.
pub(crate) fn marker(item: &TokenStream) -> Option<Handler> {
    // Cheaper than to read the body of every handler for it.
    item.clone().into_iter().find(|token| matches!(token, TokenTree::Ident(ident) if ident == "enum"))?;
    let ItemEnum { attrs, vis, ident, variants, .. } = syn::parse2(item.clone()).ok()?;
    let name = ident.to_string();
    let name = name.strip_prefix(MARKER_PREFIX).filter(|_| variants.is_empty())?;
    // Nothing keeps people from writing an enum of such a name themselves, with anything behind the prefix.
    let mut name: Ident = syn::parse_str(name).ok()?;
    name.set_span(ident.span());
    syn::parse2(quote!(#(#attrs)* #vis fn #name() {})).ok()
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::marker;

    #[test]
    fn what_follows_the_prefix_names_a_handler() {
        let is_marker = |item| marker(&item).is_some();
        assert!(is_marker(quote!(
            enum __scopes_of_Files__purge {}
        )));
        for other in [
            quote!(
                enum __scopes_of_ {}
            ),
            quote!(
                enum __scopes_of_1 {}
            ),
            quote!(
                enum __scopes_of_fn {}
            ),
        ] {
            assert!(!is_marker(other));
        }
    }
}
