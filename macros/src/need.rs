//! Checks the scopes of an attribute, and emits them as data.

use std::borrow::Cow;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{LitStr, Path, spanned::Spanned};

use crate::{alternatives::Alternatives, diagnostics::Diagnostics, rule::ScopeArg};

/// The meaning of a literal.
enum Literal<'a> {
    Scope(Cow<'a, str>),
    Template(&'a str),
}

impl<'a> Literal<'a> {
    /// Reads a literal with braces as a template. A literal without braces, or with only escaped braces, is a scope.
    fn read(text: &'a str) -> Result<Self, String> {
        if !scopegate_grammar::has_braces(text) {
            return scopegate_grammar::check(text)
                .map(|()| Self::Scope(text.into()))
                .map_err(|fault| fault.to_string());
        }
        scopegate_grammar::check_template(text).map_err(|fault| fault.to_string())?;
        Ok(scopegate_grammar::unescape(text).map_or(Self::Template(text), |text| Self::Scope(text.into())))
    }
}

/// Parses a literal and returns the text of its scope or template. `Access::require` compares its argument with this
/// text.
pub(crate) fn name(text: &str) -> Option<String> {
    Some(match Literal::read(text).ok()? {
        Literal::Scope(scope) => scope.into_owned(),
        Literal::Template(template) => template.to_owned(),
    })
}

/// Checks the scopes that are literals. A scope that is a constant is checked where the constant is defined.
pub(crate) fn check<'a>(
    scopes: impl IntoIterator<Item = &'a ScopeArg>,
    diagnostics: &mut Diagnostics,
) -> bool {
    let mut legal = true;
    for scope in scopes {
        if let ScopeArg::Literal(literal) = scope
            && let Err(fault) = Literal::read(&literal.value())
        {
            diagnostics.push(syn::Error::new(literal.span(), fault));
            legal = false;
        }
    }
    legal
}

/// Returns the scopes of the only alternative. Returns `None` if there are several alternatives, or if a scope is a
/// constant or a template.
pub(crate) fn all_literals(alternatives: &Alternatives) -> Option<Vec<LitStr>> {
    let [_] = alternatives.terms[..] else { return None };
    let texts = alternatives.scopes.iter().map(|scope| match scope {
        ScopeArg::Literal(literal) => match Literal::read(&literal.value()) {
            Ok(Literal::Scope(text)) => Some(LitStr::new(&text, literal.span())),
            _ => None,
        },
        ScopeArg::Const(_) => None,
    });
    texts.collect()
}

/// Emits the `Need` of a scope.
pub(crate) fn tokens(krate: &Path, scope: &ScopeArg) -> TokenStream {
    let span = scope.span();
    match scope {
        ScopeArg::Const(path) => quote_spanned!(span=> #path.as_scope().as_need()),
        ScopeArg::Literal(literal) => {
            let text = literal.value();
            match Literal::read(&text) {
                Ok(Literal::Template(text)) => {
                    let text = LitStr::new(text, span);
                    quote_spanned!(span=> #krate::__private::Need::Template(#krate::__private::Template::new(#text)))
                }
                // If the literal is invalid, `check` has already reported the error.
                read => {
                    let text = if let Ok(Literal::Scope(text)) = read { text } else { "error".into() };
                    let text = LitStr::new(&text, span);
                    quote_spanned!(span=> #krate::__private::Need::literal(#text))
                }
            }
        }
    }
}

/// Emits an import of the traits `NoScope` and `NoNeed`. If a constant is not a scope, these traits make the compiler
/// show a clear message. Returns `None` if the attribute names no constant.
pub(crate) fn explanations<'a>(
    krate: &Path,
    scopes: impl IntoIterator<Item = &'a ScopeArg>,
) -> Option<TokenStream> {
    scopes.into_iter().find(|scope| scope.is_const())?;
    Some(quote!(use #krate::__private::{NoNeed as _, NoScope as _};))
}

/// Emits checks that only the compiler can make, because they depend on the values of constants. Each scope must differ
/// from the earlier scopes. If an attribute names one constant and no other scope, the constant can be a whole
/// `Requirement`. This requirement must demand a scope or a login. Returns `None` if all scopes are literals. Each
/// check is an item outside the generated type, so that the error message of a failed check does not name this type.
pub(crate) fn checks(krate: &Path, scopes: &[ScopeArg]) -> Option<TokenStream> {
    if let [alone @ ScopeArg::Const(path)] = scopes {
        let explanations = explanations(krate, scopes);
        let requirement = quote_spanned!(path.span()=> #path.as_scope().as_requirement());
        let check = spanned(alone, quote!(#krate::__private::assert_scopes(#requirement)));
        return Some(quote!(const _: () = { #explanations #check };));
    }
    let first_const = scopes.iter().position(ScopeArg::is_const).filter(|_| scopes.len() > 1)?;
    let all = ident("__SCOPES", scopes);
    let checks = scopes.iter().enumerate().skip(first_const.max(1)).map(|(at, scope)| {
        let all = quote_spanned!(all.span()=> &#all);
        let check = spanned(scope, quote!(#krate::__private::assert_new(#all, #at)));
        quote!(const _: () = #check;)
    });
    let (count, explanations) = (scopes.len(), explanations(krate, scopes));
    let scopes = scopes.iter().map(|scope| tokens(krate, scope));
    Some(quote! {
        const _: () = {
            #explanations
            const #all: [#krate::__private::Need; #count] = [#(#scopes),*];
            #(#checks)*
        };
    })
}

/// Names a generated constant. If the compiler cannot evaluate a constant, it adds a note for each use of the constant.
/// If several uses have the same span, the compiler adds only one note for all of them. Therefore, the generated
/// constant has the span of the first constant that the user wrote.
pub(crate) fn ident(name: &str, scopes: &[ScopeArg]) -> Ident {
    Ident::new(name, span(scopes))
}

/// Returns the span of the first constant, or the span of the attribute if `scopes` contains no constant.
pub(crate) fn span(scopes: &[ScopeArg]) -> Span {
    scopes.iter().find(|scope| scope.is_const()).map_or_else(Span::call_site, ScopeArg::span)
}

/// Sets the span of each token of a check to the scope's span, so that the message points to the scope and not to the
/// attribute.
fn spanned(scope: &ScopeArg, check: TokenStream) -> TokenStream {
    let tokens = check.into_iter().map(|mut token| {
        token.set_span(scope.span());
        token
    });
    tokens.collect()
}
