//! The arguments of the attributes.

use proc_macro2::Span;
use syn::{
    Ident, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use crate::rule::{Group, GroupKind, Rule};

/// `args = [ arg, .. ]`, `arg = rule | "crate" "=" path`.
pub(crate) struct Args {
    /// All that is needed, an `all` without a name.
    pub(crate) needs: Group,
    /// Where generated code finds the runtime.
    pub(crate) krate: Path,
}

impl Default for Args {
    fn default() -> Self {
        let needs = Group { kind: GroupKind::All, rules: Vec::new(), span: Span::call_site() };
        Self { needs, krate: default_crate() }
    }
}

pub(crate) fn default_crate() -> Path {
    syn::parse_quote!(::scopegate)
}

impl Args {
    /// Takes what `#[requires_scope]` takes.
    pub(crate) fn with_rules(self) -> syn::Result<Self> {
        if self.needs.rules.is_empty() {
            return Err(syn::Error::new(
                Span::call_site(),
                "name a scope, as in `#[requires_scope(\"files:read\")]`; \
                 for any valid token write `#[authenticated]`, for no token `#[public]`",
            ));
        }
        Ok(self)
    }

    /// Takes what `#[authenticated]` and `#[public]` take.
    pub(crate) fn without_rules(self) -> syn::Result<Self> {
        if let Some(rule) = self.needs.rules.first() {
            return Err(syn::Error::new(
                rule.span(),
                "this attribute takes no scope; to need one, write `#[requires_scope(..)]` in its place",
            ));
        }
        Ok(self)
    }
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut args = Self::default();
        let mut krate = None;
        while !input.is_empty() {
            if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
                parse_key(input, &mut krate)?;
            } else {
                args.needs.rules.push(input.parse::<Rule>()?);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        if let Some(krate) = krate {
            args.krate = krate;
        }
        Ok(args)
    }
}

/// Parses arguments that are the key `crate` alone.
pub(crate) fn parse_crate_key(input: ParseStream<'_>) -> syn::Result<Path> {
    let mut krate = None;
    while input.peek(Ident::peek_any) && input.peek2(Token![=]) {
        parse_key(input, &mut krate)?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    match krate {
        Some(krate) if input.is_empty() => Ok(krate),
        _ => Err(syn::Error::new(
            input.span(),
            "on the enum stands `#[scope(crate = path)]` alone; a scope stands on its variant",
        )),
    }
}

fn parse_key(input: ParseStream<'_>, krate: &mut Option<Path>) -> syn::Result<()> {
    let key = Ident::parse_any(input)?;
    input.parse::<Token![=]>()?;
    if key != "crate" {
        return Err(syn::Error::new(
            key.span(),
            format!("unknown key `{key}`; the one key is `crate = path`"),
        ));
    }
    if krate.is_some() {
        return Err(syn::Error::new(key.span(), "`crate` is given twice; write it once"));
    }
    *krate = Some(parse_crate_path(input)?);
    Ok(())
}

/// A relative path would mean something else in each module.
fn parse_crate_path(input: ParseStream<'_>) -> syn::Result<Path> {
    let path = input.call(Path::parse_mod_style)?;
    let first = path.segments.first().map(|segment| segment.ident.to_string());
    if path.leading_colon.is_some() || first.as_deref() == Some("crate") || first.as_deref() == Some("$crate")
    {
        return Ok(path);
    }
    let written = quote::quote!(#path).to_string().replace(' ', "");
    Err(syn::Error::new_spanned(&path, format!("write an absolute path, as in `crate = ::{written}`")))
}
