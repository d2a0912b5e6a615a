//! Expands the attributes: parses and checks their tokens, and emits the handler with its guard and its row.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{LitStr, spanned::Spanned};

use crate::{
    above::Above,
    alternatives::Alternatives,
    args::Args,
    block::{self, Marker},
    borrowed::Borrowed,
    diagnostics::Diagnostics,
    handler::{Handler, MarkerType},
    mistakes::{self, Callers},
    need, quick,
    rule::ScopeArg,
    source::Source,
    surroundings::Surroundings,
};

pub(crate) fn requires_scope(args: TokenStream, item: &TokenStream) -> TokenStream {
    quick::requires_scope(&args, item).unwrap_or_else(|| requires_scope_in_full(args, item))
}

pub(crate) fn authenticated(args: TokenStream, item: &TokenStream) -> TokenStream {
    quick::authenticated(&args, item).unwrap_or_else(|| authenticated_in_full(args, item))
}

pub(crate) fn public(args: TokenStream, item: &TokenStream) -> TokenStream {
    quick::public(&args, item).unwrap_or_else(|| public_in_full(args, item))
}

pub(crate) fn requires_scope_in_full(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let args = diagnostics.take(Args::with_rules(args));
    let alternatives = args.as_ref().and_then(|args| alternatives(args, &mut diagnostics));
    let args = args.unwrap_or_default();
    let all = alternatives.as_ref().filter(|_| args.step_up.first().is_none()).and_then(need::all_literals);
    let row = match all {
        Some(scopes) => RowStart::of_all(&args, &scopes),
        None => RowStart::of(&args, requirement_tokens(&args, alternatives.as_ref())),
    };
    let callers = alternatives.as_ref().map_or(Callers::Unknown, |all| Callers::WithToken(&all.scopes));
    declare(&args, &row, &callers, item, diagnostics)
}

pub(crate) fn authenticated_in_full(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let args = diagnostics.take(syn::parse2(args).and_then(Args::without_rules)).unwrap_or_default();
    let row = RowStart::of(&args, authenticated_tokens(&args));
    declare(&args, &row, &Callers::WithToken(&[]), item, diagnostics)
}

pub(crate) fn public_in_full(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let args = diagnostics.take(syn::parse2(args).and_then(Args::without_scopes)).unwrap_or_default();
    let krate = &args.krate;
    let row = RowStart::of(&args, quote!(#krate::__private::Requirement::PUBLIC));
    declare(&args, &row, &Callers::Everybody, item, diagnostics)
}

pub(crate) fn requirement(args: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let args = diagnostics.take(syn::parse2(args).and_then(Args::rules_alone));
    let named = args.as_ref().filter(|args| !args.needs.rules.is_empty());
    let alternatives = named.and_then(|args| alternatives(args, &mut diagnostics));
    let args = args.unwrap_or_default();
    let krate = &args.krate;
    let name = need::ident("__REQUIREMENT", alternatives.as_ref().map_or(&[], |all| &all.scopes[..]));
    let requirement = requirement_tokens(&args, alternatives.as_ref());
    let checks = alternatives.as_ref().and_then(|all| need::checks(krate, &all.scopes));
    let errors = diagnostics.into_tokens();
    // Each error is a macro call, which must be a statement in a block. A `const { .. }` is not used here,
    // because the references in it would not live long enough.
    quote!({
        #errors
        #checks
        const #name: #krate::__private::Requirement = #requirement;
        #name
    })
}

/// Normalizes and checks the scopes of an attribute.
fn alternatives(args: &Args, diagnostics: &mut Diagnostics) -> Option<Alternatives> {
    let alternatives = diagnostics.take(Alternatives::of(&args.needs))?;
    let legal = need::check(&alternatives.scopes, diagnostics);
    for scope in args.also.iter().chain(&args.related) {
        if alternatives.always_need(scope) {
            let message = format!("`{}` is required already; leave it out here", scope.key());
            diagnostics.push(syn::Error::new(scope.span(), message));
        }
    }
    legal.then_some(alternatives)
}

/// The start of the call that makes a row: the function and the first argument. The other arguments are the handler's
/// name, file and line.
struct RowStart {
    function: TokenStream,
    requirement: TokenStream,
}

impl RowStart {
    fn of(args: &Args, requirement: TokenStream) -> Self {
        let krate = &args.krate;
        Self { function: quote!(#krate::__private::Row::new), requirement }
    }

    /// Makes the start of a call to `row_of_all`. This function makes a row whose requirement is a list of literals.
    /// Such lists are the most frequent kind of requirement, so the macro calls `row_of_all`, which the compiler
    /// evaluates faster than `Row::new`.
    fn of_all(args: &Args, scopes: &[LitStr]) -> Self {
        let krate = &args.krate;
        Self { function: quote!(#krate::__private::row_of_all), requirement: quote!(&[#(#scopes),*]) }
    }
}

/// Emits the handler with its guard, and the type that carries the handler's declaration.
fn declare(
    args: &Args,
    row: &RowStart,
    callers: &Callers<'_>,
    item: &TokenStream,
    mut diagnostics: Diagnostics,
) -> TokenStream {
    need::check(args.also.iter().chain(&args.related), &mut diagnostics);
    let checks = need::checks(&args.krate, callers.scopes());
    if let Some(Marker { handler, type_, name }) = block::marker(item) {
        let declaration = declaration(args, row, checks.as_ref(), &handler, &type_, &name);
        let errors = diagnostics.into_tokens();
        return quote!(#declaration #errors);
    }
    let handler = diagnostics.take(Handler::read(item));
    let Some(mut handler) = handler.filter(|handler: &Handler| diagnostics.take(handler.check()).is_some())
    else {
        let errors = diagnostics.into_tokens();
        return quote!(#item #errors);
    };
    let krate = &args.krate;
    let surroundings = Surroundings::of_attribute();
    if let Some(objection) = surroundings.objection() {
        diagnostics.push(syn::Error::new(Span::call_site(), objection));
        // A handler in a trait, or in an `impl` of a trait, gets no guard here. The trait determines the signature, so
        // the guard would cause a second error.
        if surroundings == Surroundings::Impl {
            handler.guard_with(&quote!(#krate::Guard<#krate::__private::Misplaced>));
        }
        let errors = diagnostics.into_tokens();
        return quote!(#handler #errors);
    }
    match Above::of_attribute() {
        Above::Nothing => {}
        Above::Handler => diagnostics.push(syn::Error::new(
            Span::call_site(),
            "axum's `#[debug_handler]` above this attribute calls the handler without its guard; write it below this attribute",
        )),
        Above::Copy => return quote!(#handler),
    }
    if let Some(borrowed) = Borrowed::take(&mut handler.signature) {
        handler.body = borrowed.before(&handler.body).into_token_stream();
        diagnostics.push(borrowed.error(matches!(callers, Callers::Everybody)));
    }
    let marker = handler.marker();
    let declaration = declaration(args, row, checks.as_ref(), &handler, &marker, &handler.name());
    let checks = mistakes::checks(&handler, callers, args);
    diagnostics.take(mistakes::answer_with_future(&mut handler));
    handler.guard_with(&quote!(#krate::Guard<#marker>));
    let errors = diagnostics.into_tokens();
    quote!(#handler #declaration #checks #errors)
}

fn declaration(
    args: &Args,
    row: &RowStart,
    checks: Option<&TokenStream>,
    handler: &Handler,
    marker: &MarkerType,
    name: &str,
) -> TokenStream {
    let krate = &args.krate;
    let (cfgs, visibility) = (handler.cfgs(), &handler.visibility);
    let MarkerType { module, name: marker_name } = marker;
    let RowStart { function, requirement } = row;
    let Source { file, line } = Source::of(handler.signature.ident.span());
    let (line, path) = (Literal::usize_unsuffixed(line), format!("::{name}"));
    let also_and_related = also_and_related(args);
    let checks = checks.map(|checks| quote!(#(#cfgs)* #checks));

    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #visibility mod #module {
            #[non_exhaustive]
            pub enum #marker_name {}
        }

        #(#cfgs)*
        #[automatically_derived]
        impl #krate::__private::Declares for #marker {
            const ROW: #krate::__private::Row = #function(
                #requirement,
                ::core::concat!(::core::module_path!(), #path),
                #file,
                #line
            )#also_and_related;
        }

        #checks
    }
}

fn also_and_related(args: &Args) -> Option<TokenStream> {
    let Args { also, related, krate, .. } = args;
    if also.is_empty() && related.is_empty() {
        return None;
    }
    let list = |scopes: &[ScopeArg]| {
        let needs = scopes.iter().map(|scope| need::tokens(krate, scope));
        match need::explanations(krate, scopes) {
            None => quote!(&[#(#needs),*]),
            Some(explanations) => quote!({ #explanations &[#(#needs),*] }),
        }
    };
    let (also, related) = (list(also), list(related));
    Some(quote!(.with(#also, #related)))
}

/// Emits the requirement. `alternatives` is `None` if the arguments name no scope, or if they contain an error. In both
/// cases, this function emits the requirement of `#[authenticated]`. After an error, the build fails anyway.
fn requirement_tokens(args: &Args, alternatives: Option<&Alternatives>) -> TokenStream {
    alternatives.map_or_else(|| authenticated_tokens(args), |alternatives| scopes_tokens(args, alternatives))
}

fn authenticated_tokens(args: &Args) -> TokenStream {
    let krate = &args.krate;
    match args.step_up.tokens(krate) {
        None => quote!(#krate::__private::Requirement::AUTHENTICATED),
        Some(step_up) => quote!(#krate::__private::login(#step_up)),
    }
}

/// Emits the alternatives. If the attribute names a scope by a constant, and also has another scope, `acr` or
/// `max_age`, this function also emits `__SCOPES`, a list of all scopes in the attribute. With this list, the compiler
/// reports only one error if the path of a scope is wrong. If all scopes are literals, this function leaves out the
/// list to save compile time.
fn scopes_tokens(args: &Args, alternatives: &Alternatives) -> TokenStream {
    let krate = &args.krate;
    let Some(explanations) = need::explanations(krate, &alternatives.scopes) else {
        return terms_tokens(args, alternatives, |scope, _| need::tokens(krate, scope));
    };
    if let ([ScopeArg::Const(path)], None) = (&alternatives.scopes[..], args.step_up.first()) {
        // The path can name a scope or a whole requirement, and only the compiler knows which of the two.
        let requirement = quote_spanned!(path.span()=> #path.as_scope().as_requirement());
        return quote!({ #explanations #requirement });
    }
    let all = need::ident("__SCOPES", &alternatives.scopes);
    let scopes = alternatives.scopes.iter().map(|scope| need::tokens(krate, scope));
    let requirement = terms_tokens(args, alternatives, |_, at| quote!(#all[#at]));
    let count = alternatives.scopes.len();
    quote! {{
        #explanations
        const #all: [#krate::__private::Need; #count] = [#(#scopes),*];
        #requirement
    }}
}

fn terms_tokens(
    args: &Args,
    alternatives: &Alternatives,
    name: impl Fn(&ScopeArg, usize) -> TokenStream,
) -> TokenStream {
    // The compiler adds a note at each reference to a constant that it cannot evaluate: see `need::ident`.
    let span = need::span(&alternatives.scopes);
    let terms = alternatives.positions().map(|positions| {
        let term = positions.into_iter().filter_map(|at| Some(name(alternatives.scopes.get(at)?, at)));
        quote_spanned!(span=> &[#(#term),*])
    });
    let terms = quote_spanned!(span=> &[#(#terms),*]);
    let krate = &args.krate;
    match args.step_up.tokens(krate) {
        None => quote!(#krate::__private::requirement(#terms)),
        Some(step_up) => quote!(#krate::__private::requirement_asking(#terms, #step_up)),
    }
}
