//! From tokens to tokens: parse, check, emit data.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Path;

use crate::{
    alternatives::Alternatives,
    args::Args,
    diagnostics::Diagnostics,
    handler::Handler,
    mistakes::{self, Callers},
    need,
    rule::ScopeArg,
    tools,
};

pub(crate) fn requires_scope(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let args = diagnostics.take(syn::parse2(args).and_then(Args::with_rules));
    let alternatives = args.as_ref().and_then(|args| alternatives(args, &mut diagnostics));
    let args = args.unwrap_or_default();
    let requirement = requirement_tokens(&args.krate, alternatives.as_ref());
    let callers = alternatives.as_ref().map_or(Callers::Unknown, |all| Callers::WithToken(&all.scopes));
    declare(&args, &requirement, &callers, item, diagnostics)
}

pub(crate) fn authenticated(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let args = diagnostics.take(syn::parse2(args).and_then(Args::without_rules)).unwrap_or_default();
    declare(&args, &authenticated_tokens(&args.krate), &Callers::WithToken(&[]), item, diagnostics)
}

pub(crate) fn public(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let args = diagnostics.take(syn::parse2(args).and_then(Args::without_scopes)).unwrap_or_default();
    let krate = &args.krate;
    let requirement = quote!(#krate::__private::Requirement::PUBLIC);
    declare(&args, &requirement, &Callers::Everybody, item, diagnostics)
}

pub(crate) fn requirement(args: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let args = diagnostics.take(syn::parse2(args).and_then(Args::rules_alone));
    let alternatives = args.as_ref().and_then(|args| alternatives(args, &mut diagnostics));
    let krate = args.unwrap_or_default().krate;
    let requirement = requirement_tokens(&krate, alternatives.as_ref());
    let errors = diagnostics.into_tokens();
    // The errors are macros of their own, in statement position. In a `const { .. }` references would not live long enough.
    quote!({
        #errors
        const __REQUIREMENT: #krate::__private::Requirement = #requirement;
        __REQUIREMENT
    })
}

/// Normalises and checks what an attribute names.
fn alternatives(args: &Args, diagnostics: &mut Diagnostics) -> Option<Alternatives> {
    let alternatives = diagnostics.take(Alternatives::of(&args.needs))?;
    let legal = need::check(&alternatives.scopes, diagnostics);
    for scope in args.also.iter().chain(&args.related) {
        if alternatives.always_need(scope) {
            let message = format!("`{}` is needed already; leave it out here", scope.key());
            diagnostics.push(syn::Error::new(scope.span(), message));
        }
    }
    legal.then_some(alternatives)
}

/// Emits the handler with its guard, and the type that carries its declaration.
fn declare(
    args: &Args,
    requirement: &TokenStream,
    callers: &Callers<'_>,
    item: &TokenStream,
    mut diagnostics: Diagnostics,
) -> TokenStream {
    need::check(args.also.iter().chain(&args.related), &mut diagnostics);
    if let Some(tool) = tools::marker(item) {
        let declaration = declaration(args, requirement, &tool, &tool.name().replacen("__", "::", 1));
        let errors = diagnostics.into_tokens();
        return quote!(#declaration #errors);
    }
    let handler = diagnostics.take(Handler::read(item));
    let Some(handler) = handler.filter(|handler: &Handler| diagnostics.take(handler.check()).is_some())
    else {
        let errors = diagnostics.into_tokens();
        return quote!(#item #errors);
    };
    let declaration = declaration(args, requirement, &handler, &handler.name());
    let (krate, marker) = (&args.krate, handler.marker());
    let checks = mistakes::checks(&handler, callers, args);
    let mut handler = handler;
    diagnostics.take(mistakes::answer_with_future(&mut handler));
    handler.guard_with(&quote!(#krate::Guard<#marker>));
    let errors = diagnostics.into_tokens();
    quote!(#handler #declaration #checks #errors)
}

fn declaration(args: &Args, requirement: &TokenStream, handler: &Handler, name: &str) -> TokenStream {
    let krate = &args.krate;
    let (cfgs, visibility, marker) = (handler.cfgs(), &handler.visibility, handler.marker());
    let line = quote_spanned!(handler.signature.ident.span()=> ::core::line!());
    let also_and_related = also_and_related(args);

    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #[non_exhaustive]
        #visibility enum #marker {}

        #(#cfgs)*
        #[automatically_derived]
        impl #krate::__private::Declares for #marker {
            const ROW: #krate::__private::Row = #krate::__private::Row::new(
                #requirement,
                ::core::concat!(::core::module_path!(), "::", #name),
                ::core::file!(),
                #line,
            )#also_and_related;
        }
    }
}

fn also_and_related(args: &Args) -> Option<TokenStream> {
    let Args { also, related, krate, .. } = args;
    if also.is_empty() && related.is_empty() {
        return None;
    }
    let tokens = |scope: &ScopeArg| need::tokens(krate, scope);
    let (also, related) = (also.iter().map(tokens), related.iter().map(tokens));
    Some(quote!(.with(&[#(#also),*], &[#(#related),*])))
}

/// After a mistake a token is still needed; the build has failed anyway.
fn requirement_tokens(krate: &Path, alternatives: Option<&Alternatives>) -> TokenStream {
    alternatives
        .map_or_else(|| authenticated_tokens(krate), |alternatives| scopes_tokens(krate, alternatives))
}

fn authenticated_tokens(krate: &Path) -> TokenStream {
    quote!(#krate::__private::Requirement::AUTHENTICATED)
}

/// Emits the alternatives. Literals stand where they are needed; where there are paths, a constant names each scope once, so
/// that a mistake in one is reported once. The compiler evaluates that constant for each handler, which takes time.
fn scopes_tokens(krate: &Path, alternatives: &Alternatives) -> TokenStream {
    let scopes: Vec<_> = alternatives.scopes.iter().map(|scope| need::tokens(krate, scope)).collect();
    let requirement = |name: &dyn Fn(usize) -> TokenStream| {
        let terms = alternatives.positions().map(|positions| {
            let term = positions.into_iter().map(name);
            quote!(&[#(#term),*])
        });
        quote!(#krate::__private::requirement(&[#(#terms),*]))
    };
    let Some(checks) = need::distinct(krate, &alternatives.scopes) else {
        return requirement(&|at| scopes[at].clone());
    };
    let (count, requirement) = (scopes.len(), requirement(&|at| quote!(__SCOPES[#at])));
    quote! {{
        const __SCOPES: [#krate::__private::Need; #count] = [#(#scopes),*];
        #checks
        #requirement
    }}
}
