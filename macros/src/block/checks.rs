//! The checks of a method in a block. The attribute on the block moves the scope attribute from the method to the
//! method's marker type. The scope attribute then sees only the marker type, so the attribute on the block must check
//! the method.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, ImplItemFn, Meta, Path};

use super::{method::is, owner::Owner};
use crate::{
    alternatives::Alternatives,
    args::Args,
    borrowed::Borrowed,
    diagnostics::Diagnostics,
    handler::Handler,
    mistakes::{self, Callers},
};

/// Emits the checks of a handler. Reports an error for a handler that must be `async` but is not, and for a handler
/// that borrows an `Access`. Changes the handler in both cases, so that the compiler does not report a second error.
pub(super) fn of(
    method: &mut ImplItemFn,
    ours: &Attribute,
    owner: &Owner,
    krate: &Path,
    diagnostics: &mut Diagnostics,
) -> TokenStream {
    if let Some(borrowed) = Borrowed::take(&mut method.sig) {
        method.block = borrowed.before(&method.block);
        diagnostics.push(borrowed.error(is(ours, "public")));
    }
    let mut handler = handler(method, owner);
    diagnostics.take(mistakes::answer_with_future(&mut handler));
    method.sig.asyncness = handler.signature.asyncness;
    checks(&handler, ours, krate)
}

/// Emits the checks of the scopes that a tool or prompt demands. Emits nothing for a public tool or prompt, because its
/// method takes no `Access` argument.
pub(crate) fn demands(method: &ImplItemFn, ours: &Attribute, owner: &Owner, krate: &Path) -> TokenStream {
    if is(ours, "public") {
        return TokenStream::new();
    }
    checks(&handler(method, owner), ours, krate)
}

fn checks(handler: &Handler, ours: &Attribute, krate: &Path) -> TokenStream {
    let args = match &ours.meta {
        Meta::List(list) => syn::parse2::<Args>(list.tokens.clone()),
        _ => Ok(Args::default()),
    };
    // Errors in these arguments are reported by the attribute itself.
    let Ok(args) = args.map(|args| Args { krate: krate.clone(), ..args }) else { return TokenStream::new() };
    let alternatives = Alternatives::of(&args.needs);
    let callers = match &alternatives {
        _ if is(ours, "public") => Callers::Everybody,
        _ if is(ours, "authenticated") => Callers::WithToken(&[]),
        Ok(all) => Callers::WithToken(&all.scopes),
        Err(_) => Callers::Unknown,
    };
    mistakes::checks(handler, &callers, &args)
}

/// Reads a method as a handler. Adds the block's `#[cfg]` attributes to the method's own attributes, because a `#[cfg]`
/// that removes the block must also remove the checks.
fn handler(method: &ImplItemFn, owner: &Owner) -> Handler {
    Handler {
        attributes: owner.cfgs.iter().chain(&method.attrs).cloned().collect(),
        visibility: method.vis.clone(),
        signature: method.sig.clone(),
        body: method.block.to_token_stream(),
    }
}
