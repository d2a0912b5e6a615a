//! Which keys are accepted and for what, and the different ways in which servers write a key. The program sets the keys, so
//! nothing is fetched.

mod verifying;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use scopegate::{Issuer, Issuers, TokenVerifier};
use scopegate_tests::issuer::{Key, encode, now};
use serde_json::{Value, json};

use verifying::{VerifyText, is_invalid};

const ISSUER: &str = "https://auth.example.com";
const API: &str = "https://files.example.com";

fn verifier(keys: &[Value]) -> Issuers {
    let set = json!({ "keys": keys }).to_string();
    Issuers::from(Issuer::new(ISSUER).audience(API).key_set(set))
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": API, "exp": now() + 300, "scope": "files:read" })
}

fn with(key: &Key, changes: Value) -> Value {
    let (Value::Object(mut jwk), Value::Object(changes)) = (key.jwk(), changes) else {
        panic!("two objects")
    };
    jwk.extend(changes);
    jwk.into()
}

fn bytes(jwk: &Value, name: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(jwk[name].as_str().expect("a text")).expect("base64url")
}

async fn check_good(what: &str, jwk: &Value, key: &Key) {
    let verifier = verifier(std::slice::from_ref(jwk));
    assert_eq!(verifier.problems(), Vec::<String>::new(), "{what}: {jwk}");
    let outcome = verifier.verify_text(&key.mint(&claims())).await;
    assert!(outcome.is_ok(), "{what}: {outcome:?} by {jwk}");
}

async fn check_invalid(what: &str, verifier: &Issuers, token: &str) {
    let outcome = verifier.verify_text(token).await;
    assert!(outcome.as_ref().is_err_and(is_invalid), "{what}: {outcome:?}");
}

/// Checks that a key is refused at startup.
async fn check_useless(what: &str, jwk: &Value, key: &Key) {
    let alone = verifier(std::slice::from_ref(jwk));
    let problems = alone.problems();
    assert!(problems.iter().any(|problem| problem.contains("no usable key")), "{what}: {problems:?}");
    assert!(alone.verify_text(&key.mint(&claims())).await.is_err(), "{what}");
    let beside_another = verifier(&[jwk.clone(), Key::ed25519("another").jwk()]);
    check_invalid(what, &beside_another, &key.mint(&claims())).await;
}

#[tokio::test]
async fn leading_zeros_of_an_rsa_key_are_no_matter() {
    let key = Key::shared();
    let (n, e) = (bytes(&key.jwk(), "n"), bytes(&key.jwk(), "e"));
    for zeros in 0..3 {
        let padded = |bytes: &[u8]| encode([vec![0; zeros], bytes.to_vec()].concat());
        check_good("n", &with(key, json!({ "n": padded(&n) })), key).await;
        check_good("e", &with(key, json!({ "e": padded(&e) })), key).await;
    }
}

#[tokio::test]
async fn an_rsa_key_has_2048_to_8192_bits() {
    let key = Key::shared();
    let n = bytes(&key.jwk(), "n");
    assert_eq!((n.len(), n[0] >> 7, n[255] & 1), (256, 1, 1), "it has exactly 2048 bits");
    let mut of_2047_bits = n.clone();
    of_2047_bits[0] &= 0x7f;
    let with_more = |more: &[u8]| [more, n.as_slice()].concat();
    for (what, n) in [
        ("none", Vec::new()),
        ("zero", vec![0; 256]),
        ("512 bits", n[192..].to_vec()),
        ("1024 bits", n[128..].to_vec()),
        ("1024 bits after zeros", [vec![0; 128], n[128..].to_vec()].concat()),
        ("2040 bits", n[1..].to_vec()),
        ("2047 bits", of_2047_bits),
        ("8193 bits", with_more(&[vec![1], vec![0; 768]].concat())),
    ] {
        check_useless(what, &with(key, json!({ "n": encode(n) })), key).await;
    }
}

#[tokio::test]
async fn an_rsa_exponent_is_odd_and_more_than_one() {
    let key = Key::shared();
    for (what, e) in [
        ("none", vec![]),
        ("0", vec![0]),
        ("1", vec![1]),
        ("1 after zeros", vec![0, 0, 1]),
        ("2", vec![2]),
        ("65536", vec![1, 0, 0]),
        ("of 34 bits", vec![2, 0, 0, 0, 1]),
        ("as long as the modulus", vec![0xff; 256]),
    ] {
        check_useless(what, &with(key, json!({ "e": encode(e) })), key).await;
    }
}

/// Makes keys until one has a coordinate that begins with a zero.
fn with_a_zero(make: impl Fn() -> Key, name: &str) -> Key {
    (0..10_000).map(|_| make()).find(|key| bytes(&key.jwk(), name)[0] == 0).expect("one of 256 has it")
}

#[tokio::test]
async fn leading_zeros_of_a_point_are_no_matter() {
    let curves: [fn() -> Key; 3] = [|| Key::p256("key"), || Key::p384("key"), || Key::p521("key")];
    for make in curves {
        for name in ["x", "y"] {
            let key = with_a_zero(make, name);
            let number = bytes(&key.jwk(), name);
            let bare: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
            check_good("as it must be", &key.jwk(), &key).await;
            check_good("left out", &with(&key, json!({ name: encode(bare) })), &key).await;
            let one_more = [vec![0], number.clone()].concat();
            check_good("one too many", &with(&key, json!({ name: encode(one_more) })), &key).await;
            let longer = [vec![1], number].concat();
            check_useless("another number", &with(&key, json!({ name: encode(longer) })), &key).await;
        }
    }
}

#[tokio::test]
async fn a_point_is_on_its_curve() {
    for key in [Key::p256("key"), Key::p384("key"), Key::p521("key")] {
        let mut off = bytes(&key.jwk(), "y");
        *off.last_mut().expect("a digit") ^= 1;
        let (x, y) = (key.jwk()["x"].clone(), key.jwk()["y"].clone());
        for (what, changes) in [
            ("beside the curve", json!({ "y": encode(off) })),
            ("zero", json!({ "x": "AA", "y": "AA" })),
            ("at infinity", json!({ "x": "", "y": "" })),
            ("without y", json!({ "y": null })),
            ("swapped", json!({ "x": y, "y": x })),
            ("of no curve", json!({ "crv": null })),
            ("of an unknown curve", json!({ "crv": "secp256k1" })),
        ] {
            check_useless(what, &with(&key, changes), &key).await;
        }
    }
    let key = Key::ed25519("key");
    let x = bytes(&key.jwk(), "x");
    // The header of a key in DER.
    let der = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    for (what, x) in [
        ("too short", x[1..].to_vec()),
        ("too long", [x.clone(), vec![0]].concat()),
        ("none", vec![]),
        ("in DER", [der.to_vec(), x.clone()].concat()),
    ] {
        check_useless(what, &with(&key, json!({ "x": encode(x) })), &key).await;
    }
}

#[tokio::test]
async fn a_curve_is_for_its_algorithm() {
    let keys = [Key::p256("key"), Key::p384("key"), Key::p521("key"), Key::ed25519("key")];
    let algorithms = ["ES256", "ES384", "ES512", "EdDSA"];
    let crvs = ["P-256", "P-384", "P-521", "Ed25519"];
    for (key, (own, crv)) in keys.iter().zip(algorithms.iter().zip(crvs)) {
        let published = verifier(&[key.jwk()]);
        check_good(own, &with(key, json!({ "alg": own })), key).await;
        for other in algorithms.iter().chain(&["RS256", "PS512", "HS512", "none"]).filter(|alg| *alg != own) {
            // The key signs the token, but the header names another algorithm.
            let token = key.mint_with(&json!({ "alg": other, "kid": "key" }), &claims());
            check_invalid(&format!("{own} as {other}"), &published, &token).await;
            let token = key.mint_with(&json!({ "alg": other }), &claims());
            check_invalid(&format!("{own} as {other}, without a name"), &published, &token).await;
            check_useless(&format!("{own} for {other}"), &with(key, json!({ "alg": other })), key).await;
        }
        for other in crvs.iter().filter(|other| **other != crv) {
            check_useless(&format!("{crv} as {other}"), &with(key, json!({ "crv": other })), key).await;
        }
    }
}

#[tokio::test]
async fn a_signature_has_one_form() {
    for (key, length) in
        [(Key::p256("key"), 64), (Key::p384("key"), 96), (Key::p521("key"), 132), (Key::ed25519("key"), 64)]
    {
        let verifier = verifier(&[key.jwk()]);
        let token = key.mint(&claims());
        let (message, signature) = token.rsplit_once('.').expect("a token");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        assert_eq!(signature.len(), length);
        assert!(verifier.verify_text(&token).await.is_ok());
        let (r, s) = signature.split_at(length / 2);
        for (what, signature) in [
            ("none", vec![]),
            ("zero", vec![0; length]),
            ("r alone", r.to_vec()),
            ("r and zero", [r, &vec![0; length / 2]].concat()),
            ("zero and s", [&vec![0; length / 2], s].concat()),
            ("all ones", vec![0xff; length]),
            ("cut", signature[..length - 1].to_vec()),
            ("cut before", signature[1..].to_vec()),
            ("longer", [&signature[..], &[0]].concat()),
            ("padded", [&[0], r, &[0], s].concat()),
            ("in DER", in_der(r, s)),
            ("changed", [&[r[0] ^ 1], &signature[1..]].concat()),
        ] {
            check_invalid(what, &verifier, &format!("{message}.{}", encode(signature))).await;
        }
    }
}

/// Writes the two numbers of a signature as X.509 does.
fn in_der(r: &[u8], s: &[u8]) -> Vec<u8> {
    let number = |digits: &[u8]| {
        let digits = [vec![0], digits.to_vec()].concat();
        let first =
            digits.windows(2).position(|two| two[0] != 0 || two[1] >= 0x80).unwrap_or(digits.len() - 1);
        let length = u8::try_from(digits.len() - first).expect("a short number");
        [vec![2, length], digits[first..].to_vec()].concat()
    };
    let numbers = [number(r), number(s)].concat();
    let length = u8::try_from(numbers.len()).expect("a short signature");
    let head = if length < 0x80 { vec![0x30, length] } else { vec![0x30, 0x81, length] };
    [head, numbers].concat()
}
