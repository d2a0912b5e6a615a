//! The `impl` block that `#[scoped_tools]` stands on.

use quote::ToTokens;
use syn::{Ident, ImplItem, ImplItemFn, ItemImpl, Meta, ReturnType, Type, parse::Parser};

use super::{
    args::Args,
    kind::{Kind, is},
};

/// Checks that an item is a block in which there can be tools and prompts.
pub(super) fn parse(item: proc_macro2::TokenStream) -> syn::Result<ItemImpl> {
    let block: ItemImpl = syn::parse2(item).map_err(|error| {
        let hint = "`#[scoped_tools]` goes on an `impl` block with `#[tool]` or `#[prompt]` methods";
        syn::Error::new(error.span(), format!("{error}; {hint}"))
    })?;
    if let Some((path, _)) = &block.trait_ {
        return Err(syn::Error::new_spanned(
            path,
            "`#[scoped_tools]` goes on the type's own `impl` block, and not on that of a trait",
        ));
    }
    Ok(block)
}

/// Finds rmcp's own attribute, which stands below ours, or has left its router here when it stands above.
pub(super) fn explicit_router(block: &ItemImpl, kind: Kind) -> Option<Args> {
    if let Some(attribute) = block.attrs.iter().find(|attribute| is(attribute, kind.router())) {
        let Meta::List(list) = &attribute.meta else { return Some(Args::default()) };
        // What is wrong with it, rmcp says.
        return Some(syn::parse2(list.tokens.clone()).unwrap_or_default());
    }
    block.items.iter().find_map(|item| match item {
        ImplItem::Fn(function) if makes_a_router(function, kind) => {
            let visibility = function.vis.clone();
            Some(Args { router: Some(function.sig.ident.clone()), visibility, ..Args::default() })
        }
        _ => None,
    })
}

fn makes_a_router(function: &ImplItemFn, kind: Kind) -> bool {
    let ReturnType::Type(_, returned) = &function.sig.output else { return false };
    let Type::Path(path) = &**returned else { return false };
    let last = path.path.segments.last();
    function.sig.inputs.is_empty() && last.is_some_and(|last| last.ident == kind.router_type())
}

/// Names a block's type in an identifier, `Files<Disk>` as `Files_Disk`.
pub(super) fn owner(block: &ItemImpl) -> String {
    let words = block.self_ty.to_token_stream().to_string();
    // A literal in the type can hold what is alphanumeric and no part of an identifier, such as `²`.
    let is_in_names = |character| syn::parse_str::<Ident>(&format!("_{character}")).is_ok();
    let words = words.split(|character: char| !is_in_names(character));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

/// Reads the arguments of the attribute itself.
pub(super) fn args(args: proc_macro2::TokenStream) -> syn::Result<Args> {
    <Args as syn::parse::Parse>::parse.parse2(args)
}

#[cfg(test)]
mod tests {
    use syn::{ItemImpl, parse_quote};

    use super::owner;

    #[test]
    fn the_name_of_a_type_is_an_identifier() {
        let check = |block: ItemImpl, expected| assert_eq!(owner(&block), expected);
        check(parse_quote!(impl Files {}), "Files");
        check(parse_quote!(impl crate::Files<Disk, 1> {}), "crate_Files_Disk_1");
        check(parse_quote!(impl Größe<'²'> {}), "Größe");
        check(parse_quote!(impl Files<{ "a₂\"b" }> {}), "Files_a_b");
    }
}
