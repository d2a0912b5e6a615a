//! Finds arguments that borrow an `Access`, such as `access: &Access`. Handlers and tools get their arguments by value.
//! Without this check, the compiler would suggest `#[debug_handler]` for a handler that borrows an `Access`.
//! `#[debug_handler]` would then ask for a lifetime.

use quote::{ToTokens, quote};
use syn::{
    Block, Error, FnArg, GenericArgument, Generics, PatType, Path, PathArguments, Signature, Type,
    parse_quote, parse2,
};

/// The function's arguments that borrow an `Access`, in the order of the signature.
pub(crate) struct Borrowed {
    /// The type of the first of these arguments.
    pub(crate) first: Type,
    arguments: Vec<PatType>,
}

impl Borrowed {
    /// Removes these arguments from the signature. Returns `None` if there are none.
    pub(crate) fn take(signature: &mut Signature) -> Option<Self> {
        let Signature { inputs, generics, .. } = signature;
        let mut arguments = Vec::new();
        let mut others = Vec::new();
        for argument in std::mem::take(inputs) {
            match argument {
                FnArg::Typed(argument) if borrows_access(&argument.ty, generics) => arguments.push(argument),
                other => others.push(other),
            }
        }
        *inputs = others.into_iter().collect();
        let first = (*arguments.first()?.ty).clone();
        Some(Self { first, arguments })
    }

    /// Declares the removed arguments as variables at the start of the function's body, so that the compiler does not
    /// report a second error.
    pub(crate) fn before(&self, body: &impl ToTokens) -> Block {
        let variables = self.arguments.iter().map(|PatType { pat, ty, .. }| {
            quote! {
                let #pat: #ty = {
                    fn any<T>() -> T { ::core::unreachable!() }
                    any()
                };
            }
        });
        // If the body stayed a block, the compiler would warn about unnecessary braces.
        let body = parse2::<Block>(body.to_token_stream())
            .map_or_else(|_| body.to_token_stream(), |Block { stmts, .. }| quote!(#(#stmts)*));
        parse_quote!({ #(#variables)* #body })
    }

    /// Makes the error for a handler that borrows an `Access`.
    pub(crate) fn error(&self, is_public: bool) -> Error {
        let instead = if is_public {
            "a public handler may be called without a token, so write `Option<Access>`"
        } else {
            "write `Access`"
        };
        let message = format!("a handler takes its `Access` by value; {instead}");
        Error::new_spanned(&self.first, message)
    }
}

/// Recognizes the types `&Access`, `&Option<Access>` and `Option<&Access>`, and the same types with `&mut`.
fn borrows_access(type_: &Type, generics: &Generics) -> bool {
    let is_access = |type_: &Type| matches!(type_, Type::Path(path) if path.qself.is_none() && is_access(&path.path, generics));
    match type_ {
        Type::Reference(reference) => {
            is_access(&reference.elem) || optional(&reference.elem).is_some_and(is_access)
        }
        _ => matches!(optional(type_), Some(Type::Reference(reference)) if is_access(&reference.elem)),
    }
}

/// Tells whether the path ends in the name `Access`, and does not name a generic parameter. Another type can have the
/// same name, so the type is not always scopegate's `Access`.
pub(crate) fn is_access(path: &Path, generics: &Generics) -> bool {
    let is_generic = || generics.type_params().any(|parameter| path.is_ident(&parameter.ident));
    path.segments.last().is_some_and(|last| last.ident == "Access" && last.arguments.is_none())
        && !is_generic()
}

/// Returns the `T` of an `Option<T>`.
fn optional(type_: &Type) -> Option<&Type> {
    let Type::Path(path) = type_ else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}
