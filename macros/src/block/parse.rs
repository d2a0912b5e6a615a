//! Which items a block attribute takes.

use proc_macro2::TokenStream;
use syn::ItemImpl;

/// Checks that an item is a type's own `impl` block. `hint` says what the attribute is for.
pub(crate) fn parse(attribute: &str, hint: &str, item: TokenStream) -> syn::Result<ItemImpl> {
    let block: ItemImpl = syn::parse2(item).map_err(|error| {
        let message = format!("{error}; `#[{attribute}]` goes on an `impl` block {hint}");
        syn::Error::new(error.span(), message)
    })?;
    if let Some((path, _)) = &block.trait_ {
        let message =
            format!("`#[{attribute}]` goes on the type's own `impl` block, and not on that of a trait");
        return Err(syn::Error::new_spanned(path, message));
    }
    Ok(block)
}
