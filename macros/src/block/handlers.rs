//! Expands `#[scoped_handlers]`, the attribute for handlers that are associated functions of a type.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{parse::Parser, spanned::Spanned};

use super::{
    checks,
    method::{Declared, Idle, declare, take_ours},
    owner::Owner,
    parse::{BlockAttribute, methods},
};
use crate::{
    args::{default_crate, parse_crate_alone},
    diagnostics::Diagnostics,
    handler,
};

const ATTRIBUTE: BlockAttribute =
    BlockAttribute { name: "scoped_handlers", hint: "whose handlers have scope attributes" };

pub(crate) fn scoped_handlers(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let krate = diagnostics.take(parse_crate_alone.parse2(args)).flatten().unwrap_or_else(default_crate);
    let (mut block, mut diagnostics) = match ATTRIBUTE.parse(item, diagnostics) {
        Ok(read) => read,
        Err(tokens) => return tokens,
    };

    let owner = Owner::of(&block);
    let (mut idle, mut declared, mut is_empty) = (Idle::default(), Vec::new(), true);
    let mut checks = TokenStream::new();
    for method in methods(&mut block) {
        let ours = take_ours(method, &mut diagnostics);
        let Some(first) = ours.first() else { continue };
        is_empty = false;
        if let [_, second, ..] = &ours[..] {
            diagnostics.push(syn::Error::new(second.path().span(), handler::TWICE));
        }
        if diagnostics.take(handler::check(&method.attrs, &method.sig)).is_some() {
            checks.extend(checks::of(method, first, &owner, &krate, &mut diagnostics));
            declared.push(declare(method, Some(first), &owner, &krate));
            idle.extend(ours.into_iter().skip(1));
        } else {
            idle.extend(ours);
        }
    }
    if is_empty && diagnostics.is_empty() {
        diagnostics.push(syn::Error::new(
            Span::call_site(),
            "no function of this block has a scope attribute; write `#[requires_scope(\"..\")]`, `#[authenticated]` or \
             `#[public]` above each handler",
        ));
    }
    let items = declared.iter().map(|Declared { item, .. }| item);
    let (idle, errors) = (idle.into_tokens(), diagnostics.into_tokens());
    quote!(#block #(#items)* #checks #idle #errors)
}
