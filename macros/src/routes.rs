//! `routes!`: handlers together with their utoipa documentation.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::{
    Expr, Path, Token, bracketed,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::{args::default_crate, diagnostics::Diagnostics};

/// `routes = "[" path of the runtime "]" handler, ..`
struct Routes {
    krate: Path,
    handlers: Punctuated<Expr, Token![,]>,
}

impl Parse for Routes {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let krate;
        bracketed!(krate in input);
        let krate = krate.call(Path::parse_mod_style)?;
        if input.is_empty() {
            return Err(syn::Error::new(
                Span::call_site(),
                "name a handler, as in `routes!(list, files::read)`",
            ));
        }
        Ok(Self { krate, handlers: Punctuated::parse_terminated(input)? })
    }
}

pub(crate) fn routes(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let Some(Routes { krate, handlers }) = diagnostics.take(syn::parse2(input)) else {
        let (errors, krate) = (diagnostics.into_tokens(), default_crate());
        return quote!({ #errors #krate::__private::Routes::new() });
    };
    let added: Vec<TokenStream> = handlers
        .iter()
        .filter_map(|handler| {
            let documentation = documentation(&krate, diagnostics.take(name_of(handler))?);
            Some(quote!(.add(#documentation, #handler)))
        })
        .collect();
    let errors = diagnostics.into_tokens();
    quote!({ #errors #krate::__private::Routes::new() #(#added)* })
}

/// Finds the name of a handler, such as `list` in `list.layer(..)` or in `guarded(.., list)`.
fn name_of(handler: &Expr) -> syn::Result<&Path> {
    match handler {
        Expr::Path(name) if name.qself.is_none() => Ok(&name.path),
        Expr::MethodCall(call) => name_of(&call.receiver),
        Expr::Call(call) => call.args.last().map_or_else(|| Err(nameless(handler)), name_of),
        Expr::Group(group) => name_of(&group.expr),
        _ => Err(nameless(handler)),
    }
}

fn nameless(handler: &Expr) -> syn::Error {
    syn::Error::new_spanned(
        handler,
        "utoipa documents only named functions; name one here, as in `routes!(list, files::read)`",
    )
}

/// utoipa keeps the documentation of a handler in a type: `__path_list` for `list`. The emitted code is a closure that
/// returns a value of this type.
///
/// If this type is missing, the user must see only one error, which says that a trait is not implemented. The message
/// for this trait tells the user what to write. Therefore, the emitted code ensures that the type's name refers to
/// something even if the type is missing. For a handler whose path names a module, such as `files::list`, the emitted
/// code imports the placeholder `Undocumented` under the type's name, `__path_list`. An inner block then imports
/// everything in the module. If the module contains the type, the type takes precedence over the placeholder. For a
/// handler whose path names no module, such as `list`, the emitted code uses the type's name as a pattern in a `match`.
/// If no unit struct has this name, the compiler reads the pattern as a new variable.
fn documentation(krate: &Path, handler: &Path) -> TokenStream {
    let mut module = handler.clone();
    let Some(name) = module.segments.pop().map(|last| last.ident) else {
        return TokenStream::new();
    };
    let kept = kept(&name);
    let span = kept.span();
    module.segments.pop_punct();
    let found = if module.segments.is_empty() {
        quote_spanned! {span=>
            #[allow(unreachable_code)]
            let kept = || match loop {} { #kept => #kept };
            kept
        }
    } else {
        quote_spanned! {span=>
            #[allow(unused_imports)]
            use #krate::__private::Undocumented as #kept;
            {
                #[allow(unused_imports)]
                use #module::*;
                || #kept
            }
        }
    };
    // With any other span, the compiler's message would say that the tokens come from a macro.
    let mut block = Group::new(Delimiter::Brace, found);
    block.set_span(name.span());
    TokenTree::from(block).into()
}

/// Returns the name of the type that utoipa emits beside a handler. The name has the handler's span, so that messages
/// point to the handler.
fn kept(handler: &Ident) -> Ident {
    format_ident!("__path_{}", handler.unraw(), span = Span::mixed_site().located_at(handler.span()))
}
