//! From tokens to tokens: parse, check, emit data.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Path;

use crate::{
    alternatives::Alternatives, args::Args, diagnostics::Diagnostics, handler::Handler, rule::ScopeArg, tools,
};

pub(crate) fn requires_scope(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let args = diagnostics.take(syn::parse2(args).and_then(Args::with_rules));
    let alternatives = args.as_ref().and_then(|args| diagnostics.take(Alternatives::of(&args.needs)));
    let alternatives = alternatives.filter(|alternatives| check_literals(alternatives, &mut diagnostics));
    let krate = args.unwrap_or_default().krate;
    // After a mistake the handler still needs a token; the build has failed anyway.
    let requirement = alternatives
        .map_or_else(|| authenticated_tokens(&krate), |alternatives| scopes_tokens(&krate, &alternatives));
    declare(&krate, &requirement, item, diagnostics)
}

pub(crate) fn authenticated(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let krate = diagnostics.take(syn::parse2(args).and_then(Args::without_rules)).unwrap_or_default().krate;
    declare(&krate, &authenticated_tokens(&krate), item, diagnostics)
}

pub(crate) fn public(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let krate = diagnostics.take(syn::parse2(args).and_then(Args::without_rules)).unwrap_or_default().krate;
    declare(&krate, &quote!(#krate::__private::Requirement::PUBLIC), item, diagnostics)
}

/// Emits the handler with its guard, and the type that carries its declaration.
fn declare(
    krate: &Path,
    requirement: &TokenStream,
    item: &TokenStream,
    mut diagnostics: Diagnostics,
) -> TokenStream {
    if let Some(tool) = tools::marker(item) {
        let declaration = declaration(krate, requirement, &tool, &tool.name().replacen("__", "::", 1));
        let errors = diagnostics.into_tokens();
        return quote!(#declaration #errors);
    }
    let handler = diagnostics.take(syn::parse2(item.clone()));
    let Some(handler) = handler.filter(|handler: &Handler| diagnostics.take(handler.check()).is_some())
    else {
        let errors = diagnostics.into_tokens();
        return quote!(#item #errors);
    };
    let declaration = declaration(krate, requirement, &handler, &handler.name());
    let marker = handler.marker();
    let mut handler = handler;
    handler.guard_with(&quote!(#krate::Guard<#marker>));
    let errors = diagnostics.into_tokens();
    quote!(#handler #declaration #errors)
}

fn declaration(krate: &Path, requirement: &TokenStream, handler: &Handler, name: &str) -> TokenStream {
    let (cfgs, visibility, marker) = (handler.cfgs(), &handler.visibility, handler.marker());
    let line = quote_spanned!(handler.signature.ident.span()=> ::core::line!());
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
            );
        }
    }
}

/// Checks the literals; what a path stands for has been checked where it was made.
fn check_literals(alternatives: &Alternatives, diagnostics: &mut Diagnostics) -> bool {
    let faults = alternatives.scopes.iter().filter_map(|scope| match scope {
        ScopeArg::Literal(literal) => Some((literal, scopegate_grammar::check(&literal.value()).err()?)),
        ScopeArg::Const(_) => None,
    });
    let errors: Vec<syn::Error> =
        faults.map(|(literal, fault)| syn::Error::new(literal.span(), fault)).collect();
    let legal = errors.is_empty();
    for error in errors {
        diagnostics.push(error);
    }
    legal
}

fn authenticated_tokens(krate: &Path) -> TokenStream {
    quote!(#krate::__private::Requirement::AUTHENTICATED)
}

/// Names each scope once, in a constant that is evaluated whether or not the handler is used.
fn scopes_tokens(krate: &Path, alternatives: &Alternatives) -> TokenStream {
    let scopes = alternatives.scopes.iter().map(|scope| scope_tokens(krate, scope));
    let count = alternatives.scopes.len();
    let distinct = distinct_tokens(krate, &alternatives.scopes);
    let terms = alternatives.positions().map(|positions| quote!(&[#(SCOPES[#positions]),*]));
    quote! {{
        const SCOPES: [#krate::Scope; #count] = [#(#scopes),*];
        #distinct
        #krate::__private::Requirement::scopes(&[#(#terms),*])
    }}
}

fn scope_tokens(krate: &Path, scope: &ScopeArg) -> TokenStream {
    let span = scope.span();
    match scope {
        ScopeArg::Literal(literal) => quote_spanned!(span=> #krate::Scope::from_static(#literal)),
        ScopeArg::Const(path) => quote_spanned!(span=> #path.as_scope()),
    }
}

/// The value of a path is known to the compiler alone, and so is whether it repeats another scope.
fn distinct_tokens(krate: &Path, scopes: &[ScopeArg]) -> TokenStream {
    let is_const = |scope: &ScopeArg| matches!(scope, ScopeArg::Const(_));
    let unknown = scopes
        .iter()
        .enumerate()
        .filter(|(at, scope)| is_const(scope) || scopes.iter().take(*at).any(is_const));
    let checks = unknown.filter(|(at, _)| *at > 0).map(|(at, scope)| {
        // Spanned as a whole, so that the message stands on the scope and not on the attribute.
        let span = scope.span();
        let check = quote!(#krate::__private::assert_new(&SCOPES, #at));
        let check: TokenStream = check
            .into_iter()
            .map(|mut token| {
                token.set_span(span);
                token
            })
            .collect();
        quote!(const _: () = #check;)
    });
    quote!(#(#checks)*)
}
