//! The checks of a handler in a block. The handler's attribute is moved to the type of the guard and no longer sees the
//! handler, so the attribute on the block checks the handler.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, ImplItemFn, Meta, Path};

use super::method::is;
use crate::{
    alternatives::Alternatives,
    args::Args,
    diagnostics::Diagnostics,
    handler::Handler,
    mistakes::{self, Callers},
};

/// Emits the checks of a method, and makes it `async` if it is not.
pub(super) fn of(
    method: &mut ImplItemFn,
    ours: &Attribute,
    krate: &Path,
    diagnostics: &mut Diagnostics,
) -> TokenStream {
    let mut handler = Handler {
        attributes: method.attrs.clone(),
        visibility: method.vis.clone(),
        signature: method.sig.clone(),
        body: method.block.to_token_stream(),
    };
    diagnostics.take(mistakes::answer_with_future(&mut handler));
    method.sig.asyncness = handler.signature.asyncness;

    let args = match &ours.meta {
        Meta::List(list) => syn::parse2::<Args>(list.tokens.clone()),
        _ => Ok(Args::default()),
    };
    // Errors in these arguments are reported by the handler's attribute.
    let Ok(args) = args.map(|args| Args { krate: krate.clone(), ..args }) else { return TokenStream::new() };
    let alternatives = Alternatives::of(&args.needs);
    let callers = match &alternatives {
        _ if is(ours, "public") => Callers::Everybody,
        _ if is(ours, "authenticated") => Callers::WithToken(&[]),
        Ok(all) => Callers::WithToken(&all.scopes),
        Err(_) => Callers::Unknown,
    };
    mistakes::checks(&handler, &callers, &args)
}
