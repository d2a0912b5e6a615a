//! The lock's declarations about the policy and the gate.
//!
//! ```text
//! declaration = "floor:" 1*( SP scope )
//!             / "implies:" SP scope 1*( SP scope )    the first implies the others
//!             / "wildcards:" SP ( "prefixed" / "prefixed-and-bare" )
//!             / "credentials:" SP source
//!             / "bound-tokens:" SP "accepted"
//!             / "dpop:" SP ( "accepted" / "required" )
//!             / "client-certificate:" SP "header" SP name
//! source      = "authorization" / ( "cookie" / "header" / "websocket-protocol" ) SP name
//! ```
//!
//! A declaration begins with a word that ends in a colon. The first word of a row, such as `GET` or `-`, contains no
//! colon. A declaration therefore cannot be mistaken for a row. If a declaration is missing, its default applies: no
//! floor, no implications, no wildcards, credentials only from `Authorization`, and no bound tokens.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::bound::Bound;
use crate::{
    export::Admission,
    policy::Policy,
    scope::{ScopeToken, Wildcards, join, one_word},
    token::CredentialSource,
};

/// The settings that the declarations of a lock describe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declared {
    /// Scopes are written as in an attribute, with each literal brace doubled. Scopes and templates in the rows of the
    /// lock are written in this way too. A policy that is made from these declarations can therefore be applied to the
    /// rows.
    pub(super) floor: BTreeSet<ScopeToken>,
    /// The scopes that each scope implies directly. No set is empty.
    pub(super) implied: BTreeMap<ScopeToken, BTreeSet<ScopeToken>>,
    pub(super) wildcards: Wildcards,
    /// The credential sources, as the `Display` of [`CredentialSource`] writes them.
    pub(super) sources: BTreeSet<String>,
    pub(super) bound: Bound,
}

impl Default for Declared {
    fn default() -> Self {
        Self {
            floor: BTreeSet::new(),
            implied: BTreeMap::new(),
            wildcards: Wildcards::Off,
            sources: usual_sources(),
            bound: Bound::default(),
        }
    }
}

fn usual_sources() -> BTreeSet<String> {
    BTreeSet::from([CredentialSource::authorization().to_string()])
}

impl From<Admission<'_>> for Declared {
    fn from(admission: Admission<'_>) -> Self {
        let policy = admission.policy();
        let mut implied: BTreeMap<ScopeToken, BTreeSet<ScopeToken>> = BTreeMap::new();
        for (scope, children) in policy.implications() {
            implied.entry(written(&scope)).or_default().extend(children.iter().map(written));
        }
        implied.retain(|_, children| !children.is_empty());
        let sources = |gate: &crate::Gate| gate.credential_sources().map(source).collect();
        Self {
            floor: policy.floor_scopes().iter().map(written).collect(),
            implied,
            wildcards: policy.wildcards_in_use(),
            sources: admission.gate().map_or_else(usual_sources, sources),
            bound: admission.gate().map(Bound::from).unwrap_or_default(),
        }
    }
}

fn written(scope: &ScopeToken) -> ScopeToken {
    ScopeToken::filled(&scopegate_grammar::escape(scope.as_str()))
}

fn source(source: &CredentialSource) -> String {
    let text = source.to_string();
    match text.split_once(' ') {
        Some((kind, name)) => format!("{kind} {}", one_word(name)),
        None => text,
    }
}

impl Declared {
    /// Makes the policy that the declarations describe.
    pub(super) fn policy(&self) -> Policy {
        let implied = self.implied.iter().map(|(scope, children)| (scope.clone(), children.iter().cloned()));
        Policy::new().floor(self.floor.iter().cloned()).implies(implied).wildcards(self.wildcards)
    }
}

/// Writes one line for each declaration.
impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.floor.is_empty() {
            writeln!(f, "floor: {}", words(&self.floor))?;
        }
        for (scope, children) in &self.implied {
            writeln!(f, "implies: {scope} {}", words(children))?;
        }
        match self.wildcards {
            Wildcards::Off => {}
            Wildcards::Prefixed => writeln!(f, "wildcards: prefixed")?,
            Wildcards::PrefixedAndBare => writeln!(f, "wildcards: prefixed-and-bare")?,
        }
        if self.sources != usual_sources() {
            self.sources.iter().try_for_each(|source| writeln!(f, "credentials: {source}"))?;
        }
        self.bound.fmt(f)
    }
}

fn words(scopes: &BTreeSet<ScopeToken>) -> String {
    join(scopes.iter().map(ScopeToken::as_str))
}

/// Reads declarations line by line.
#[derive(Default)]
pub(super) struct Reader {
    floor: Option<BTreeSet<ScopeToken>>,
    wildcards: Option<Wildcards>,
    bound: Bound,
    implied: BTreeMap<ScopeToken, BTreeSet<ScopeToken>>,
    sources: BTreeSet<String>,
}

impl Reader {
    /// Reads a line. Returns `true` for a declaration, and `false` for a line that is not a declaration. The error says
    /// what is wrong with a declaration.
    pub(super) fn read(&mut self, line: &str) -> Result<bool, &'static str> {
        let Some((word, rest)) = line.split_once(' ').filter(|(word, _)| word.ends_with(':')) else {
            return Ok(false);
        };
        let is_new = match word {
            "floor:" => self.floor.replace(scopes(rest)?).is_none(),
            "implies:" => {
                let (scope, children) =
                    rest.split_once(' ').ok_or("name the implied scopes after the scope")?;
                self.implied.insert(scope_of(scope)?, scopes(children)?).is_none()
            }
            "wildcards:" => self.wildcards.replace(wildcards(rest)?).is_none(),
            "credentials:" if is_source(rest) => self.sources.insert(rest.to_owned()),
            "credentials:" => return Err("this is not a source of credentials"),
            _ => match self.bound.read(word, rest) {
                Some(read) => read?,
                None => return Err("this version does not know the declaration"),
            },
        };
        if is_new { Ok(true) } else { Err("this is already declared above") }
    }

    pub(super) fn finish(self) -> Declared {
        Declared {
            floor: self.floor.unwrap_or_default(),
            implied: self.implied,
            wildcards: self.wildcards.unwrap_or_default(),
            sources: if self.sources.is_empty() { usual_sources() } else { self.sources },
            bound: self.bound,
        }
    }
}

fn scopes(words: &str) -> Result<BTreeSet<ScopeToken>, &'static str> {
    words.split(' ').map(scope_of).collect()
}

/// Reads a scope. In a current lock, every brace of the scope is doubled. If a scope has a brace that is not doubled,
/// each brace of the scope counts as one literal brace.
fn scope_of(word: &str) -> Result<ScopeToken, &'static str> {
    let scope: ScopeToken = word.parse().map_err(|_| "a word in it is not a scope")?;
    Ok(if scopegate_grammar::unescape(word).is_some() { scope } else { written(&scope) })
}

fn wildcards(word: &str) -> Result<Wildcards, &'static str> {
    match word {
        "prefixed" => Ok(Wildcards::Prefixed),
        "prefixed-and-bare" => Ok(Wildcards::PrefixedAndBare),
        _ => Err("write `prefixed` or `prefixed-and-bare`"),
    }
}

fn is_source(text: &str) -> bool {
    match text.split_once(' ') {
        None => text == "authorization",
        Some((kind, name)) => {
            ["cookie", "header", "websocket-protocol"].contains(&kind)
                && !name.is_empty()
                && !name.contains(' ')
        }
    }
}
