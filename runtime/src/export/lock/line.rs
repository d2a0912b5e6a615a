//! The lines of a lock.
//!
//! ```text
//! lock        = *( ( declaration / line ) LF )    see `declared` for declarations
//! line        = method *( "," method ) SP path SP requirement *( SP step-up ) [ SP "also" 1*( SP scope ) ]
//!               [ SP "related" 1*( SP scope ) ] [ SP "by" SP handler ]
//! requirement = "public" / "authenticated" / alternative *( SP "|" SP alternative )
//! alternative = scope *( SP scope )
//! step-up     = "acr=" DQUOTE value DQUOTE / "max_age=" DQUOTE seconds DQUOTE
//! ```
//!
//! Scopes are written as in an attribute: `{tenant}` is a parameter, and `{{` and `}}` are literal braces. The
//! declarations write scopes in the same way. A scope that equals a word of this grammar, such as `by`, is written in
//! quotation marks. No scope contains a quotation mark. If the route of a handler is unknown, the line has `-` in place
//! of the method, and the handler in place of the path.

use std::{fmt, iter::Peekable};

use super::needs::Needs;
use crate::scope::{Entry, RowId, StepUp, one_word};

const WORDS: [&str; 6] = ["public", "authenticated", "|", "also", "related", "by"];

/// One route of a lock. Lines are sorted by the first three fields, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) place: String,
    pub(super) methods: String,
    pub(super) handler: Option<String>,
    pub(super) needs: Needs,
    pub(super) step_up: StepUp,
    pub(super) also: Vec<String>,
    pub(super) related: Vec<String>,
}

impl From<&Entry> for Line {
    fn from(entry: &Entry) -> Self {
        let RowId { methods, place } = entry.into();
        Self {
            place,
            methods,
            handler: entry.path().map(|_| one_word(entry.handler())),
            needs: entry.requirement().into(),
            step_up: entry.requirement().step_up().clone(),
            also: entry.terms().also().map(|need| need.written().into_owned()).collect(),
            related: entry.terms().related().map(|need| need.written().into_owned()).collect(),
        }
    }
}

impl Line {
    /// Parses a line. The error says what is wrong with the line.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut words = text.split(' ').peekable();
        let methods = words.next().filter(|word| !word.is_empty()).ok_or("a method is missing")?.to_owned();
        let place = words.next().filter(|word| !word.is_empty()).ok_or("a path is missing")?.to_owned();
        let needs = needs(&mut words)?;
        let step_up = step_up(&needs, &mut words)?;
        let also = behind("also", &mut words)?;
        let related = behind("related", &mut words)?;
        let handler = match (words.next(), words.next(), words.next()) {
            (None, None, None) => None,
            (Some("by"), Some(handler), None) => Some(handler.to_owned()),
            _ => return Err("end it with `by` and a handler"),
        };
        Ok(Self { place, methods, handler, needs, step_up, also, related })
    }
}

type Words<'a> = Peekable<std::str::Split<'a, char>>;

fn needs(words: &mut Words<'_>) -> Result<Needs, &'static str> {
    if words.next_if_eq(&"public").is_some() {
        return Ok(Needs::Public);
    }
    if words.next_if_eq(&"authenticated").is_some() {
        return Ok(Needs::Authenticated);
    }
    let mut alternatives = vec![scopes(words)?];
    while words.next_if_eq(&"|").is_some() {
        alternatives.push(scopes(words)?);
    }
    Ok(Needs::Scopes(alternatives))
}

fn step_up(needs: &Needs, words: &mut Words<'_>) -> Result<StepUp, &'static str> {
    let asked: Vec<&str> = std::iter::from_fn(|| words.next_if(|word| StepUp::has_word(word))).collect();
    if !asked.is_empty() && *needs == Needs::Public {
        return Err("a public route cannot require a login");
    }
    StepUp::parse(asked).map_err(|_| "an `acr` or a `max_age` is invalid or repeated")
}

fn behind(word: &str, words: &mut Words<'_>) -> Result<Vec<String>, &'static str> {
    if words.next_if(|next| *next == word).is_some() { scopes(words) } else { Ok(Vec::new()) }
}

fn scopes(words: &mut Words<'_>) -> Result<Vec<String>, &'static str> {
    let mut scopes = Vec::new();
    while let Some(word) = words.next_if(|word| !WORDS.contains(word) && !StepUp::has_word(word)) {
        let quoted = word.strip_prefix('"').and_then(|word| word.strip_suffix('"'));
        let scope = quoted.unwrap_or(word);
        if scope.is_empty() || scope.contains('"') {
            return Err("a word in it is not a scope");
        }
        scopes.push(scope.to_owned());
    }
    if scopes.is_empty() { Err("a scope is missing") } else { Ok(scopes) }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.methods, self.place)?;
        match &self.needs {
            Needs::Public => f.write_str(" public")?,
            Needs::Authenticated => f.write_str(" authenticated")?,
            Needs::Scopes(alternatives) => {
                for (at, alternative) in alternatives.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { " |" })?;
                    write_scopes(alternative, f)?;
                }
            }
        }
        write!(f, "{}", self.step_up)?;
        for (word, scopes) in [(" also", &self.also), (" related", &self.related)] {
            if !scopes.is_empty() {
                f.write_str(word)?;
                write_scopes(scopes, f)?;
            }
        }
        self.handler.iter().try_for_each(|handler| write!(f, " by {handler}"))
    }
}

fn write_scopes(scopes: &[String], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    scopes.iter().try_for_each(|scope| {
        if WORDS.contains(&scope.as_str()) { write!(f, " \"{scope}\"") } else { write!(f, " {scope}") }
    })
}
