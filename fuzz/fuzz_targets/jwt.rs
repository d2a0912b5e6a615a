//! The lines of the input describe a token: its key, its header and claims, changes after signing, and the keys that the issuer
//! publishes. The gate must admit only an unchanged token that a published key signed and whose claims a simple check calls valid.
#![no_main]

use std::{collections::BTreeSet, sync::LazyLock};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fuzzing::{Tally, run};
use libfuzzer_sys::{Corpus, fuzz_target};
use scopegate::{Issuer, Issuers, Presented, TokenVerifier};
use scopegate_tests::issuer::{Key, encode, now};
use serde_json::{Map, Value, json};

const ISSUER: &str = "https://auth.example.com";
const AUDIENCE: &str = "https://files.example.com";

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some(case) = std::str::from_utf8(data).ok().and_then(Case::read) else { return Corpus::Reject };
    let issuer = Issuer::new(ISSUER).audience(AUDIENCE).key_set(case.keys.to_string());
    let verifier = Issuers::from(issuer);
    let verified = run(verifier.verify(&Presented::from(&*case.token)));
    ADMITTED.note(verified.is_ok());
    if let Ok(token) = verified {
        assert!(case.is_signed_by_a_published_key(), "{} was not signed so", case.token);
        let claims = case.claims();
        assert!(is_good(&claims), "{claims:?}");
        let granted: BTreeSet<&str> = token.scopes().iter().collect();
        assert_eq!(granted, scopes(&claims), "{claims:?}");
    }
    Corpus::Keep
});

static ADMITTED: Tally = Tally::new("were good tokens");

/// The keys of the issuer by name. One of them is never published.
static KEYS: LazyLock<[(&str, Key); 5]> = LazyLock::new(|| {
    [
        ("ed", Key::ed25519("ed")),
        ("ec", Key::p256("ec")),
        ("rsa", Key::rsa("rsa")),
        ("p521", Key::p521("p521")),
        ("foreign", Key::ed25519("ed")),
    ]
});

struct Case<'a> {
    /// The key that signed the token, if any.
    signer: Option<&'static Key>,
    /// The token as signed.
    signed: String,
    token: String,
    claims: &'a str,
    keys: Value,
}

impl<'a> Case<'a> {
    /// Reads `ed`, `ec`, `rsa`, `p521`, `foreign` or `nobody`, a header, claims, changes, and keys, or nothing for all keys of the issuer.
    fn read(text: &'a str) -> Option<Self> {
        let mut lines = text.splitn(5, '\n');
        let (signer, header, claims, change) = (lines.next()?, lines.next()?, lines.next()?, lines.next()?);
        let signer = KEYS.iter().find(|(name, _)| *name == signer).map(|(_, key)| key);
        let signed = match signer {
            Some(key) => key.mint_text(header, claims),
            None => format!("{}.{}.", encode(header), encode(claims)),
        };
        let keys = match lines.next() {
            None | Some("") => {
                json!({ "keys": KEYS.iter().take(4).map(|(_, key)| key.jwk()).collect::<Vec<_>>() })
            }
            Some(set) => serde_json::from_str(&with_real_keys(set)).ok()?,
        };
        Some(Self { signer, token: changed(&signed, change), signed, claims, keys })
    }

    fn is_signed_by_a_published_key(&self) -> bool {
        let Some(signer) = self.signer.map(Key::jwk) else { return false };
        let published = self.keys["keys"].as_array().into_iter().flatten();
        self.token == self.signed && published.into_iter().any(|jwk| same_key(jwk, &signer))
    }

    fn claims(&self) -> Map<String, Value> {
        serde_json::from_str(self.claims).expect("the claims of a token that was admitted")
    }
}

/// Decodes a number, and drops its leading zeros, because servers may add some.
fn number(text: &Value) -> Option<Vec<u8>> {
    let digits = URL_SAFE_NO_PAD.decode(text.as_str()?).ok()?;
    Some(digits.into_iter().skip_while(|digit| *digit == 0).collect())
}

/// Compares the members that make a public key, and ignores the others.
fn same_key(jwk: &Value, signer: &Value) -> bool {
    let members: &[&str] = if signer["kty"] == "RSA" { &["n", "e"] } else { &["x"] };
    members.iter().all(|name| number(&jwk[name]) == number(&signer[name]))
}

/// Replaces `ED_X`, `EC_X`, `EC_Y`, `RSA_N`, `P521_X` and `P521_Y` by the numbers of the real keys, which differ in every run.
fn with_real_keys(set: &str) -> String {
    let [ed, ec, rsa, p521, _] = &*KEYS;
    let text = |jwk: Value, name: &str| jwk[name].as_str().unwrap_or_default().to_owned();
    set.replace("EC_X", &text(ec.1.jwk(), "x"))
        .replace("EC_Y", &text(ec.1.jwk(), "y"))
        .replace("ED_X", &text(ed.1.jwk(), "x"))
        .replace("RSA_N", &text(rsa.1.jwk(), "n"))
        .replace("P521_X", &text(p521.1.jwk(), "x"))
        .replace("P521_Y", &text(p521.1.jwk(), "y"))
}

/// Applies `put AT TEXT` or `cut AT`, or replaces the whole token. An empty change does nothing.
fn changed(token: &str, change: &str) -> String {
    let at = |number: &str| number.parse::<usize>().unwrap_or_default() % (token.len() + 1);
    let mut changed = token.to_owned();
    match change.splitn(3, ' ').collect::<Vec<_>>()[..] {
        [""] => {}
        ["put", number, text] => {
            let end = (at(number) + text.len()).min(token.len());
            changed.replace_range(at(number)..end, text);
        }
        ["cut", number] => changed.truncate(at(number)),
        _ => return change.to_owned(),
    }
    changed
}

fn is_good(claims: &Map<String, Value>) -> bool {
    let now = now() as f64;
    let ours = |name: &Value| name == AUDIENCE || *name == format!("{AUDIENCE}/");
    let audience = match &claims["aud"] {
        Value::Array(names) => names.iter().any(ours),
        name => ours(name),
    };
    let not_before =
        claims.get("nbf").is_none_or(|time| time.as_f64().is_some_and(|time| time <= now + 31.0));
    let expires = claims.get("exp").and_then(Value::as_f64).is_some_and(|time| time > now - 31.0);
    claims["iss"] == ISSUER && audience && not_before && expires
}

fn scopes(claims: &Map<String, Value>) -> BTreeSet<&str> {
    let places = ["scope", "scp"].into_iter().filter_map(|name| claims.get(name));
    places.flat_map(texts).collect()
}

fn texts(place: &Value) -> Vec<&str> {
    match place {
        Value::String(list) => list.split(' ').filter(|scope| !scope.is_empty()).collect(),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect()
        }
        _ => Vec::new(),
    }
}
