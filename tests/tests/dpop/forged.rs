//! Proofs that are not valid for the request, each for a different reason.

use scopegate_tests::{
    dpop::{Proof, Prover, hash, now},
    issuer::{Key, encode},
};
use serde_json::{Value, json};

use super::server::{RESOURCE, Server, URL};

/// Makes the proof that an attacker or a faulty client sends.
pub(crate) type Forge = fn(&Server) -> String;

fn signed(server: &Server, proof: &Proof) -> String {
    server.client.sign(proof)
}

/// A name, the expected reason in the log, and the forged proof.
pub(crate) const ATTACKS: &[(&str, &str, Forge)] = &[
    ("another method", "its `htm` is `GET`, not `POST`", |server| {
        signed(server, &server.proof().with("htm", "GET"))
    }),
    ("the method in lower case", "its `htm` is `post`, not `POST`", |server| {
        signed(server, &server.proof().with("htm", "post"))
    }),
    ("no method", "it has no `htm`", |server| signed(server, &server.proof().without("htm"))),
    ("a method that is no text", r#"its `htm` is not a text, but `["POST"]`"#, |server| {
        signed(server, &server.proof().with("htm", json!(["POST"])))
    }),
    ("another path", "its `htu` is `https://files.example.com/other`", |server| {
        signed(server, &server.proof().with("htu", format!("{RESOURCE}/other")))
    }),
    ("a path below", "its `htu` is `https://files.example.com/files/1`", |server| {
        signed(server, &server.proof().with("htu", format!("{URL}/1")))
    }),
    ("a path in other letters", "its `htu` is `https://files.example.com/Files`", |server| {
        signed(server, &server.proof().with("htu", format!("{RESOURCE}/Files")))
    }),
    ("a path with dots", "its `htu` is `https://files.example.com/x/../files`", |server| {
        signed(server, &server.proof().with("htu", format!("{RESOURCE}/x/../files")))
    }),
    ("another host", "its `htu` is `https://evil.example/files`", |server| {
        signed(server, &server.proof().with("htu", "https://evil.example/files"))
    }),
    ("another scheme", "its `htu` is `http://files.example.com/files`", |server| {
        signed(server, &server.proof().with("htu", "http://files.example.com/files"))
    }),
    ("another port", "its `htu` is `https://files.example.com:8443/files`", |server| {
        signed(server, &server.proof().with("htu", "https://files.example.com:8443/files"))
    }),
    ("the path alone", "its `htu` is `/files`", |server| {
        signed(server, &server.proof().with("htu", "/files"))
    }),
    ("no URL", "it has no `htu`", |server| signed(server, &server.proof().without("htu"))),
    ("stale", "its `iat` is too far from now", |server| {
        signed(server, &server.proof().with("iat", now() - 302))
    }),
    ("of the future", "its `iat` is too far from now", |server| {
        signed(server, &server.proof().with("iat", now() + 302))
    }),
    ("of the far future", "its `iat` is too far from now", |server| {
        signed(server, &server.proof().with("iat", json!(1e300)))
    }),
    ("a time that is a text", "its `iat` is not a number, but", |server| {
        signed(server, &server.proof().with("iat", now().to_string()))
    }),
    ("no time", "it has no `iat`", |server| signed(server, &server.proof().without("iat"))),
    ("expired by itself", "it expired (`exp`)", |server| {
        signed(server, &server.proof().with("exp", now() - 61))
    }),
    ("not valid yet by itself", "it is not valid yet (`nbf`)", |server| {
        signed(server, &server.proof().with("nbf", now() + 62))
    }),
    ("an expiry that is a text", r#"its `exp` is not a number, but `"soon"`"#, |server| {
        signed(server, &server.proof().with("exp", "soon"))
    }),
    ("no hash of the token", "it has no `ath`", |server| signed(server, &server.proof().without("ath"))),
    ("the hash of another token", "its `ath` is not the hash of the token", |server| {
        signed(server, &server.proof().with("ath", hash("other")))
    }),
    ("the hash with padding", "its `ath` is not the hash of the token", |server| {
        signed(server, &server.proof().with("ath", hash("bound") + "="))
    }),
    ("the token in place of its hash", "its `ath` is not the hash of the token", |server| {
        signed(server, &server.proof().with("ath", "bound"))
    }),
    ("no identifier", "it has no `jti`", |server| signed(server, &server.proof().without("jti"))),
    ("an empty identifier", "its `jti` is empty", |server| signed(server, &server.proof().with("jti", ""))),
    ("a long identifier", "its `jti` has more than 256 bytes", |server| {
        signed(server, &server.proof().with("jti", "x".repeat(257)))
    }),
    ("an identifier that is a number", "its `jti` is not a text, but `1`", |server| {
        signed(server, &server.proof().with("jti", 1))
    }),
    ("another key", "its key is not the one that the token is bound to, but", |server| {
        let other = Prover::new();
        other.sign(&server.proof().with_header("jwk", other.jwk()))
    }),
    ("the key of the client, signed by another", "its signature does not match its key", |server| {
        Prover::new().sign(&server.proof())
    }),
    (
        "the key of another, signed by the client",
        "its key is not the one that the token is bound to, but",
        |server| signed(server, &server.proof().with_header("jwk", Prover::new().jwk())),
    ),
    ("no signature", "its signature does not match its key", |server| {
        let signed = signed(server, &server.proof());
        signed.rsplit_once('.').unwrap().0.to_owned() + "."
    }),
    ("no key", "its header has no `jwk`", |server| {
        let mut proof = server.proof();
        proof.header.as_object_mut().unwrap().remove("jwk");
        signed(server, &proof)
    }),
    ("a key that is a text", "its header has no `jwk`", |server| {
        let jwk = server.client.jwk().to_string();
        signed(server, &server.proof().with_header("jwk", jwk))
    }),
    ("a key by its name", "its header has no `jwk`", |server| {
        signed(server, &server.proof().with_header("jwk", Value::Null).with_header("kid", "x"))
    }),
    ("a private key", "its `jwk` has private members", |server| with_member(server, "d", encode([1; 32]))),
    ("a private key without a value", "its `jwk` has private members", |server| {
        with_member(server, "d", Value::Null)
    }),
    ("a factor of a private key", "its `jwk` has private members", |server| with_member(server, "p", "AQ")),
    ("a shared secret", "its `jwk` has private members", |server| with_member(server, "k", "AQ")),
    ("a key for encryption", "its `jwk` is not a key for its `alg`", |server| {
        with_member(server, "use", "enc")
    }),
    ("a key that signs, by its own account", "its `jwk` is not a key for its `alg`", |server| {
        with_member(server, "key_ops", json!(["sign"]))
    }),
    ("a key for another algorithm, by its own account", "its `jwk` is not a key for its `alg`", |server| {
        with_member(server, "alg", "ES384")
    }),
    ("`none`", "its `alg` is not accepted: `none`", |server| {
        let none = signed(server, &server.proof().with_header("alg", "none"));
        none.rsplit_once('.').unwrap().0.to_owned() + "."
    }),
    ("`none`, with a signature", "its `alg` is not accepted: `none`", |server| {
        signed(server, &server.proof().with_header("alg", "none"))
    }),
    ("HMAC", "its `alg` is not accepted: `HS256`", |server| {
        signed(server, &server.proof().with_header("alg", "HS256"))
    }),
    ("HMAC with a key of its own", "its `alg` is not accepted: `HS256`", |server| {
        let jwk = json!({ "kty": "oct", "k": "AQ" });
        signed(server, &server.proof().with_header("alg", "HS256").with_header("jwk", jwk))
    }),
    ("an algorithm that the program does not take", "its `alg` is not accepted: `ES384`", |_| {
        let other = Prover::of(Key::p384(None));
        other.sign(&other.proof("POST", URL, "bound"))
    }),
    ("an algorithm of another kind of key", "its `jwk` is not a key for its `alg`", |server| {
        signed(server, &server.proof().with_header("alg", "EdDSA"))
    }),
    ("no algorithm", "its `alg` is not accepted: ``", |server| {
        signed(server, &server.proof().with_header("alg", Value::Null))
    }),
    ("another type", "its `typ` is `JWT`, not `dpop+jwt`", |server| {
        signed(server, &server.proof().with_header("typ", "JWT"))
    }),
    ("the type of an access token", "its `typ` is `at+jwt`, not `dpop+jwt`", |server| {
        signed(server, &server.proof().with_header("typ", "at+jwt"))
    }),
    ("the type as a media type", "its `typ` is `application/dpop+jwt`, not `dpop+jwt`", |server| {
        signed(server, &server.proof().with_header("typ", "application/dpop+jwt"))
    }),
    ("no type", "its `typ` is ``, not `dpop+jwt`", |server| {
        signed(server, &server.proof().with_header("typ", Value::Null))
    }),
    ("an extension", "its header has `crit`, but scopegate supports no extension", |server| {
        signed(server, &server.proof().with_header("crit", json!(["b64"])).with_header("b64", true))
    }),
    ("an extension that is none", "its header has `crit`, but scopegate supports no extension", |server| {
        signed(server, &server.proof().with_header("crit", Value::Null))
    }),
    ("a member of the header twice", "its header is malformed, or repeats a member", |server| {
        let Proof { header, claims } = server.proof();
        let header = header.to_string().replacen('{', r#"{"typ":"dpop+jwt","#, 1);
        server.client.sign_text(&header, &claims.to_string())
    }),
    ("a member of the key twice", "its header is malformed, or repeats a member", |server| {
        let Proof { header, claims } = server.proof();
        let header = header.to_string().replacen(r#""jwk":{"#, r#""jwk":{"crv":"P-256","#, 1);
        server.client.sign_text(&header, &claims.to_string())
    }),
    ("a claim twice", "its claims are malformed, or repeat a member", |server| {
        let Proof { header, claims } = server.proof();
        let claims = claims.to_string().replacen('{', r#"{"htm":"POST","#, 1);
        server.client.sign_text(&header.to_string(), &claims)
    }),
    ("a claim twice, in another spelling", "its claims are malformed, or repeat a member", |server| {
        let Proof { header, claims } = server.proof();
        let claims = claims.to_string().replacen('{', r#"{"\u0068tm":"POST","#, 1);
        server.client.sign_text(&header.to_string(), &claims)
    }),
    ("claims that are a list", "its claims are malformed, or repeat a member", |server| {
        server.client.sign_text(&server.proof().header.to_string(), "[]")
    }),
    ("claims that are none", "its claims are malformed, or repeat a member", |server| {
        server.client.sign_text(&server.proof().header.to_string(), "")
    }),
    ("a header that is none", "its header is malformed, or repeats a member", |server| {
        server.client.sign_text("", &server.proof().claims.to_string())
    }),
    ("oversized", "it has more than 8 KiB", |server| {
        signed(server, &server.proof().with("x", "x".repeat(8 * 1024)))
    }),
    ("a changed claim", "its signature does not match its key", |server| {
        let signed = signed(server, &server.proof());
        let (header, rest) = signed.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        format!("{header}.{}.{signature}", encode(server.proof().claims.to_string()))
    }),
    ("two in one line", "it is not a signed JSON Web Token", |server| {
        format!("{}, {}", signed(server, &server.proof()), signed(server, &server.proof()))
    }),
    ("four parts", "it is not a signed JSON Web Token", |server| signed(server, &server.proof()) + ".AA"),
    ("two parts", "it is not a JSON Web Token", |server| {
        signed(server, &server.proof()).rsplit_once('.').unwrap().0.to_owned()
    }),
    ("padding", "it is not in base64url", |server| signed(server, &server.proof()) + "="),
    ("no JWT", "it is not a JSON Web Token", |_| "x".to_owned()),
    ("nothing", "it is not a JSON Web Token", |_| String::new()),
    ("the token", "it is not a JSON Web Token", |_| "bound".to_owned()),
];

fn with_member(server: &Server, member: &str, value: impl Into<Value>) -> String {
    let mut jwk = server.client.jwk();
    jwk[member] = value.into();
    signed(server, &server.proof().with_header("jwk", jwk))
}
