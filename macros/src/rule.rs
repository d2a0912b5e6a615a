//! The tree of an attribute's arguments, as the user wrote it.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{
    Ident, LitStr, Path, Token, parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    spanned::Spanned,
};

use crate::args::unknown_key;

/// `rule = scope | "all" "(" rule, .. ")" | "any" "(" rule, .. ")"`.
pub(crate) enum Rule {
    Scope(ScopeArg),
    Group(Group),
}

/// `all(..)` or `any(..)`. The list of scopes and groups in an attribute counts as an `all(..)`.
pub(crate) struct Group {
    pub(crate) kind: GroupKind,
    pub(crate) rules: Vec<Rule>,
    /// The span of the group's name, for messages about the group.
    pub(crate) span: Span,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupKind {
    All,
    Any,
}

/// `scope = literal | path`.
#[derive(Clone)]
pub(crate) enum ScopeArg {
    Literal(LitStr),
    Const(Path),
}

impl Parse for Rule {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            let literal = input.parse()?;
            refuse_operator(input)?;
            return Ok(Self::Scope(ScopeArg::Literal(literal)));
        }
        if input.peek(Token![Self]) {
            return Err(input.error("an attribute cannot use `Self`; write the name of the type instead"));
        }
        if !input.peek(Ident) && !input.peek(Token![::]) && !is_path_keyword(input) {
            return Err(input.error(
                "a scope is a string literal or the path of a constant, as in `\"files:read\"` or `scopes::READ`",
            ));
        }
        let path = Path::parse_mod_style(input)?;
        if input.peek(Token![=]) {
            return Err(match path.get_ident() {
                Some(key) if key == "max_age" || key == "crate" => outside_groups(&path, " = .."),
                Some(key) => unknown_key(key),
                None => {
                    syn::Error::new(path.span(), "a scope takes no value; remove the `=` and what follows it")
                }
            });
        }
        if !input.peek(syn::token::Paren) {
            refuse_operator(input)?;
            refuse_module(&path)?;
            return Ok(Self::Scope(ScopeArg::Const(path)));
        }
        let group = Group::parse_after(&path, input)?;
        refuse_operator(input)?;
        Ok(Self::Group(group))
    }
}

/// Makes the error for an argument that applies to all alternatives, and therefore cannot be inside a group. The
/// message shows `value`, for example `(..)`, in place of the argument's own value.
fn outside_groups(name: &Path, value: &str) -> syn::Error {
    let argument = name.to_token_stream();
    let is_login = name.is_ident("max_age") || name.is_ident("acr");
    let or = if is_login {
        "; to accept a scope in its place, let the handler decide with `Access::covers`"
    } else {
        ""
    };
    let message = format!(
        "`{argument}{value}` cannot be inside a group, because it applies to every alternative; write it outside the group{or}"
    );
    syn::Error::new(name.span(), message)
}

/// Refuses operators between scopes. The message says what to write instead.
fn refuse_operator(input: ParseStream<'_>) -> syn::Result<()> {
    if input.peek(Token![|]) || input.peek(Token![||]) {
        return Err(
            input.error("an attribute takes no operators; for one of several scopes write `any(.., ..)`")
        );
    }
    if input.peek(Token![&]) || input.peek(Token![&&]) || input.peek(Token![+]) {
        return Err(
            input.error("an attribute takes no operators; to require all scopes, separate them with commas")
        );
    }
    Ok(())
}

/// Refuses a path that can only name a module. Without this check, the attribute would emit the path as a value. `syn`
/// cannot parse emitted code with a block such as `{ crate.as_scope() }`: if a block starts with `crate` and no `::`
/// follows, `syn` expects an item.
fn refuse_module(path: &Path) -> syn::Result<()> {
    let is_module = |name: &Ident| ["crate", "self", "super"].iter().any(|word| name == word);
    match path.segments.last() {
        Some(last) if is_module(&last.ident) => {
            let path = path.to_token_stream().to_string().replace(' ', "");
            let message = format!("`{path}` is a module; write the path of a constant, as in `{path}::READ`");
            Err(syn::Error::new(last.ident.span(), message))
        }
        _ => Ok(()),
    }
}

fn is_path_keyword(input: ParseStream<'_>) -> bool {
    input.peek(Token![crate]) || input.peek(Token![self]) || input.peek(Token![super])
}

impl Group {
    fn parse_after(name: &Path, input: ParseStream<'_>) -> syn::Result<Self> {
        let kind = match name.get_ident() {
            Some(ident) if ident == "all" => GroupKind::All,
            Some(ident) if ident == "any" => GroupKind::Any,
            Some(ident) if ["acr", "also", "related"].iter().any(|argument| ident == argument) => {
                return Err(outside_groups(name, "(..)"));
            }
            _ => return Err(syn::Error::new(name.span(), "unknown group; write `all(..)` or `any(..)`")),
        };
        let content;
        parenthesized!(content in input);
        let rules = Punctuated::<Rule, Token![,]>::parse_terminated(&content)?;
        let group = Self { kind, rules: rules.into_iter().collect(), span: name.span() };
        group.check_len(&name.to_token_stream().to_string())?;
        Ok(group)
    }

    fn check_len(&self, name: &str) -> syn::Result<()> {
        match &self.rules[..] {
            [] => Err(syn::Error::new(self.span, format!("`{name}()` names no scope; name at least two"))),
            [only] => {
                let message = format!("`{name}` has one member; write {only} without `{name}`");
                Err(syn::Error::new(self.span, message))
            }
            _ => Ok(()),
        }
    }
}

/// Writes the rule in the form that messages use.
impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Scope(scope) => write!(f, "`{}`", scope.key()),
            Self::Group(Group { kind: GroupKind::All, .. }) => f.write_str("the `all(..)`"),
            Self::Group(Group { kind: GroupKind::Any, .. }) => f.write_str("the `any(..)`"),
        }
    }
}

impl Rule {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Scope(scope) => scope.span(),
            Self::Group(group) => group.span,
        }
    }
}

impl ScopeArg {
    /// Returns the key that identifies the scope.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Literal(literal) => format!("{:?}", literal.value()),
            Self::Const(path) => path.to_token_stream().to_string().replace(' ', ""),
        }
    }

    /// Tells whether this is a constant. Only the compiler knows which scope a constant stands for.
    pub(crate) const fn is_const(&self) -> bool {
        matches!(self, Self::Const(_))
    }

    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Literal(literal) => literal.span(),
            Self::Const(path) => path.span(),
        }
    }
}
