//! The arguments of the attributes.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    Ident, Path, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use crate::{
    rule::{Group, GroupKind, Rule, ScopeArg},
    step_up::StepUp,
};

/// `args = [ arg, .. ]`, `arg = rule | "also" scopes | "related" scopes | step_up | "crate" "=" path`,
/// `scopes = "(" scope, .. ")"`.
pub(crate) struct Args {
    /// The tree of required scopes. The root of the tree is an implicit `all(..)`.
    pub(crate) needs: Group,
    /// Scopes that the handler itself may demand.
    pub(crate) also: Vec<ScopeArg>,
    /// Scopes that a client should request together with the required scopes.
    pub(crate) related: Vec<ScopeArg>,
    /// The login that is required.
    pub(crate) step_up: StepUp,
    /// The path by which generated code names the runtime crate.
    pub(crate) krate: Path,
}

impl Default for Args {
    fn default() -> Self {
        let needs = Group { kind: GroupKind::All, rules: Vec::new(), span: Span::call_site() };
        Self {
            needs,
            also: Vec::new(),
            related: Vec::new(),
            step_up: StepUp::default(),
            krate: default_crate(),
        }
    }
}

pub(crate) fn default_crate() -> Path {
    syn::parse_quote!(::scopegate)
}

impl Args {
    /// Parses the arguments of `#[requires_scope]`.
    pub(crate) fn with_rules(tokens: TokenStream) -> syn::Result<Self> {
        let args: Self = syn::parse2(tokens.clone())?;
        // Without a scope, the arguments are only keys.
        if args.needs.rules.is_empty() { Err(names_no_scope(tokens)) } else { Ok(args) }
    }

    /// Checks the arguments of `requirement!`.
    pub(crate) fn rules_alone(self) -> syn::Result<Self> {
        match self.also.iter().chain(&self.related).next() {
            None if self.step_up.first().is_some() => Ok(self),
            None if self.needs.rules.is_empty() => Err(syn::Error::new(
                Span::call_site(),
                "`requirement!` names no scope; name one, as in `requirement!(\"files:read\")`, \
                 or write `Requirement::AUTHENTICATED` for any valid token, `Requirement::PUBLIC` for none",
            )),
            None => Ok(self),
            Some(scope) => Err(syn::Error::new(
                scope.span(),
                "`also` and `related` belong on a handler; name only required scopes here",
            )),
        }
    }

    /// Checks the arguments of `#[public]`.
    pub(crate) fn without_scopes(self) -> syn::Result<Self> {
        let scopes = self.also.iter().chain(&self.related).map(ScopeArg::span);
        match scopes.chain(self.step_up.first().map(Ident::span)).next() {
            None => self.without_rules(),
            Some(span) => Err(syn::Error::new(
                span,
                "a public handler has no token to check; write `#[authenticated(..)]` instead",
            )),
        }
    }

    /// Checks the arguments of `#[authenticated]`.
    pub(crate) fn without_rules(self) -> syn::Result<Self> {
        if let Some(rule) = self.needs.rules.first() {
            return Err(syn::Error::new(
                rule.span(),
                "this attribute takes no scope; to require one, write `#[requires_scope(..)]` instead",
            ));
        }
        Ok(self)
    }
}

/// Returns the error for an attribute without a scope. The suggestions in the message contain the keys that the user
/// has written. Therefore, a user who copies a suggestion keeps keys such as `max_age`.
fn names_no_scope(keys: TokenStream) -> syn::Error {
    let keys = as_written(keys);
    let message = if keys.is_empty() {
        "this attribute names no scope; name one, as in `#[requires_scope(\"files:read\")]`, \
         or write `#[authenticated]` for any valid token, `#[public]` for none"
            .to_owned()
    } else {
        format!(
            "this attribute names no scope; name one, as in `#[requires_scope(\"files:read\", {keys})]`, \
             or write `#[authenticated({keys})]` to require none"
        )
    };
    syn::Error::new(Span::call_site(), message)
}

/// Returns the text of the keys. Leaves out the key `crate`, because `#[scoped_handlers]` or `#[scoped_tools]` may have
/// added this key.
fn as_written(keys: TokenStream) -> String {
    let tokens: Vec<TokenTree> = keys.into_iter().collect();
    let keys = tokens.split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','));
    let is_crate = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "crate");
    let written = keys.filter(|key| key.first().is_some_and(|first| !is_crate(first)));
    let texts = written.map(|key| {
        let text = key.iter().cloned().collect::<TokenStream>().to_string();
        // The compiler breaks the text of a long list into lines.
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    texts.collect::<Vec<_>>().join(", ")
}

impl Parse for Args {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut args = Self::default();
        let mut krate = None;
        while !input.is_empty() {
            if args.step_up.parse_one(input)? {
                // `parse_one` has read the argument, so there is nothing more to do.
            } else if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
                parse_key(input, &mut krate)?;
            } else if is_list(input, "also") {
                parse_list(input, &mut args.also)?;
            } else if is_list(input, "related") {
                parse_list(input, &mut args.related)?;
            } else {
                args.needs.rules.push(input.parse::<Rule>()?);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        if let Some(krate) = krate {
            args.krate = krate;
        }
        Ok(args)
    }
}

fn is_list(input: ParseStream<'_>, name: &str) -> bool {
    let fork = input.fork();
    fork.parse::<Ident>().is_ok_and(|ident| ident == name) && fork.peek(syn::token::Paren)
}

/// Parses `name(scope, ..)`, and rejects repeated scopes.
fn parse_list(input: ParseStream<'_>, list: &mut Vec<ScopeArg>) -> syn::Result<()> {
    let name: Ident = input.parse()?;
    if !list.is_empty() {
        return Err(syn::Error::new(
            name.span(),
            format!("`{name}` is given twice; write it once, with all its scopes"),
        ));
    }
    let content;
    parenthesized!(content in input);
    for rule in Punctuated::<Rule, Token![,]>::parse_terminated(&content)? {
        match rule {
            Rule::Scope(scope) if list.iter().any(|known| known.key() == scope.key()) => {
                return Err(syn::Error::new(
                    scope.span(),
                    format!("`{}` is listed twice; write it once", scope.key()),
                ));
            }
            Rule::Scope(scope) => list.push(scope),
            Rule::Group(group) => {
                return Err(syn::Error::new(
                    group.span,
                    format!("`{name}` takes no `all` or `any`; list the scopes"),
                ));
            }
        }
    }
    if list.is_empty() {
        return Err(syn::Error::new(
            name.span(),
            format!("`{name}()` names no scope; name one, or leave `{name}()` out"),
        ));
    }
    Ok(())
}

/// Parses arguments that contain only the key `crate`.
pub(crate) fn parse_crate_key(input: ParseStream<'_>) -> syn::Result<Path> {
    match parse_crate_keys(input)? {
        Some(krate) if input.is_empty() => Ok(krate),
        _ => Err(syn::Error::new(
            input.span(),
            "on the enum, `#[scope(..)]` takes only `crate = path`; write a scope on its variant",
        )),
    }
}

/// Parses the arguments of `#[scoped_handlers]`: the key `crate`, or nothing.
pub(crate) fn parse_crate_alone(input: ParseStream<'_>) -> syn::Result<Option<Path>> {
    let krate = parse_crate_keys(input)?;
    if !input.is_empty() {
        return Err(input
            .error("`#[scoped_handlers]` takes only `crate = path`; write the scopes above each handler"));
    }
    Ok(krate)
}

fn parse_crate_keys(input: ParseStream<'_>) -> syn::Result<Option<Path>> {
    let mut krate = None;
    while input.peek(Ident::peek_any) && input.peek2(Token![=]) {
        parse_key(input, &mut krate)?;
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(krate)
}

fn parse_key(input: ParseStream<'_>, krate: &mut Option<Path>) -> syn::Result<()> {
    let key = Ident::parse_any(input)?;
    input.parse::<Token![=]>()?;
    if key != "crate" {
        return Err(unknown_key(&key));
    }
    take_once(krate, &key, CRATE.parse(input)?)
}

pub(crate) fn unknown_key(key: &Ident) -> syn::Error {
    let message = format!(
        "unknown key `{key}`; the keys are `also(..)`, `related(..)`, `acr(..)`, `max_age = ..` and `crate = path`"
    );
    syn::Error::new(key.span(), message)
}

/// Stores the value of a key. A second value for the same key is an error.
pub(crate) fn take_once<T>(place: &mut Option<T>, key: &Ident, value: T) -> syn::Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(syn::Error::new(key.span(), format!("`{key}` is given twice; write it once"))),
    }
}

/// A key of an attribute. The value of the key is the path by which generated code names a crate.
pub(crate) struct CrateKey {
    pub(crate) name: &'static str,
    /// The value that error messages suggest.
    pub(crate) example: &'static str,
}

pub(crate) const CRATE: CrateKey = CrateKey { name: "crate", example: "::scopegate" };

impl CrateKey {
    /// Parses the value, which must be an absolute path. A relative path would have a different meaning in each module.
    pub(crate) fn parse(&self, input: ParseStream<'_>) -> syn::Result<Path> {
        let Self { name, example } = self;
        let start = input.span();
        let message = |path: &str| format!("write an absolute path, as in `{name} = {path}`");
        let path = Path::parse_mod_style(input).map_err(|_| syn::Error::new(start, message(example)))?;
        if is_absolute(&path) {
            return Ok(path);
        }
        let written = quote::quote!(#path).to_string().replace(' ', "");
        Err(syn::Error::new_spanned(&path, message(&format!("::{written}"))))
    }
}

fn is_absolute(path: &Path) -> bool {
    let first = path.segments.first().map(|segment| segment.ident.to_string());
    path.leading_colon.is_some() || matches!(first.as_deref(), Some("crate" | "$crate"))
}
