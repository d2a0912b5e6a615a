//! Tables of golden tokens, `tests/providers/*.json`: the tokens of a provider, with the expected result for each.
//!
//! A table has `provider`, `source`, `real` (whether the tokens are copies of real ones), `issuer`, `resource`, `preset` (the constructor
//! of the issuer and its methods, with their arguments) and `tokens`. A token has a `name`, either a `header` with `claims` or a `text`,
//! and `expect`: `accept` with its `scopes`, or `refuse` with a part of the `reason`. For an opaque token, `introspection` has the server's
//! `answer`, with its `status` if that is not 200. A time is a text such as `+300`, in seconds from now, or a number. Numbers are shifted
//! so that `iat` is now.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use scopegate_tests::issuer::{Key, encode, now};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    /// The name of the file, without its extension.
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
    #[serde(default)]
    pub(crate) introspection: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) name: String,
    header: Option<Value>,
    claims: Option<Map<String, Value>>,
    text: Option<String>,
    answer: Option<Map<String, Value>>,
    status: Option<u16>,
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

/// The expected result for a token.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verdict<'a> {
    /// The gate accepts the token with these scopes.
    Accept(&'a str),
    /// The gate refuses the token, with this part of the reason.
    Refuse(&'a str),
}

/// The kinds of tokens that a provider signs. The name of a row begins with one of them.
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

    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.tokens.iter().chain(&self.introspection)
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

    pub(crate) fn is_accepted(&self) -> bool {
        self.expect == Expect::Accept
    }

    /// Returns the kind of the token. An access token for another resource has no kind.
    pub(crate) fn kind(&self) -> Option<usize> {
        let is_kind = |kind: &usize| *kind > 0 || self.is_accepted();
        KINDS.iter().position(|kind| self.name.starts_with(kind)).filter(is_kind)
    }

    pub(crate) fn claims(&self) -> Option<&Map<String, Value>> {
        self.claims.as_ref().or(self.answer.as_ref())
    }

    /// Returns the status and the text of the server's answer about the token.
    pub(crate) fn answer(&self) -> Option<(u16, String)> {
        Some((self.status.unwrap_or(200), dated(self.answer.as_ref()?).to_string()))
    }

    /// Makes the token, signed by the key of its algorithm.
    #[track_caller]
    pub(crate) fn token(&self) -> String {
        match (&self.header, &self.claims, &self.text) {
            (None, None, Some(text)) => text.clone(),
            (None, None, None) if self.answer.is_some() => format!("opaque-{}", encode(&self.name)),
            (Some(header), Some(claims), None) => {
                let key =
                    KEYS.iter().find(|key| key.algorithm() == header["alg"]).expect("a key of the algorithm");
                let mut header = header.clone();
                header["kid"] = key.jwk()["kid"].clone();
                key.mint_with(&header, &dated(claims))
            }
            _ => panic!("`{}` has a header with claims, or a text, or an answer", self.name),
        }
    }
}

/// The keys that sign all tokens of all tables.
static KEYS: LazyLock<[Key; 4]> =
    LazyLock::new(|| [Key::rsa("rsa"), Key::p256("p256"), Key::p384("p384"), Key::ed25519("ed25519")]);

pub(crate) fn key_set() -> String {
    json!({ "keys": KEYS.iter().map(Key::jwk).collect::<Vec<_>>() }).to_string()
}

/// The claims that contain times.
pub(crate) const TIMES: [&str; 4] = ["exp", "iat", "nbf", "auth_time"];

/// Replaces the times of a token by times relative to now.
fn dated(claims: &Map<String, Value>) -> Value {
    let now = now();
    let issued_at = claims.get("iat").and_then(Value::as_f64);
    #[allow(clippy::cast_possible_truncation, reason = "times are small")]
    let moved = issued_at.map(|issued_at| now - issued_at.floor() as i64);
    let mut claims = claims.clone();
    for name in TIMES {
        let Some(value) = claims.get_mut(name) else { continue };
        *value = match &*value {
            Value::String(offset) => (now + offset.parse::<i64>().expect("an offset")).into(),
            Value::Number(time) => match (time.as_i64(), moved) {
                (Some(time), Some(moved)) => (time + moved).into(),
                // A fraction is kept.
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
