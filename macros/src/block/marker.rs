//! The marker type of a method: the `T` in the method's guard `Guard<T>`. An attribute inside an `impl` cannot emit a
//! type. Therefore, the attribute on the block emits the type, and moves the method's attribute onto this type. The
//! move has two advantages: the same code can read the scope attributes of functions and of methods, and the compiler
//! does not report the attribute's import as unused.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Ident, ItemEnum, Lit, Meta, MetaNameValue, Visibility, ext::IdentExt};

use super::owner::Owner;
use crate::handler::{Handler, MARKER_PREFIX, MarkerType};

/// Names the marker type of a method.
pub(super) fn name(owner: &Owner, method: &Ident) -> MarkerType {
    MarkerType::new(&format!("{}__{}", owner.ident, method.unraw()), method)
}

/// Emits the marker type of a method, with the attribute that declares the method's requirement.
pub(super) fn declare(
    declaration: &TokenStream,
    cfgs: &[Attribute],
    visibility: &Visibility,
    marker: &MarkerType,
    owner: &Owner,
    method: &Ident,
) -> TokenStream {
    // The name gets the span of the method, because the row contains the line of this span.
    let mut marker = marker.module.clone();
    marker.set_span(method.span());
    let name = format!("{}::{}", owner.name, method.unraw());
    quote! {
        #declaration
        #[doc = #name]
        #(#cfgs)*
        #visibility enum #marker {}
    }
}

/// What the attribute reads from a marker type. `handler` is a function that stands for the method. The name, the
/// attributes and the visibility of this function come from the marker type. The function has no arguments, and its
/// body is empty. `name` is the method's name in the row, as in `Files::list`.
pub(crate) struct Marker {
    pub(crate) handler: Handler,
    pub(crate) type_: MarkerType,
    pub(crate) name: String,
}

/// Parses the item as the marker type of a method. Returns `None` if the item is not a marker type.
pub(crate) fn marker(item: &TokenStream) -> Option<Marker> {
    // Searching for the keyword is cheaper than parsing the body of every handler.
    item.clone().into_iter().find(|token| matches!(token, TokenTree::Ident(ident) if ident == "enum"))?;
    let ItemEnum { attrs, vis, ident, variants, .. } = syn::parse2(item.clone()).ok()?;
    let text = ident.to_string();
    let text = text.strip_prefix(MARKER_PREFIX).filter(|_| variants.is_empty())?;
    // A user can write an enum whose name begins with the prefix, but has no identifier after the prefix.
    let mut method: Ident = syn::parse_str(text).ok()?;
    method.set_span(ident.span());
    let handler = syn::parse2(quote!(#(#attrs)* #vis fn #method() {})).ok()?;
    let name = attrs.iter().find_map(name_of).unwrap_or_else(|| text.to_owned());
    let own = name.rsplit("::").next().and_then(|own| syn::parse_str(&format!("r#{own}")).ok());
    let type_ = MarkerType::new(text, own.as_ref().unwrap_or(&method));
    Some(Marker { handler, type_, name })
}

fn name_of(attribute: &Attribute) -> Option<String> {
    match &attribute.meta {
        Meta::NameValue(MetaNameValue {
            path,
            value: Expr::Lit(ExprLit { lit: Lit::Str(name), .. }),
            ..
        }) if path.is_ident("doc") => Some(name.value()),
        _ => None,
    }
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
