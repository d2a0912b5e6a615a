//! The rmcp routers of a block: one for its tools and one for its prompts. If the block already has one of these
//! routers, the macro does not emit it again.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Expr, ExprLit, ItemImpl, Lit, LitBool, LitStr, Meta, MetaNameValue, Path};

use super::{args::Args, block, kind::Kind, method::Operation};
use crate::diagnostics::Diagnostics;

/// The routers of a block.
pub(super) struct Routers {
    /// The attributes of rmcp that are emitted above the block.
    attributes: TokenStream,
    /// The `ServerHandler` implementation, if the user writes `server_handler` and `rmcp = ..`. The implementation that
    /// rmcp's attribute emits compiles only if a dependency is called `rmcp`.
    server: TokenStream,
    /// The path of rmcp, if the user gives one.
    rmcp: Option<Path>,
    /// The block's table takes its name from a router. `kind` tells whether that router is for tools or for prompts.
    pub(super) kind: Kind,
    /// The block's table takes its name from a router. These are the arguments of that router.
    pub(super) args: Args,
}

impl Routers {
    pub(super) fn of(
        mut args: Args,
        block: &ItemImpl,
        operations: &[Operation],
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let has = |kind| operations.iter().any(|operation| operation.kind == kind);
        let prompts = has(Kind::Prompt);
        // A block without tools and prompts is an error that rmcp reports.
        let kind = if has(Kind::Tool) || !prompts { Kind::Tool } else { Kind::Prompt };
        let has_both = kind == Kind::Tool && prompts;
        let explicit = |kind| block::explicit_router(block, kind);
        if let Err(error) = check(&args, has_both && explicit(Kind::Prompt).is_none()) {
            diagnostics.push(error);
        }

        let said = args.rmcp.clone();
        let rmcp = said.clone().unwrap_or_else(|| syn::parse_quote!(::rmcp));
        let is_emitted = kind == Kind::Tool && explicit(Kind::Tool).is_none();
        let server = if is_emitted { server(&mut args, block) } else { TokenStream::new() };
        let tools = is_emitted.then(|| {
            let rest = &args.rest;
            quote!(#[#rmcp::tool_router(#(#rest),*)])
        });
        let prompts =
            (prompts && explicit(Kind::Prompt).is_none()).then(|| prompt_router(&args, &rmcp, has_both));
        let (attributes, args) = (quote!(#tools #prompts), explicit(kind).unwrap_or(args));
        Self { attributes, server, rmcp: said, kind, args }
    }

    /// Emits the block with its routers. The block is emitted in a place where the name `rmcp` resolves, because the
    /// code that rmcp's macros emit uses this name.
    pub(super) fn around(&self, block: &ItemImpl) -> TokenStream {
        let Self { attributes, server, rmcp, .. } = self;
        let items = quote!(#attributes #block #server);
        match rmcp {
            None => items,
            Some(path) => quote! {
                const _: () = {
                    #[allow(unused_imports)]
                    use #path as rmcp;
                    #items
                };
            },
        }
    }
}

/// Emits the `ServerHandler` implementation, if the user writes `server_handler` and `rmcp = ..`. In this case, the
/// function also removes `server_handler` from the arguments that are passed on to rmcp's `#[tool_router]`. With this
/// argument, `#[tool_router]` would emit its own implementation, which compiles only if a dependency is called `rmcp`.
fn server(args: &mut Args, block: &ItemImpl) -> TokenStream {
    let Some(rmcp) = args.rmcp.clone().filter(|_| args.rest.iter().any(asks_for_server)) else {
        return TokenStream::new();
    };
    args.rest.retain(|meta| !asks_for_server(meta));
    let router = args.router(Kind::Tool);
    let (generics, _, bounds) = block.generics.split_for_impl();
    let owner = &block.self_ty;
    quote! {
        #[#rmcp::tool_handler(router = Self::#router())]
        impl #generics #rmcp::ServerHandler for #owner #bounds {}
    }
}

fn asks_for_server(meta: &Meta) -> bool {
    let is_true = |value: &Expr| {
        matches!(value, Expr::Lit(ExprLit { lit: Lit::Bool(LitBool { value: true, .. }), .. }))
    };
    meta.path().is_ident("server_handler")
        && match meta {
            Meta::Path(_) => true,
            Meta::NameValue(MetaNameValue { value, .. }) => is_true(value),
            Meta::List(_) => false,
        }
}

/// Checks the keys `router` and `prompt_router`. `has_both` is true if the block has tools and prompts, but does not
/// have a prompt router yet. The key `prompt_router` is valid only in such a block. If `has_both` is true, a user who
/// renames the tool router must also name the prompt router.
fn check(args: &Args, has_both: bool) -> syn::Result<()> {
    match (&args.router, &args.prompt_router) {
        (_, Some(name)) if !has_both => Err(syn::Error::new(
            name.span(),
            "`prompt_router` is for a block of tools and prompts; write `router` instead",
        )),
        (Some(name), None) if has_both && name != Kind::Tool.router() => Err(syn::Error::new(
            name.span(),
            "this names only the tool router; also name the prompt router, as in `prompt_router = admin_prompts`",
        )),
        _ => Ok(()),
    }
}

/// Emits rmcp's attribute for prompts, which takes the router's name as a string literal.
fn prompt_router(args: &Args, rmcp: &Path, has_both: bool) -> TokenStream {
    let name = if has_both { &args.prompt_router } else { &args.router };
    let router = name.as_ref().map(|name| {
        let name = LitStr::new(&name.to_string(), name.span());
        quote!(router = #name,)
    });
    let is = |meta: &&Meta, key: &str| meta.path().is_ident(key);
    // In a block that also has tools, all keys except `vis` belong to the tool router.
    let rest = args.rest.iter().filter(|meta| if has_both { is(meta, "vis") } else { !is(meta, "router") });
    quote!(#[#rmcp::prompt_router(#router #(#rest),*)])
}
