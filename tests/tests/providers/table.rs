//! Tables of golden tokens, `tests/providers/*.json`: what a provider's tokens are like, and what comes of each.
//!
//! A table has `provider`, `source`, `real` (whether the tokens are copies of real ones), `issuer`, `resource`, `preset` (the constructor
//! of the issuer with its arguments, and methods with theirs) and `tokens`. A token has a `name`, a `header` with `claims` or else a `text`,
//! and `expect`: `accept` with its `scopes`, or `refuse` with a part of the `reason`. A time is a text such as `+300`, in seconds from
//! now, or a number, which is moved as far as `iat` is from now.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use scopegate_tests::issuer::{Key, now};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// The name of the file, without its ending.
    #[serde(skip)]
    pub(crate) name: String,
    pub(crate) provider: String,
    pub(crate) source: String,
    pub(crate) real: bool,
    pub(crate) issuer: String,
    pub(crate) resource: String,
    pub(crate) preset: Map<String, Value>,
    #[serde(default)]
    pub(crate) tokens: Vec<Row>,
    /// Answers about opaque tokens, which other tests judge.
    #[serde(default)]
    pub(crate) introspection: Vec<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: String,
    header: Option<Value>,
    claims: Option<Map<String, Value>>,
    text: Option<String>,
    expect: Expect,
    scopes: Option<String>,
    reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expect {
    Accept,
    Refuse,
}

/// What comes of a token.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verdict<'a> {
    /// It grants these scopes.
    Accept(&'a str),
    /// It is refused, and this is a part of the reason.
    Refuse(&'a str),
}

/// What kinds of tokens a provider signs; the name of a row begins with one of these.
pub(crate) const KINDS: [&str; 5] =
    ["access token", "ID token", "refresh token", "logout token", "userinfo JWT"];

impl Table {
    pub(crate) fn all() -> Vec<Self> {
        let mut files: Vec<PathBuf> = fs::read_dir(root().join("tests/providers"))
            .expect("a folder")
            .map(|file| file.expect("a file").path())
            .collect();
        files.sort();
        files.iter().map(|file| Self::read(file)).collect()
    }

    fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).expect("a text");
        let table: Self =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        Self { name, ..table }
    }
}

impl Row {
    #[track_caller]
    pub(crate) fn verdict(&self) -> Verdict<'_> {
        match (self.expect, &self.scopes, &self.reason) {
            (Expect::Accept, Some(scopes), None) => Verdict::Accept(scopes),
            (Expect::Refuse, None, Some(reason)) if !reason.is_empty() => Verdict::Refuse(reason),
            _ => panic!("`{}` has either `scopes` or a `reason`", self.name),
        }
    }

    pub(crate) fn kind(&self) -> Option<usize> {
        KINDS.iter().position(|kind| self.name.starts_with(kind))
    }

    pub(crate) fn claims(&self) -> Option<&Map<String, Value>> {
        self.claims.as_ref()
    }

    /// Makes the token, signed by the key of its algorithm.
    #[track_caller]
    pub(crate) fn token(&self) -> String {
        match (&self.header, &self.claims, &self.text) {
            (None, None, Some(text)) => text.clone(),
            (Some(header), Some(claims), None) => {
                let key =
                    KEYS.iter().find(|key| key.algorithm() == header["alg"]).expect("a key of the algorithm");
                let mut header = header.clone();
                header["kid"] = key.jwk()["kid"].clone();
                key.mint_with(&header, &dated(claims))
            }
            _ => panic!("`{}` has a header with claims, or a text", self.name),
        }
    }
}

/// The keys that sign all tokens of all tables.
static KEYS: LazyLock<[Key; 4]> =
    LazyLock::new(|| [Key::rsa("rsa"), Key::p256("p256"), Key::p384("p384"), Key::ed25519("ed25519")]);

pub(crate) fn key_set() -> String {
    json!({ "keys": KEYS.iter().map(Key::jwk).collect::<Vec<_>>() }).to_string()
}

/// Writes the times of a token as they are now.
fn dated(claims: &Map<String, Value>) -> Value {
    let now = i64::try_from(now()).expect("a time");
    let moved = claims.get("iat").and_then(Value::as_i64).map(|issued_at| now - issued_at);
    let mut claims = claims.clone();
    for name in ["exp", "iat", "nbf", "auth_time"] {
        let Some(value) = claims.get_mut(name) else { continue };
        *value = match &*value {
            Value::String(offset) => (now + offset.parse::<i64>().expect("an offset")).into(),
            Value::Number(time) => match (time.as_i64(), moved) {
                (Some(time), Some(moved)) => (time + moved).into(),
                // A fraction stays one.
                (None, Some(moved)) => {
                    #[allow(clippy::cast_precision_loss, reason = "times are small")]
                    let moved = moved as f64;
                    (time.as_f64().expect("a number") + moved).into()
                }
                (_, None) => panic!("a number for a time needs an `iat`"),
            },
            other => other.clone(),
        };
    }
    claims.into()
}

pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
