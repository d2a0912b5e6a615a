//! Reads the source file to find what surrounds an attribute, because the compiler passes only the item to an
//! attribute.
//!
//! The only purpose of this module is a better error message for an attribute in an `impl` block or a trait. A scope
//! attribute emits types, and types cannot be defined in an `impl` block or a trait. The compiler's own message would
//! name these generated types.

use std::{fs, ops::ControlFlow};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::place::Place;

/// The innermost block around an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surroundings {
    Impl,
    TraitImpl,
    Trait,
    Other,
}

impl Surroundings {
    /// Returns the error message if a function with a scope attribute is not allowed in these surroundings.
    pub(crate) const fn objection(self) -> Option<&'static str> {
        match self {
            Self::Impl => Some(
                "this handler is in an `impl` block; write `#[scoped_handlers]` above the block, or move the handler out of it",
            ),
            Self::Trait | Self::TraitImpl => Some(
                "a function of a trait cannot have a scope attribute; make the handler a free function, or move it to the type's own \
                 `impl` block under `#[scoped_handlers]`",
            ),
            Self::Other => None,
        }
    }

    /// Finds what surrounds the attribute that is being expanded. Returns `Other` if there is no file to read, for
    /// example if the language server of an editor expands the attribute.
    pub(crate) fn of_attribute() -> Self {
        let Some(Place { file, line, column }) = Place::of_attribute() else { return Self::Other };
        // In a formatted file, nothing surrounds an attribute in the first column. Files are therefore rarely read.
        if column <= 1 {
            return Self::Other;
        }
        let text = file.and_then(|file| fs::read_to_string(file).ok());
        text.and_then(|text| Self::at(&text, line, column)).unwrap_or(Self::Other)
    }

    /// Finds what surrounds a place. Lines and columns are counted from 1.
    fn at(text: &str, line: usize, column: usize) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        let before = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum::<usize>();
        let (at, _) = text.get(before..)?.char_indices().nth(column.checked_sub(1)?)?;
        let (head, tail) = text.split_at_checked(before + at)?;
        let marked: TokenStream = format!("{head} {HERE} {tail}").parse().ok()?;
        match find(marked, Self::Other) {
            ControlFlow::Break(found) => Some(found),
            ControlFlow::Continue(()) => None,
        }
    }

    /// Recognizes the kind of a block by the tokens before it.
    fn of_block(head: &[TokenTree]) -> Self {
        let is = |token: &TokenTree, word: &str| matches!(token, TokenTree::Ident(ident) if ident == word);
        let is_keyword = |token: &&TokenTree| KEYWORDS.iter().any(|keyword| is(token, keyword));
        match head.iter().find(is_keyword) {
            Some(first) if is(first, "trait") => Self::Trait,
            Some(first) if is(first, "impl") => {
                // A `for` before `<`, as in `for<'a>`, belongs to a bound, so it does not mark a trait's `impl`.
                let is_of_trait = head.windows(2).any(|pair| {
                    is(&pair[0], "for")
                        && !matches!(&pair[1], TokenTree::Punct(punct) if punct.as_char() == '<')
                });
                if is_of_trait { Self::TraitImpl } else { Self::Impl }
            }
            _ => Self::Other,
        }
    }
}

const HERE: &str = "__scopegate_looks_around_here";

/// Among the tokens before a block, the first of these keywords decides what kind of item the block belongs to. Later
/// keywords do not count, because a later `impl` can be part of a type, and a later `for` can be part of an expression.
/// There is one exception: if the first keyword is `impl`, a later `for` shows that the block implements a trait.
const KEYWORDS: [&str; 9] = ["impl", "trait", "fn", "mod", "const", "static", "let", "for", "macro_rules"];

/// Finds what surrounds the token `HERE`.
fn find(tokens: TokenStream, around: Surroundings) -> ControlFlow<Surroundings> {
    let mut head: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Ident(ident) if ident == HERE => return ControlFlow::Break(around),
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                find(group.stream(), Surroundings::of_block(&head))?;
                head.clear();
            }
            TokenTree::Group(group) => {
                find(group.stream(), around)?;
                head.push(token);
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => head.clear(),
            _ => head.push(token),
        }
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::Surroundings;

    /// Checks what `Surroundings::at` finds for the position of `@` in `text`.
    #[track_caller]
    fn check(text: &str, expected: Option<Surroundings>) {
        let line = text.lines().position(|line| line.contains('@')).unwrap();
        let column = text.lines().nth(line).unwrap().chars().position(|character| character == '@').unwrap();
        let found = Surroundings::at(&text.replace('@', ""), line + 1, column + 1);
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_innermost_block_counts() {
        use Surroundings::{Impl, Other, Trait, TraitImpl};

        check("@#[a] async fn list() {}", Some(Other));
        check("mod files { fn one() {}\n    @#[a] async fn list() {} }", Some(Other));
        check("impl Files {\n    @#[a] async fn list() {}\n}", Some(Impl));
        check("impl Files { fn one() -> impl Two {} @#[a] async fn list() {} }", Some(Impl));
        check("impl Files { #[cfg_attr(unix, @a)] async fn list() {} }", Some(Impl));
        check(
            "unsafe impl<T: for<'a> Two<'a>> Files<T> where for<'b> T: Three<'b> { @#[a] fn f() {} }",
            Some(Impl),
        );
        check("impl Store for Files { @#[a] async fn list() {} }", Some(TraitImpl));
        check("pub(crate) trait Store: Sized { @#[a] async fn list(); }", Some(Trait));
        check("fn one() -> impl Two { @#[a] async fn list() {} }", Some(Other));
        check("impl Files { fn one() { @#[a] async fn list() {} } }", Some(Other));
        check("impl Files { const ONE: () = { @#[a] async fn list() {} }; }", Some(Other));
        check("impl Files {} mod two { @#[a] fn f() {} }", Some(Other));
        check("fn one() { for a in b { impl Files { @#[a] fn f() {} } } }", Some(Impl));
        check("#![doc = \"}\"] // impl {\nimpl Größe { /* ß */ @#[a] fn f() { '}' } }", Some(Impl));
    }

    #[test]
    fn a_file_that_is_another_by_now_says_nothing() {
        check("impl Files { \"@\" }", None);
        check("impl Files { @", None);
        assert_eq!(Surroundings::at("one", 7, 1), None);
        assert_eq!(Surroundings::at("one", 0, 0), None);
        assert_eq!(Surroundings::at("one", 1, 9), None);
    }
}
