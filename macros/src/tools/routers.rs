//! Which of rmcp's routers a block gets: one for its tools, one for its prompts, each unless it has it already.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{ItemImpl, LitStr, Meta};

use super::{args::Args, block, kind::Kind, method::Operation};
use crate::diagnostics::Diagnostics;

/// The routers of a block.
pub(super) struct Routers {
    /// rmcp's attributes, those that are to be emitted.
    pub(super) attributes: TokenStream,
    /// What the table is named after.
    pub(super) kind: Kind,
    /// The arguments of the router that the table is named after.
    pub(super) args: Args,
}

impl Routers {
    pub(super) fn of(
        args: Args,
        block: &ItemImpl,
        operations: &[Operation],
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let has = |kind| operations.iter().any(|operation| operation.kind == kind);
        let prompts = has(Kind::Prompt);
        // A block with neither is rmcp's to complain about.
        let kind = if has(Kind::Tool) || !prompts { Kind::Tool } else { Kind::Prompt };
        let has_both = kind == Kind::Tool && prompts;
        let explicit = |kind| block::explicit_router(block, kind);
        if let Err(error) = check(&args, has_both && explicit(Kind::Prompt).is_none()) {
            diagnostics.push(error);
        }

        let tools = (kind == Kind::Tool && explicit(Kind::Tool).is_none()).then(|| {
            let rest = &args.rest;
            quote!(#[::rmcp::tool_router(#(#rest),*)])
        });
        let prompts = (prompts && explicit(Kind::Prompt).is_none()).then(|| prompt_router(&args, has_both));
        Self { attributes: quote!(#tools #prompts), kind, args: explicit(kind).unwrap_or(args) }
    }
}

/// Checks that each router has its own name.
fn check(args: &Args, has_both: bool) -> syn::Result<()> {
    match (&args.router, &args.prompt_router) {
        (_, Some(name)) if !has_both => Err(syn::Error::new(
            name.span(),
            "`prompt_router` is for a block of tools and prompts; write `router` in its place",
        )),
        (Some(name), None) if has_both && name != Kind::Tool.router() => Err(syn::Error::new(
            name.span(),
            "this names the router of the tools alone; name that of the prompts, too, as in `prompt_router = admin_prompts`",
        )),
        _ => Ok(()),
    }
}

/// Emits rmcp's attribute, which takes the name as a text.
fn prompt_router(args: &Args, has_both: bool) -> TokenStream {
    let name = if has_both { &args.prompt_router } else { &args.router };
    let router = name.as_ref().map(|name| {
        let name = LitStr::new(&name.to_string(), name.span());
        quote!(router = #name,)
    });
    let is = |meta: &&Meta, key: &str| meta.path().is_ident(key);
    // In a block with tools the other keys are for their router.
    let rest = args.rest.iter().filter(|meta| if has_both { is(meta, "vis") } else { !is(meta, "router") });
    quote!(#[::rmcp::prompt_router(#router #(#rest),*)])
}
