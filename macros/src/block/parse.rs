//! The items that a block attribute accepts.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ImplItem, ImplItemFn, ItemImpl};

use super::method::{Idle, is, take_ours};
use crate::diagnostics::Diagnostics;

/// An attribute that is valid only on an `impl` block.
pub(crate) struct BlockAttribute {
    pub(crate) name: &'static str,
    /// The words that follow "goes on an `impl` block" in the error message.
    pub(crate) hint: &'static str,
}

impl BlockAttribute {
    /// Reads the `impl` block of a type. For any other item, the error contains the tokens to emit instead of the item.
    pub(crate) fn parse(
        &self,
        item: TokenStream,
        mut diagnostics: Diagnostics,
    ) -> Result<(ItemImpl, Diagnostics), TokenStream> {
        let Self { name, hint } = self;
        let block: syn::Result<ItemImpl> = syn::parse2(item).map_err(|error| {
            syn::Error::new(error.span(), format!("{error}; `#[{name}]` goes on an `impl` block {hint}"))
        });
        let Some(mut block) = diagnostics.take(block) else { return Err(diagnostics.into_tokens()) };
        let Some((path, _)) = &block.trait_ else { return Ok((block, diagnostics)) };
        let message = format!(
            "`#[{name}]` does not work on the `impl` of a trait; write it on the type's own `impl` block"
        );
        diagnostics.push(syn::Error::new_spanned(path, message));
        let mut idle = Idle::default();
        for method in methods(&mut block) {
            idle.extend(take_ours(method, &mut diagnostics));
            // Removes rmcp's attributes, because they would add functions that the trait does not have.
            method.attrs.retain(|attribute| !is(attribute, "tool") && !is(attribute, "prompt"));
        }
        let (idle, errors) = (idle.into_tokens(), diagnostics.into_tokens());
        Err(quote!(#block #idle #errors))
    }
}

/// Iterates over the functions of a block.
pub(crate) fn methods(block: &mut ItemImpl) -> impl Iterator<Item = &mut ImplItemFn> {
    block.items.iter_mut().filter_map(|item| match item {
        ImplItem::Fn(method) => Some(method),
        _ => None,
    })
}
