//! A tool or a prompt: its name for clients, and its declaration.

use syn::{
    Attribute, Expr, ExprLit, FnArg, ImplItemFn, Lit, LitStr, Meta, Path, Signature, Token, Type, TypePath,
    punctuated::Punctuated, spanned::Spanned,
};

use super::kind::Kind;
use crate::{
    block::{Declared, Idle, Owner, declare, is, take_ours},
    diagnostics::Diagnostics,
};

/// The declaration of one tool or prompt.
pub(super) struct Operation {
    pub(super) kind: Kind,
    /// The name of the tool or prompt for clients.
    pub(super) name: LitStr,
    pub(super) declared: Declared,
}

impl Operation {
    /// Reads a tool or prompt, and adds its guard. Returns `None` for any other method. Scope attributes without effect
    /// are added to `idle`.
    pub(super) fn take(
        method: &mut ImplItemFn,
        owner: &Owner,
        krate: &Path,
        diagnostics: &mut Diagnostics,
        idle: &mut Idle,
    ) -> Option<Self> {
        let ours = take_ours(method, diagnostics);
        let Some(kind) = Kind::of(method) else {
            refuse_elsewhere(&ours, diagnostics);
            idle.extend(ours);
            return None;
        };
        check(&ours, kind, &method.sig, diagnostics);
        let name = name_of(method, kind);
        let declared = declare(method, ours.first(), owner, krate);
        idle.extend(ours.into_iter().skip(1));
        Some(Self { kind, name, declared })
    }
}

fn refuse_elsewhere(ours: &[Attribute], diagnostics: &mut Diagnostics) {
    for attribute in ours {
        diagnostics.push(syn::Error::new(
            attribute.path().span(),
            "a scope attribute does not guard a method that is no tool or prompt; add `#[tool]` or `#[prompt]`, or leave this attribute out",
        ));
    }
}

/// Checks that a method has exactly one scope attribute.
fn check(ours: &[Attribute], kind: Kind, signature: &Signature, diagnostics: &mut Diagnostics) {
    let mut fault = |span, message: String| diagnostics.push(syn::Error::new(span, message));
    let kind = kind.name();
    match ours {
        [] => fault(
            signature.ident.span(),
            format!(
                "this {kind} declares no scope; write `#[requires_scope(\"..\")]`, `#[authenticated]` or `#[public]` above it"
            ),
        ),
        [_, second, ..] => fault(
            second.path().span(),
            format!("this {kind} has two scope attributes; write everything in one"),
        ),
        [only] if is(only, "public") => {
            if let Some(access) = signature.inputs.iter().find_map(access) {
                fault(
                    access.span(),
                    format!(
                        "a public {kind} may be called without a token; write `Caller`, which has an `Option<Access>`"
                    ),
                );
            }
        }
        [_] => {}
    }
}

/// Recognises an argument of the type `Access` by the last segment of its path.
fn access(argument: &FnArg) -> Option<&TypePath> {
    let FnArg::Typed(argument) = argument else { return None };
    let Type::Path(path) = &*argument.ty else { return None };
    path.path.segments.last().is_some_and(|last| last.ident == "Access").then_some(path)
}

/// Finds the name of a tool or prompt in the same way as rmcp: the value of `name`, or else the name of the method.
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
