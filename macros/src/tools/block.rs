//! The `impl` block under `#[scoped_tools]`.

use syn::{ImplItem, ImplItemFn, ItemImpl, Meta, ReturnType, Type, parse::Parser};

use super::{args::Args, kind::Kind};
use crate::block::is;

/// Finds rmcp's own router attribute, if it is below `#[scoped_tools]`. If rmcp's attribute is above, it has already
/// been expanded, and this function finds the router that the attribute emitted.
pub(super) fn explicit_router(block: &ItemImpl, kind: Kind) -> Option<Args> {
    if let Some(attribute) = block.attrs.iter().find(|attribute| is(attribute, kind.router())) {
        let Meta::List(list) = &attribute.meta else { return Some(Args::default()) };
        // Errors in rmcp's attribute are reported by rmcp.
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

/// Reads the arguments of `#[scoped_tools]`.
pub(super) fn args(args: proc_macro2::TokenStream) -> syn::Result<Args> {
    <Args as syn::parse::Parse>::parse.parse2(args)
}
