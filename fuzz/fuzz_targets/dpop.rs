//! The lines of the input describe a DPoP proof: its key, its header and claims, and changes after signing. The gate must accept only
//! an unchanged proof that the client's key signed and that a simple check calls valid, and only once.
#![no_main]

use std::{
    fmt,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{Router, body::Body};
use fuzzing::{Tally, gate, run, send};
use http::{HeaderValue, Request};
use libfuzzer_sys::{Corpus, fuzz_target};
use percent_encoding::percent_decode_str;
use scopegate::{
    GrantedScopes, Token,
    dpop::{Dpop, ProofId, ReplayStore, StoreError},
    requires_scope,
    routing::post,
    testing::TestVerifier,
};
use scopegate_tests::{
    dpop::{Prover, hash, now},
    issuer::encode,
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, json};
use url::Url;

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some(case) = std::str::from_utf8(data).ok().and_then(Case::read) else { return Corpus::Reject };
    let before = CALLS.load(Relaxed);
    let status = case.status();
    ACCEPTED.note(status == 200);
    assert_eq!(CALLS.load(Relaxed) - before, usize::from(status == 200), "{status}");
    if status == 200 {
        assert!(case.is_signed_by_the_client(), "{} was not signed so", case.proof);
        assert!(is_good(&case.header, &case.claims), "{} {}", case.header, case.claims);
        assert_eq!(case.status(), 401, "{} was accepted again", case.proof);
    } else {
        assert_eq!(status, 401);
    }
    Corpus::Keep
});

static ACCEPTED: Tally = Tally::new("were good proofs");
static CALLS: AtomicUsize = AtomicUsize::new(0);

/// The client that the token is bound to, and another client.
static KEYS: LazyLock<[(&str, Prover); 2]> =
    LazyLock::new(|| [("client", Prover::new()), ("other", Prover::new())]);

/// Remembers only the last proof, which suffices for one execution.
#[derive(Default)]
struct Last(std::sync::Mutex<Option<[u8; 32]>>);

impl ReplayStore for Last {
    async fn insert(&self, proof: &ProofId, _: Duration) -> Result<bool, StoreError> {
        let mut last = self.0.lock().map_err(|_| StoreError::new("a panic"))?;
        Ok(last.replace(*proof.as_bytes()) != Some(*proof.as_bytes()))
    }

    fn survives_restart(&self) -> bool {
        true
    }
}

#[requires_scope("files:read")]
async fn handler() {
    CALLS.fetch_add(1, Relaxed);
}

/// A router that knows one token and has not seen a proof.
fn app() -> Router {
    let cnf = json!({ "cnf": { "jkt": KEYS[0].1.thumbprint() } });
    let token = Token::granting(GrantedScopes::parse("files:read")).with_claims(cnf).expect("claims");
    let gate = gate("https://files.example.com", TestVerifier::new().token_saying("bound", token));
    let gate = gate.dpop(Dpop::required().replay_store(Last::default()));
    scopegate::Router::new().route("/files", post(handler)).protect(gate).expect("a router")
}

struct Case {
    app: Router,
    is_of_client: bool,
    /// The header as signed.
    header: String,
    claims: String,
    signed: String,
    proof: String,
}

impl Case {
    /// Reads `client`, `other` or `nobody`, a header, claims, and changes.
    fn read(text: &str) -> Option<Self> {
        let mut lines = text.splitn(4, '\n');
        let (signer, header, claims) = (lines.next()?, lines.next()?, lines.next()?);
        let (header, claims) = (with_real_keys(header), with_real_values(claims));
        let key = KEYS.iter().find(|(name, _)| *name == signer).map(|(_, key)| key);
        let signed = match key {
            Some(key) => key.sign_text(&header, &claims),
            None => format!("{}.{}.", encode(&header), encode(&claims)),
        };
        let proof = changed(&signed, lines.next().unwrap_or_default());
        HeaderValue::from_str(&proof).ok()?;
        Some(Self { app: app(), is_of_client: signer == "client", header, claims, signed, proof })
    }

    /// Sends the proof, and returns the status of the answer.
    fn status(&self) -> u16 {
        let request = Request::post("/files").header("authorization", "DPoP bound");
        let request = request.header("dpop", &self.proof).body(Body::empty()).expect("a request");
        run(send(&self.app, request)).expect("the answer ends").status.as_u16()
    }

    fn is_signed_by_the_client(&self) -> bool {
        // HTTP ignores spaces at both ends of a header's value.
        self.is_of_client && self.proof.trim() == self.signed
    }
}

/// Replaces `CLIENT` and `OTHER` by the public keys, which differ in every run.
fn with_real_keys(header: &str) -> String {
    let [client, other] = &*KEYS;
    header.replace("CLIENT", &client.1.jwk().to_string()).replace("OTHER", &other.1.jwk().to_string())
}

/// Replaces `NOW` by the time, and `ATH` by the hash of the token.
fn with_real_values(claims: &str) -> String {
    claims.replace("NOW", &now().to_string()).replace("ATH", &hash("bound"))
}

/// Applies `put AT TEXT` or `cut AT`, or replaces the whole proof. An empty change does nothing.
fn changed(proof: &str, change: &str) -> String {
    let at = |number: &str| number.parse::<usize>().unwrap_or_default() % (proof.len() + 1);
    let mut changed = proof.to_owned();
    match change.splitn(3, ' ').collect::<Vec<_>>()[..] {
        [""] => {}
        ["put", number, text] => {
            let end = (at(number) + text.len()).min(proof.len());
            changed.replace_range(at(number)..end, text);
        }
        ["cut", number] => changed.truncate(at(number)),
        _ => return change.to_owned(),
    }
    changed
}

/// Checks header and claims simply: no repeated member, the client's public key without private members, and claims about this request.
fn is_good(header: &str, claims: &str) -> bool {
    let (Some(header), Some(claims)) = (Members::read(header), Members::read(claims)) else { return false };
    let jwk = header.get("jwk");
    let same_key = ["kty", "crv", "x", "y"].iter().all(|name| jwk[name] == KEYS[0].1.jwk()[name]);
    let is_public = ["d", "p", "q", "k"].iter().all(|name| jwk.get(name).is_none());
    let is_of_type = header.get("typ") == "dpop+jwt" && header.get("alg") == "ES256";
    let jti = claims.get("jti").as_str().unwrap_or_default().len();
    let made = claims.get("iat").as_f64().unwrap_or_default();
    let is_now = (now() as f64 - made).abs() <= 302.0;
    let is_for_this = claims.get("htm") == "POST" && claims.get("ath") == &*hash("bound");
    same_key
        && is_public
        && is_of_type
        && !header.has("crit")
        && (1..=256).contains(&jti)
        && is_now
        && is_for_this
        && claims.get("htu").as_str().is_some_and(is_of_this)
}

/// Parses a URL as browsers do, and compares it with the URL of this request.
fn is_of_this(htu: &str) -> bool {
    let Ok(url) = Url::parse(htu) else { return false };
    let path = percent_decode_str(url.path()).collect::<Vec<u8>>();
    url.origin().ascii_serialization() == "https://files.example.com"
        && url.username().is_empty()
        && path == b"/files"
}

/// The members of an object, without repetition.
struct Members(Vec<(String, Value)>);

impl Members {
    fn read(json: &str) -> Option<Self> {
        let Self(members) = serde_json::from_str(json).ok()?;
        let is_twice = |at: usize, name: &str| {
            members[..at].iter().any(|(earlier, _): &(String, Value)| earlier == name)
        };
        let once = members.iter().enumerate().all(|(at, (name, _))| !is_twice(at, name));
        once.then_some(Self(members))
    }

    fn get(&self, name: &str) -> &Value {
        self.0.iter().find(|(own, _)| own == name).map_or(&Value::Null, |(_, value)| value)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(own, _)| own == name)
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = object.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Read)
    }
}
