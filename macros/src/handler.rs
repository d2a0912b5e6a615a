//! The function that has the scope attribute. The attribute does not change the tokens of the function's
//! body.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, FnArg, GenericArgument, Ident, PathArguments, Signature, Type, Visibility,
    ext::IdentExt,
    parse::{Parse, ParseStream},
    parse_quote,
    spanned::Spanned,
};

use crate::block;

pub(crate) struct Handler {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: TokenStream,
}

/// The maximum number of arguments that axum accepts besides the guard.
const MAX_EXTRACTORS: usize = 15;

/// The maximum number of arguments that clippy accepts. If a handler already has this many arguments, the guard is one
/// too many.
const CLIPPY_LIMIT: usize = 7;

/// The message for a handler with two scope attributes.
pub(crate) const TWICE: &str = "this handler has two scope attributes; write everything in one";

pub(crate) const MARKER_PREFIX: &str = "__scopes_of_";

impl Parse for Handler {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let signature = input.parse().map_err(|_| {
            input.error("a scope attribute goes on a handler, as in `async fn list() -> Json<Vec<String>>`")
        })?;
        Ok(Self { attributes, visibility, signature, body: input.parse()? })
    }
}

impl Handler {
    /// Reads the function. To save time, this function does not parse the body: most of the tokens are in the body, and
    /// the attribute does not change them.
    pub(crate) fn read(item: &TokenStream) -> syn::Result<Self> {
        let mut head: Vec<TokenTree> = item.clone().into_iter().collect();
        let is_body = |last: &mut TokenTree| matches!(last, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let body = head.pop_if(is_body);
        let mut handler: Self = syn::parse2(head.into_iter().collect())?;
        handler.body.extend(body);
        Ok(handler)
    }

    /// Reports mistakes that the compiler would report less clearly.
    pub(crate) fn check(&self) -> syn::Result<()> {
        check(&self.attributes, &self.signature)
    }

    /// Names the type that carries the declaration.
    pub(crate) fn marker(&self) -> MarkerType {
        MarkerType::new(&self.name(), &self.signature.ident)
    }

    pub(crate) fn name(&self) -> String {
        self.signature.ident.unraw().to_string()
    }

    pub(crate) fn cfgs(&self) -> Vec<&Attribute> {
        self.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
    }

    /// Makes `guard` the first argument, so that the guard runs before any other extractor and before the body is read.
    pub(crate) fn guard_with(&mut self, guard: &TokenStream) {
        guard_with(&mut self.attributes, &mut self.signature, 0, guard);
    }
}

/// The type that carries a declaration. The type has the handler's name, because compiler messages show this name, as
/// in `Guard<list>`. The type has its own module, because the handler's module can already contain a type or a module
/// with this name.
pub(crate) struct MarkerType {
    pub(crate) module: Ident,
    pub(crate) name: Ident,
}

impl MarkerType {
    /// `what` makes the name of the generated module unique within the handler's module.
    pub(crate) fn new(what: &str, handler: &Ident) -> Self {
        let module = Ident::new(&format!("{MARKER_PREFIX}{what}"), Span::mixed_site());
        let mut name = handler.clone();
        name.set_span(Span::mixed_site());
        Self { module, name }
    }
}

impl ToTokens for MarkerType {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { module, name } = self;
        tokens.extend(quote::quote!(#module::#name));
    }
}

/// Inserts `guard` as the argument at the position `at`.
pub(crate) fn guard_with(
    attributes: &mut Vec<Attribute>,
    signature: &mut Signature,
    at: usize,
    guard: &TokenStream,
) {
    if signature.inputs.len() == CLIPPY_LIMIT {
        attributes.push(parse_quote!(#[allow(clippy::too_many_arguments)]));
    }
    signature.inputs.insert(at, parse_quote!(_: #guard));
}

impl ToTokens for Handler {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { attributes, visibility, signature, body } = self;
        tokens.extend(quote::quote!(#(#attributes)* #visibility #signature #body));
    }
}

/// Checks a function with a scope attribute, and reports mistakes that the compiler would report less clearly.
pub(crate) fn check(attributes: &[Attribute], signature: &Signature) -> syn::Result<()> {
    let has = |name: &str| attributes.iter().any(|attribute| block::is(attribute, name));
    let outside = |message| Err(syn::Error::new(signature.ident.span(), message));
    if has("tool") {
        return outside(
            "this tool is not in a `#[scoped_tools]` block; write `#[scoped_tools]` above its `impl`",
        );
    }
    if has("prompt") {
        return outside(
            "this prompt is not in a `#[scoped_tools]` block; write `#[scoped_tools]` above its `impl`",
        );
    }
    if let Some(FnArg::Receiver(receiver)) = signature.inputs.first() {
        return Err(syn::Error::new(
            receiver.self_token.span(),
            "a handler takes no `self`; take what it needs from `State`",
        ));
    }
    if signature.inputs.first().is_some_and(is_guard) {
        return Err(syn::Error::new(Span::call_site(), TWICE));
    }
    match signature.inputs.iter().nth(MAX_EXTRACTORS) {
        None => Ok(()),
        Some(argument) => Err(syn::Error::new_spanned(
            argument,
            format!(
                "a handler takes at most {MAX_EXTRACTORS} extractors; combine some in a struct that derives `FromRequestParts`"
            ),
        )),
    }
}

/// Tells whether the argument is a guard. If the argument is a guard, another scope attribute of the handler has
/// already been expanded. A guard is recognized by its generated type, whose name has a fixed prefix. The attribute has
/// no fixed name, because users can import it under any name.
fn is_guard(argument: &FnArg) -> bool {
    let FnArg::Typed(argument) = argument else { return false };
    let Type::Path(path) = &*argument.ty else { return false };
    let Some(PathArguments::AngleBracketed(generics)) = path.path.segments.last().map(|last| &last.arguments)
    else {
        return false;
    };
    generics.args.iter().any(|generic| {
        matches!(generic, GenericArgument::Type(Type::Path(marker))
            if marker.path.segments.first().is_some_and(|first| first.ident.to_string().starts_with(MARKER_PREFIX)))
    })
}
