//! Declares the requirement of a method with a scope attribute, and gives the method its guard.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Attribute, FnArg, ImplItemFn, Meta, Path, spanned::Spanned};

use super::{marker, owner::Owner};
use crate::{
    diagnostics::Diagnostics,
    handler::{MarkerType, guard_with},
};

const OURS: [&str; 3] = ["requires_scope", "authenticated", "public"];

/// Recognizes an attribute by the last segment of its path, as rmcp does.
pub(crate) fn is(attribute: &Attribute, name: &str) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == name)
}

/// Removes the scope attributes of a method, and returns them.
pub(crate) fn take_ours(method: &mut ImplItemFn, diagnostics: &mut Diagnostics) -> Vec<Attribute> {
    let is_ours = |attribute: &Attribute| OURS.iter().any(|name| is(attribute, name));
    let (ours, others) = std::mem::take(&mut method.attrs).into_iter().partition(is_ours);
    method.attrs = others;
    if let Some(conditional) = method.attrs.iter().position(is_conditional) {
        let conditional = method.attrs.remove(conditional);
        diagnostics.push(syn::Error::new(
            conditional.path().span(),
            "a scope attribute inside a `cfg_attr` has no effect here; write the method twice, each time with a `#[cfg(..)]` \
             and its own scope attribute",
        ));
    }
    ours
}

fn is_conditional(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    let names_ours = |token: proc_macro2::TokenTree| OURS.contains(&token.to_string().as_str());
    attribute.path().is_ident("cfg_attr") && list.tokens.clone().into_iter().any(names_ours)
}

/// The type that carries a method's declaration.
pub(crate) struct Declared {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) marker: MarkerType,
    /// The definition of the type.
    pub(crate) item: TokenStream,
}

/// Gives a method its guard. The attribute `ours` declares the requirement. If `ours` is `None`, any valid token
/// suffices.
pub(crate) fn declare(
    method: &mut ImplItemFn,
    ours: Option<&Attribute>,
    owner: &Owner,
    krate: &Path,
) -> Declared {
    let ident = method.sig.ident.clone();
    let marker = marker::name(owner, &ident);
    let is_cfg = |attribute: &&Attribute| attribute.path().is_ident("cfg");
    let cfgs: Vec<Attribute> = owner.cfgs.iter().chain(method.attrs.iter().filter(is_cfg)).cloned().collect();
    let declaration = ours.map_or_else(|| quote!(#[#krate::authenticated]), |first| in_crate(first, krate));
    let item = marker::declare(&declaration, &cfgs, &method.vis, &marker, owner, &ident);
    let at = usize::from(matches!(method.sig.inputs.first(), Some(FnArg::Receiver(_))));
    guard_with(&mut method.attrs, &mut method.sig, at, &quote!(#krate::Guard<#marker>));
    Declared { cfgs, marker, item }
}

/// Adds the block's key `crate` to an attribute that has no key `crate`.
fn in_crate(attribute: &Attribute, krate: &Path) -> TokenStream {
    let path = attribute.path();
    match &attribute.meta {
        Meta::List(list) if list.tokens.clone().into_iter().all(|token| token.to_string() != "crate") => {
            let tokens = &list.tokens;
            quote_spanned!(path.span()=> #[#path(crate = #krate, #tokens)])
        }
        Meta::Path(_) => quote_spanned!(path.span()=> #[#path(crate = #krate)]),
        _ => quote!(#attribute),
    }
}

/// Scope attributes that have no effect because of an error.
#[derive(Default)]
pub(crate) struct Idle(Vec<Attribute>);

impl Extend<Attribute> for Idle {
    fn extend<I: IntoIterator<Item = Attribute>>(&mut self, attributes: I) {
        self.0.extend(attributes);
    }
}

impl Idle {
    /// Emits each attribute on a dummy item, so that the compiler does not report the attribute's import as unused.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let idle = self.0;
        quote!(#(const _: () = { #idle #[doc(hidden)] enum __scopes_of_nothing {} };)*)
    }
}
