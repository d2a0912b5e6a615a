//! The arguments of `#[scoped_tools]`. Most arguments are passed on to rmcp's router attributes.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{
    Expr, ExprLit, Ident, Lit, Meta, MetaNameValue, Path, Token, Visibility,
    parse::{Parse, ParseStream, Parser},
    punctuated::Punctuated,
};

use super::kind::Kind;
use crate::args::{CRATE, CrateKey, take_once};

const RMCP: CrateKey = CrateKey { name: "rmcp", example: "::scopegate::mcp::rmcp" };

/// `args = [ arg, .. ]`, `arg = "crate" "=" path | "rmcp" "=" path | "prompt_router" "=" name | what rmcp takes`.
pub(super) struct Args {
    /// The path of the runtime crate in generated code.
    pub(super) krate: Option<Path>,
    /// The path of rmcp in generated code.
    pub(super) rmcp: Option<Path>,
    /// The name of rmcp's router, if the user gives one.
    pub(super) router: Option<Ident>,
    /// The name of the prompt router in a block that also has tools.
    pub(super) prompt_router: Option<Ident>,
    /// The visibility of the router and of the table.
    pub(super) visibility: Visibility,
    /// The arguments that are passed on to rmcp.
    pub(super) rest: Vec<Meta>,
}

impl Default for Args {
    fn default() -> Self {
        Self {
            krate: None,
            rmcp: None,
            router: None,
            prompt_router: None,
            visibility: Visibility::Inherited,
            rest: Vec::new(),
        }
    }
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut args = Self::default();
        for meta in Punctuated::<Meta, Token![,]>::parse_terminated(input)? {
            let is_ours = match &meta {
                Meta::NameValue(pair) => args.take(pair)?,
                _ => false,
            };
            if !is_ours {
                args.rest.push(meta);
            }
        }
        Ok(args)
    }
}

impl Args {
    /// Reads one argument. Returns `true` if the argument is only for scopegate and must not be passed on to rmcp.
    fn take(&mut self, MetaNameValue { path, value, .. }: &MetaNameValue) -> syn::Result<bool> {
        let Some(key) = path.get_ident() else { return Ok(false) };
        match key.to_string().as_str() {
            "crate" => take_once(&mut self.krate, key, crate_path(&CRATE, value)?)?,
            "rmcp" => take_once(&mut self.rmcp, key, crate_path(&RMCP, value)?)?,
            "prompt_router" => take_once(&mut self.prompt_router, key, ident(value)?)?,
            "router" => {
                self.router = Some(ident(value)?);
                return Ok(false);
            }
            "vis" => {
                self.visibility = syn::parse2(text_or_tokens(value))?;
                return Ok(false);
            }
            // The other keys are for rmcp, which refuses unknown keys.
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Returns the name of rmcp's router.
    pub(super) fn router(&self, kind: Kind) -> Ident {
        self.router.clone().unwrap_or_else(|| Ident::new(kind.router(), Span::call_site()))
    }

    /// Derives the name of the table from the name of the router. For the default router `tool_router`, the table is
    /// `TOOLS`. For a router called `admin` or `admin_tools`, the table is `ADMIN_TOOLS`.
    pub(super) fn table(&self, kind: Kind) -> Ident {
        let (router, usual) = (self.router.as_ref(), kind.table());
        let Some(router) = router.filter(|router| *router != kind.router()) else {
            return Ident::new(usual, Span::call_site());
        };
        let name = router.to_string().trim_start_matches("r#").to_uppercase();
        let name = if name.ends_with(usual) { name } else { format!("{name}_{usual}") };
        Ident::new(&name, router.span())
    }

    /// Tells whether this table is probably for the whole server. The attribute cannot be certain, because it sees only
    /// its own block.
    pub(super) fn is_for_the_server(&self, kind: Kind) -> bool {
        kind == Kind::Tool && self.router.as_ref().is_none_or(|router| router == kind.router())
    }
}

fn crate_path(key: &CrateKey, value: &Expr) -> syn::Result<Path> {
    let parse = |input: ParseStream<'_>| key.parse(input);
    parse.parse2(value.to_token_stream())
}

fn ident(value: &Expr) -> syn::Result<Ident> {
    syn::parse2(text_or_tokens(value)).map_err(|_| {
        syn::Error::new_spanned(value, "write the name of the router, as in `router = admin_tools`")
    })
}

/// Returns the tokens of a name. The user can write the name with or without quotes, because rmcp accepts both.
fn text_or_tokens(value: &Expr) -> TokenStream {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
            text.parse().unwrap_or_else(|_| text.to_token_stream())
        }
        _ => value.to_token_stream(),
    }
}
