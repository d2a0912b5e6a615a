//! A tool or a prompt: the name that clients use for it, and its declaration.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{
    Attribute, Expr, ExprLit, FnArg, GenericArgument, ImplItemFn, Lit, LitStr, Meta, PatType, Path,
    PathArguments, PathSegment, Token, Type, parse_quote, punctuated::Punctuated, spanned::Spanned,
};

use super::kind::Kind;
use crate::{
    block::{Declared, Idle, Owner, declare, demands, is, take_ours},
    borrowed::Borrowed,
    diagnostics::Diagnostics,
};

/// The declaration of one tool or prompt.
pub(super) struct Operation {
    pub(super) kind: Kind,
    /// The name that clients use for the tool or prompt.
    pub(super) name: LitStr,
    pub(super) declared: Declared,
    /// Compile-time checks of the scopes that the body of the method demands.
    pub(super) checks: TokenStream,
}

impl Operation {
    /// Reads a tool or prompt, and adds a guard to its arguments. Returns `None` for any other method. Puts the scope
    /// attributes that have no effect into `idle`.
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
        check(&ours, kind, method, diagnostics);
        let name = name_of(method, kind);
        let checks = ours.first().map(|first| demands(method, first, owner, krate)).unwrap_or_default();
        let declared = declare(method, ours.first(), owner, krate);
        idle.extend(ours.into_iter().skip(1));
        Some(Self { kind, name, declared, checks })
    }
}

fn refuse_elsewhere(ours: &[Attribute], diagnostics: &mut Diagnostics) {
    for attribute in ours {
        diagnostics.push(syn::Error::new(
            attribute.path().span(),
            "a scope attribute does not guard a method that is neither a tool nor a prompt; add `#[tool]` or `#[prompt]`, or remove this attribute",
        ));
    }
}

/// Checks that a method has exactly one scope attribute, and that the method's arguments fit this attribute.
fn check(ours: &[Attribute], kind: Kind, method: &mut ImplItemFn, diagnostics: &mut Diagnostics) {
    let mut fault =
        |at: &dyn ToTokens, message: String| diagnostics.push(syn::Error::new_spanned(at, message));
    let kind = kind.name();
    let optional = take_optional(method);
    let borrowed = take_borrowed(method);
    match ours {
        [] => fault(
            &method.sig.ident,
            format!(
                "this {kind} declares no scope; write `#[requires_scope(\"..\")]`, `#[authenticated]` or `#[public]` above it"
            ),
        ),
        [_, second, ..] => {
            fault(second.path(), format!("this {kind} has two scope attributes; write everything in one"));
        }
        [only] if is(only, "public") => {
            if let Some(type_) =
                method.sig.inputs.iter().find_map(access).or(optional.as_ref()).or(borrowed.as_ref())
            {
                fault(
                    type_,
                    format!(
                        "a public {kind} may be called without a token; write `Caller`, which has an `Option<Access>`"
                    ),
                );
            }
        }
        [_] => {
            if let Some(type_) = &optional {
                fault(type_, format!("every call to this {kind} has a token; write `Access`"));
            }
            if let Some(type_) = &borrowed {
                fault(type_, format!("a {kind} takes its `Access` by value; write `Access`"));
            }
        }
    }
}

/// Recognizes an argument of the type `Access` by the last segment of the type's path.
fn access(argument: &FnArg) -> Option<&Type> {
    let FnArg::Typed(argument) = argument else { return None };
    last_segment(&argument.ty, "Access").map(|_| &*argument.ty)
}

/// Returns the last segment of a type's path if this segment has the name `name`.
fn last_segment<'a>(type_: &'a Type, name: &str) -> Option<&'a PathSegment> {
    let Type::Path(path) = type_ else { return None };
    path.path.segments.last().filter(|last| last.ident == name)
}

/// Replaces each argument of the type `Option<Access>` with a local variable, and returns the type of the first such
/// argument. rmcp does not support arguments of this type, and its error message would point to the whole block.
/// Therefore, this function removes the arguments before rmcp sees them, and `check` reports an error that points into
/// the method.
fn take_optional(method: &mut ImplItemFn) -> Option<Type> {
    let (optional, others): (Vec<FnArg>, Vec<FnArg>) =
        std::mem::take(&mut method.sig.inputs).into_iter().partition(is_optional);
    method.sig.inputs = others.into_iter().collect();
    let mut first = None;
    for argument in optional {
        let FnArg::Typed(PatType { pat, ty, .. }) = argument else { continue };
        method.block.stmts.insert(0, parse_quote!(let #pat: #ty = ::core::option::Option::None;));
        first.get_or_insert(*ty);
    }
    first
}

/// Puts a local variable in place of each argument that borrows an `Access`, and returns the type of the first such
/// argument. rmcp does not support these arguments, and its error message would point to the whole block.
fn take_borrowed(method: &mut ImplItemFn) -> Option<Type> {
    let borrowed = Borrowed::take(&mut method.sig)?;
    method.block = borrowed.before(&method.block);
    Some(borrowed.first)
}

fn is_optional(argument: &FnArg) -> bool {
    let FnArg::Typed(argument) = argument else { return false };
    let Some(option) = last_segment(&argument.ty, "Option") else { return false };
    let PathArguments::AngleBracketed(generics) = &option.arguments else { return false };
    generics.args.iter().any(
        |generic| matches!(generic, GenericArgument::Type(type_) if last_segment(type_, "Access").is_some()),
    )
}

/// Finds the name of a tool or prompt in the same way as rmcp: the value of `name` in rmcp's attribute, or else the
/// name of the method.
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
