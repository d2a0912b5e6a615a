//! Finds two kinds of mistakes in a handler: mistakes that compile, and mistakes for which scopegate's message is
//! clearer than the compiler's own message.

use std::collections::HashSet;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::{FnArg, LitStr, Pat, Path, PathSegment, ReturnType, Type, TypeParamBound};

use crate::{args::Args, borrowed::is_access, handler::Handler, need, rule::ScopeArg};

/// Who can call a handler.
pub(crate) enum Callers<'a> {
    Everybody,
    /// Clients with a token that meets the requirement. The list has every scope that the requirement names.
    WithToken(&'a [ScopeArg]),
    /// The callers are unknown, because the attribute has an error.
    Unknown,
}

impl<'a> Callers<'a> {
    /// Returns every scope that the requirement names.
    pub(crate) const fn scopes(&self) -> &'a [ScopeArg] {
        match self {
            Self::WithToken(scopes) => scopes,
            Self::Everybody | Self::Unknown => &[],
        }
    }
}

/// Names that occur in the return types of handlers, such as `Json` in `Json<File>` and `IntoResponse` in
/// `impl IntoResponse`. A type with one of these names is not a future.
const RESPONSES: [&str; 18] = [
    "Body",
    "Bytes",
    "Cow",
    "Extension",
    "Form",
    "HeaderMap",
    "Html",
    "IntoResponse",
    "Json",
    "Option",
    "Redirect",
    "Response",
    "Result",
    "Sse",
    "StatusCode",
    "String",
    "Vec",
    "NoContent",
];

/// Rejects a handler that is not `async` and does not return a future. Makes this handler `async`, so that the compiler
/// does not report a second error.
///
/// A return type whose name is not in `RESPONSES` can be a future, so this function accepts it. The compiler
/// then checks whether axum accepts the handler.
pub(crate) fn answer_with_future(handler: &mut Handler) -> syn::Result<()> {
    let signature = &mut handler.signature;
    if signature.asyncness.is_some() || !is_response(&signature.output) {
        return Ok(());
    }
    let span = signature.fn_token.span;
    signature.asyncness = Some(syn::token::Async(span));
    Err(syn::Error::new(span, "a handler must be `async`; write `async fn`"))
}

fn is_response(output: &ReturnType) -> bool {
    let ReturnType::Type(_, answer) = output else { return true };
    match &**answer {
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::Array(_) | Type::Never(_) | Type::Tuple(_) => true,
        Type::Path(path) => path.path.segments.last().is_some_and(is_response_name),
        Type::ImplTrait(answer) => answer.bounds.iter().any(|bound| {
            matches!(bound, TypeParamBound::Trait(bound) if bound.path.segments.last().is_some_and(is_response_name))
        }),
        _ => false,
    }
}

fn is_response_name(segment: &PathSegment) -> bool {
    RESPONSES.iter().any(|name| segment.ident == name)
}

/// Emits a check for each use of `Access` that contradicts the attribute.
pub(crate) fn checks(handler: &Handler, callers: &Callers<'_>, args: &Args) -> TokenStream {
    let checks = match callers {
        Callers::Everybody => access_without_token(handler, &args.krate),
        Callers::WithToken(required) => undeclared_demands(handler, required, args),
        Callers::Unknown => TokenStream::new(),
    };
    let cfgs = handler.cfgs();
    // If a `#[cfg]` removes the handler, the types in its signature may be removed, too. The checks therefore get the
    // same `#[cfg]`.
    if checks.is_empty() || cfgs.is_empty() { checks } else { quote!(#(#cfgs)* const _: () = { #checks };) }
}

/// Emits a check for each `Access` argument of a public handler. A public handler may take an
/// `Option<Access>`, but not a plain `Access`, because a request can come without a token.
fn access_without_token(handler: &Handler, krate: &Path) -> TokenStream {
    let checks = arguments(handler).map(|argument| check(argument.type_, argument.span, "IsOptional", krate));
    quote!(#(#checks)*)
}

/// Emits a check for each scope literal that the handler demands but does not declare. Emits no check if the attribute
/// names a constant, because the constant can be any scope. If the handler demands an undeclared scope at run time, the
/// answer is 500.
fn undeclared_demands(handler: &Handler, required: &[ScopeArg], args: &Args) -> TokenStream {
    let krate = &args.krate;
    let mut declared = HashSet::new();
    for scope in required.iter().chain(&args.also) {
        match scope {
            ScopeArg::Literal(literal) => declared.extend(need::name(&literal.value())),
            ScopeArg::Const(_) => return TokenStream::new(),
        }
    }
    let mut checks = TokenStream::new();
    for argument in arguments(handler) {
        let Some(name) = argument.name else { continue };
        let mut demands = Demands::of(name);
        demands.read(&handler.body);
        for demand in demands.found() {
            if !declared.contains(&demand.value()) {
                checks.extend(check(argument.type_, demand.span(), "IsDeclared", krate));
            }
        }
    }
    checks
}

/// An argument whose type is written `Access`. This type is scopegate's `Access`, or another type with the same name.
struct Argument<'a> {
    name: Option<&'a Ident>,
    type_: &'a Path,
    span: Span,
}

fn arguments(handler: &Handler) -> impl Iterator<Item = Argument<'_>> {
    let generics = &handler.signature.generics;
    handler.signature.inputs.iter().filter_map(|argument| {
        let FnArg::Typed(argument) = argument else { return None };
        let Type::Path(path) = &*argument.ty else { return None };
        let last = path.path.segments.last()?;
        let is_access = path.qself.is_none() && is_access(&path.path, generics);
        let name = match &*argument.pat {
            Pat::Ident(pattern) => Some(&pattern.ident),
            _ => None,
        };
        let found = Argument { name, type_: &path.path, span: last.ident.span() };
        is_access.then_some(found)
    })
}

/// Emits a check that fails at `span` if `type_` is scopegate's `Access`.
fn check(type_: &Path, span: Span, rule: &str, krate: &Path) -> TokenStream {
    let rule = Ident::new(rule, Span::call_site());
    // All tokens get the same span, so that the message points only to this span.
    let (call, kind) =
        (quote_spanned!(span=> __Rule::check), quote_spanned!(span=> __TypeOf::<#type_>::kind()));
    let mut argument = TokenTree::from(Group::new(Delimiter::Parenthesis, kind));
    argument.set_span(span);
    quote! {
        const _: fn() = || {
            #[allow(unused_imports)]
            use #krate::__private::{#rule as __Rule, OfAnotherType as _, TypeOf as __TypeOf};
            #call #argument;
        };
    }
}

/// The string literals that a handler passes to `require` or `require_any`, as in `access.require("files:read")`.
struct Demands<'a> {
    name: &'a Ident,
    found: Vec<LitStr>,
    /// Whether a pattern in the body possibly shadows the argument.
    is_bound_again: bool,
}

impl<'a> Demands<'a> {
    fn of(name: &'a Ident) -> Self {
        Self { name, found: Vec::new(), is_bound_again: false }
    }

    fn found(self) -> Vec<LitStr> {
        if self.is_bound_again { Vec::new() } else { self.found }
    }

    fn read(&mut self, tokens: &TokenStream) {
        let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
        self.is_bound_again |= self.binds(&tokens);
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => self.read(&group.stream()),
                TokenTree::Ident(ident) if ident == self.name => {
                    let is_field = at.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(is_dot);
                    if !is_field {
                        self.found.extend(demanded(&tokens[at + 1..]));
                    }
                }
                _ => {}
            }
        }
    }

    /// Tells whether a pattern in a `let`, a `for`, a closure or an arm of a `match` may shadow the argument.
    fn binds(&self, tokens: &[TokenTree]) -> bool {
        let mut in_pattern = false;
        let mut in_closure = false;
        tokens.iter().enumerate().any(|(at, token)| {
            match token {
                TokenTree::Ident(ident) if ident == "let" || ident == "for" => in_pattern = true,
                TokenTree::Ident(ident) if ident == "in" => in_pattern = false,
                _ if is_punct(token, '=') || is_punct(token, ';') => in_pattern = false,
                _ if is_punct(token, '|') => {
                    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
                    in_closure = !in_closure && !before.is_some_and(ends_expression);
                }
                _ => {}
            }
            let is_arm = matches!(&tokens[at + 1..], [equals, greater, ..] if is_punct(equals, '=') && is_punct(greater, '>'));
            (in_pattern || in_closure || is_arm) && self.is_named_in(token)
        })
    }

    fn is_named_in(&self, token: &TokenTree) -> bool {
        match token {
            TokenTree::Ident(ident) => ident == self.name,
            TokenTree::Group(group) => group.stream().into_iter().any(|token| self.is_named_in(&token)),
            _ => false,
        }
    }
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

/// Tells whether a `|` after this token is an operator. A `|` that is not an operator begins the arguments of a
/// closure.
fn ends_expression(token: &TokenTree) -> bool {
    match token {
        TokenTree::Ident(ident) => {
            !["move", "async", "return", "else", "in"].iter().any(|word| ident == word)
        }
        TokenTree::Punct(punct) => matches!(punct.as_char(), '?' | '|'),
        TokenTree::Group(_) | TokenTree::Literal(_) => true,
    }
}

fn is_dot(token: &TokenTree) -> bool {
    is_punct(token, '.')
}

/// Reads `.require("..")` and `.require_any(["..", ".."])`.
fn demanded(tokens: &[TokenTree]) -> Vec<LitStr> {
    let [dot, TokenTree::Ident(method), TokenTree::Group(arguments), ..] = tokens else { return Vec::new() };
    if !is_dot(dot) || arguments.delimiter() != Delimiter::Parenthesis {
        return Vec::new();
    }
    let scopes = if method == "require" {
        arguments.stream()
    } else if method == "require_any" {
        match arguments.stream().into_iter().next() {
            Some(TokenTree::Group(list)) if list.delimiter() == Delimiter::Bracket => list.stream(),
            _ => return Vec::new(),
        }
    } else {
        return Vec::new();
    };
    scopes.into_iter().filter_map(|token| syn::parse2(token.into()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use quote::quote;
    use syn::parse_quote;

    use super::{Demands, TokenStream};

    #[track_caller]
    fn check(body: &TokenStream, expected: &[&str]) {
        let name = parse_quote!(access);
        let mut demands = Demands::of(&name);
        demands.read(body);
        let found: Vec<String> = demands.found().iter().map(syn::LitStr::value).collect();
        assert_eq!(found, expected, "{body}");
    }

    #[test]
    fn literals_are_read_from_calls_on_the_argument() {
        check(
            &quote!({
                access.require("a")?;
                if x || y {
                    println!("{}", access.require_any(["b", "c"]).is_ok());
                }
                let left = access.require("d");
            }),
            &["a", "b", "c", "d"],
        );
        check(
            &quote!({
                self.access.require("a");
                access.require(SCOPE);
                access.require(format!("a"));
                access.demand("a");
                other.require("a");
                require("a");
            }),
            &[],
        );
    }

    #[test]
    fn a_name_that_is_bound_again_says_nothing() {
        for body in [
            quote!({
                let access = other();
                access.require("a")
            }),
            quote!({
                if let Some(access) = other() {
                    access.require("a")
                }
            }),
            quote!(all.iter().map(|access| access.require("a"))),
            quote!(all.iter().map(move |(access, _)| access.require("a"))),
            quote!({
                for access in all {
                    access.require("a")
                }
            }),
            quote!(match other {
                Some(access) => access.require("a"),
                None => {}
            }),
        ] {
            check(&body, &[]);
        }
    }
}
