//! Expands the attribute of a usual handler, without using `syn`. A usual handler is an `async fn` with few arguments.
//! The attribute of a usual handler is empty, or contains only string literals.
//!
//! After each change to a crate, the compiler expands all attributes in that crate again. `syn` would make the
//! expansion slow, because cargo usually builds `syn` without optimization. Therefore, this module reads only the
//! necessary tokens, and emits text that the compiler parses. This module leaves unusual handlers and all mistakes to
//! [`expand`](crate::expand). For a usual handler, `expand` would emit the same code.

use std::fmt::Write;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use crate::{above, handler::MARKER_PREFIX, place::Place, source::Source};

/// Expands `#[requires_scope]`. Returns `None` if the attribute or the handler is unusual.
pub(crate) fn requires_scope(args: &TokenStream, item: &TokenStream) -> Option<TokenStream> {
    let scopes = scopes(args)?;
    Usual::read(item)?.declare(&format!("row_of_all(&[{scopes}], "))
}

/// Expands `#[authenticated]`.
pub(crate) fn authenticated(args: &TokenStream, item: &TokenStream) -> Option<TokenStream> {
    without_scopes(args, item, "AUTHENTICATED")
}

/// Expands `#[public]`.
pub(crate) fn public(args: &TokenStream, item: &TokenStream) -> Option<TokenStream> {
    without_scopes(args, item, "PUBLIC")
}

fn without_scopes(args: &TokenStream, item: &TokenStream, requirement: &str) -> Option<TokenStream> {
    if !args.is_empty() {
        return None;
    }
    Usual::read(item)?.declare(&format!("Row::new(::scopegate::__private::Requirement::{requirement}, "))
}

/// Reads string literals that are separated by commas, and returns them as source text. Returns `None` if a
/// literal is not a scope or is listed twice.
fn scopes(args: &TokenStream) -> Option<String> {
    let mut seen: Vec<String> = Vec::new();
    let mut args = args.clone().into_iter();
    while let Some(token) = args.next() {
        let TokenTree::Literal(literal) = token else { return None };
        let literal = literal.to_string();
        let text = literal.strip_prefix('"')?.strip_suffix('"')?;
        // A scope contains no backslash, so the literal contains no escape sequence that would have to be decoded.
        let is_plain = scopegate_grammar::check(text).is_ok() && !scopegate_grammar::has_braces(text);
        if !is_plain || seen.contains(&literal) || seen.len() == MAX_SCOPES {
            return None;
        }
        seen.push(literal);
        match args.next() {
            None => break,
            Some(TokenTree::Punct(punct)) if punct.as_char() == ',' => {}
            Some(_) => return None,
        }
    }
    (!seen.is_empty()).then(|| seen.join(", "))
}

/// The maximum number of scopes in the attribute of a usual handler. `expand` handles attributes with more scopes, up
/// to its own limit.
const MAX_SCOPES: usize = 16;
const MAX_COMMAS: usize = 5;

/// An `async fn` without generics, with arguments that `are_usual_arguments` accepts.
struct Usual {
    tokens: Vec<TokenTree>,
    visibility: String,
    name: Ident,
    /// The position of the arguments among the tokens.
    arguments: usize,
}

impl Usual {
    fn read(item: &TokenStream) -> Option<Self> {
        let tokens: Vec<TokenTree> = item.clone().into_iter().collect();
        let mut at = 0;
        while is_punct(tokens.get(at)?, '#') {
            if !is_usual_attribute(tokens.get(at + 1)?) {
                return None;
            }
            at += 2;
        }
        let mut visibility = String::new();
        if is_word(tokens.get(at)?, "pub") {
            visibility.push_str("pub");
            at += 1;
            if let TokenTree::Group(within) = tokens.get(at)? {
                visibility.push_str(simple_restriction(within)?);
                at += 1;
            }
        }
        if !is_word(tokens.get(at)?, "async") || !is_word(tokens.get(at + 1)?, "fn") {
            return None;
        }
        let TokenTree::Ident(name) = tokens.get(at + 2)?.clone() else { return None };
        let TokenTree::Group(arguments) = tokens.get(at + 3)? else { return None };
        let is_body =
            |last: &TokenTree| matches!(last, TokenTree::Group(body) if body.delimiter() == Delimiter::Brace);
        let is_usual = are_usual_arguments(arguments) && tokens.last().is_some_and(is_body) && is_free();
        is_usual.then_some(Self { tokens, visibility, name, arguments: at + 3 })
    }

    /// Emits the handler with its guard, and the handler's declaration. `row` is the start of the call that makes the
    /// handler's row, up to the comma after the first argument, as in `row_of_all(&["files:read"],`. This method
    /// appends the other arguments.
    fn declare(mut self, row: &str) -> Option<TokenStream> {
        let name = self.name.to_string();
        if name.starts_with("r#") {
            return None;
        }
        let marker = format!("{MARKER_PREFIX}{name}::{name}");
        let Source { file, line } = Source::of(self.name.span());
        let visibility = &self.visibility;
        let declaration = tokens(&format!(
            "#[doc(hidden)] {visibility} mod {MARKER_PREFIX}{name} {{ #[non_exhaustive] pub enum {name} {{}} }}\n\
             #[automatically_derived] impl ::scopegate::__private::Declares for {marker} {{\n\
             const ROW: ::scopegate::__private::Row = ::scopegate::__private::{row}\
             ::core::concat!(::core::module_path!(), \"::{name}\"), {file:?}, {line}); }}"
        ))?;
        self.add_guard(&marker)?;
        let mut tokens: TokenStream = self.tokens.into_iter().collect();
        tokens.extend(declaration);
        Some(tokens)
    }

    /// Inserts the guard as the first argument.
    fn add_guard(&mut self, marker: &str) -> Option<()> {
        let TokenTree::Group(arguments) = self.tokens.get_mut(self.arguments)? else { return None };
        let mut guard = format!("_: ::scopegate::Guard<{marker}>");
        if !arguments.stream().is_empty() {
            guard.write_char(',').ok()?;
        }
        let mut all = tokens(&guard)?;
        all.extend(arguments.stream());
        let mut guarded = Group::new(Delimiter::Parenthesis, all);
        guarded.set_span(arguments.span());
        *arguments = guarded;
        Some(())
    }
}

/// Parses the text. Inside the compiler, this function calls the compiler's parser directly. `proc_macro2` would first
/// parse the text with its own parser, and this would take additional time.
fn tokens(text: &str) -> Option<TokenStream> {
    if proc_macro::is_available() {
        return text.parse::<proc_macro::TokenStream>().ok().map(TokenStream::from);
    }
    text.parse().ok()
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

fn is_word(token: &TokenTree, wanted: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == wanted)
}

/// Tells whether the expansion can ignore the attribute.
fn is_usual_attribute(attribute: &TokenTree) -> bool {
    let TokenTree::Group(attribute) = attribute else { return false };
    // The name of an attribute is the last segment of its path.
    for token in attribute.stream() {
        match token {
            TokenTree::Ident(ident) if ident == "doc" => return true,
            TokenTree::Ident(ident) if ident == "cfg" || ident == "tool" || ident == "prompt" => {
                return false;
            }
            TokenTree::Ident(_) => {}
            TokenTree::Punct(punct) if punct.as_char() == ':' => {}
            _ => break,
        }
    }
    true
}

/// Returns the `(crate)` of `pub(crate)`, or the `(super)` of `pub(super)`. Any other restriction is unusual.
fn simple_restriction(within: &Group) -> Option<&'static str> {
    let mut tokens = within.stream().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(word)), None) if word == "crate" => Some("(crate)"),
        (Some(TokenTree::Ident(word)), None) if word == "super" => Some("(super)"),
        _ => None,
    }
}

/// Returns `true` if there are only a few arguments, and none of them is a receiver, a guard or an `Access`.
fn are_usual_arguments(arguments: &Group) -> bool {
    let mut commas = 0;
    arguments.delimiter() == Delimiter::Parenthesis
        && arguments.stream().into_iter().all(|token| match token {
            TokenTree::Ident(ident) => {
                let ident = ident.to_string();
                ident != "self" && ident != "Access" && !ident.starts_with(MARKER_PREFIX)
            }
            TokenTree::Punct(punct) => {
                commas += usize::from(punct.as_char() == ',');
                commas <= MAX_COMMAS
            }
            TokenTree::Group(group) => group.delimiter() != Delimiter::None,
            TokenTree::Literal(_) => true,
        })
}

/// Returns `true` if the attribute is not below an attribute of axum, and is not indented. An attribute that is not
/// indented is probably outside all blocks. Also returns `true` if the place of the attribute is unknown.
fn is_free() -> bool {
    Place::of_attribute().is_none_or(|place| place.column <= 1 && !above::is_below_one(&place))
}
