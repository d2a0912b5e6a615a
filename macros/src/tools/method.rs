//! A tool or a prompt: what it declares, and where its guard goes.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{
    Attribute, Expr, ExprLit, FnArg, Ident, ImplItemFn, Lit, LitStr, Meta, Path, Token, parse_quote,
    punctuated::Punctuated, spanned::Spanned,
};

use super::{
    kind::{Kind, is},
    marker,
};
use crate::diagnostics::Diagnostics;

/// What one tool or prompt declares.
pub(super) struct Operation {
    pub(super) kind: Kind,
    pub(super) cfgs: Vec<Attribute>,
    /// The name that clients know it by.
    pub(super) name: LitStr,
    /// The type that carries the declaration, and its item.
    pub(super) marker: Ident,
    pub(super) declaration: TokenStream,
}

const OURS: [&str; 3] = ["requires_scope", "authenticated", "public"];

impl Operation {
    /// Reads a method and gives it its guard; `None` if it is another. Attributes that say nothing are handed out.
    pub(super) fn take(
        method: &mut ImplItemFn,
        owner: &str,
        krate: &Path,
        diagnostics: &mut Diagnostics,
        idle: &mut Vec<Attribute>,
    ) -> Option<Self> {
        let ours = take_ours(method);
        let Some(kind) = Kind::of(method) else {
            refuse_elsewhere(&ours, diagnostics);
            idle.extend(ours);
            return None;
        };
        let ident = &method.sig.ident;
        check(&ours, kind, ident, diagnostics);
        let name = name_of(method, kind);
        let marker = marker::name(owner, ident);
        let is_cfg = |attribute: &&Attribute| attribute.path().is_ident("cfg");
        let cfgs: Vec<Attribute> = method.attrs.iter().filter(is_cfg).cloned().collect();
        // After a mistake a token is needed; the build has failed anyway.
        let said =
            ours.first().map_or_else(|| quote!(#[#krate::authenticated]), |first| in_crate(first, krate));
        let declaration = marker::declare(&said, &cfgs, &method.vis, &marker, ident);
        guard_with(method, &quote!(#krate::Guard<#marker>));
        idle.extend(ours.into_iter().skip(1));
        Some(Self { kind, cfgs, name, marker, declaration })
    }
}

fn refuse_elsewhere(ours: &[Attribute], diagnostics: &mut Diagnostics) {
    for attribute in ours {
        diagnostics.push(syn::Error::new(
            attribute.path().span(),
            "this method is neither a tool nor a prompt, so nothing guards it; write `#[tool]` or `#[prompt]` beside this, or leave it out",
        ));
    }
}

/// Checks that a method declares what it needs, once, and not as public.
fn check(ours: &[Attribute], kind: Kind, method: &Ident, diagnostics: &mut Diagnostics) {
    let mut fault = |span, message: String| diagnostics.push(syn::Error::new(span, message));
    let kind = kind.name();
    match ours {
        [] => fault(
            method.span(),
            format!(
                "this {kind} declares no scope; write `#[requires_scope(\"..\")]` or `#[authenticated]` above it"
            ),
        ),
        [_, second, ..] => fault(
            second.path().span(),
            format!("this {kind} has a scope attribute already; say all that it needs in one"),
        ),
        [only] if is(only, "public") => fault(
            only.path().span(),
            format!(
                "a {kind} cannot be public, since its server demands a token for every request; write `#[authenticated]`"
            ),
        ),
        [_] => {}
    }
}

/// Adds the block's `crate` to an attribute, unless it has its own.
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

pub(super) fn take_ours(method: &mut ImplItemFn) -> Vec<Attribute> {
    let attributes = std::mem::take(&mut method.attrs);
    let is_ours = |attribute: &Attribute| OURS.iter().any(|name| is(attribute, name));
    let (ours, others) = attributes.into_iter().partition(is_ours);
    method.attrs = others;
    ours
}

/// Finds the name as rmcp does: the key `name`, else the method's.
fn name_of(method: &ImplItemFn, kind: Kind) -> LitStr {
    let attribute = method.attrs.iter().find(|attribute| is(attribute, kind.name()));
    let own = match attribute.map(|attribute| &attribute.meta) {
        Some(Meta::List(list)) => list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok(),
        _ => None,
    };
    let text = own.into_iter().flatten().find_map(|meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident("name") => match pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(name), .. }) => Some(name),
            _ => None,
        },
        _ => None,
    });
    let ident = &method.sig.ident;
    text.unwrap_or_else(|| LitStr::new(&ident.to_string(), ident.span()))
}

/// Puts the guard before every other argument: rmcp reads them from left to right.
fn guard_with(method: &mut ImplItemFn, guard: &TokenStream) {
    let inputs = &mut method.sig.inputs;
    if inputs.len() == crate::handler::CLIPPY_LIMIT {
        method.attrs.push(parse_quote!(#[allow(clippy::too_many_arguments)]));
    }
    let at = usize::from(matches!(inputs.first(), Some(FnArg::Receiver(_))));
    inputs.insert(at, parse_quote!(_: #guard));
}
