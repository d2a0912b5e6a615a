//! The decision table over real sockets, with every way to send or omit a credential.

mod gating;

use std::net::SocketAddr;

use gating::IntoGate;
use scopegate::{Router, requires_scope, routing::any, testing::TestVerifier};
use scopegate_tests::program::send;
use tokio::{net::TcpListener, runtime::Runtime};

#[requires_scope("files:read")]
async fn guarded() {}

/// Serves one guarded route for all methods until the test ends.
fn serve(runtime: &Runtime) -> SocketAddr {
    let verifier =
        TestVerifier::new().token("read", "files:read").token("none", "").expired("old").unavailable("later");
    let app =
        Router::new().route("/", any(guarded)).protect(verifier.gate("https://h.example").unwrap()).unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async { axum::serve(listener, app).await });
    address
}

/// Header lines, byte for byte.
type Lines<'a> = &'a [&'a [u8]];

/// The status, and the beginning of the challenge.
type Refusal = (u16, &'static str);

const MISSING: Refusal = (401, "");
const INVALID: Refusal = (401, r#"error="invalid_token", "#);
const LACKS: Refusal = (403, r#"error="insufficient_scope", "#);
const SEVERAL: Refusal = (400, r#"error="invalid_request", "#);

#[test]
fn every_credential_gets_its_answer() {
    let runtime = Runtime::new().unwrap();
    let address = serve(&runtime).to_string();
    let long = format!("Authorization: Bearer {}", "a".repeat(64 * 1024));
    let refused: [(Lines<'_>, Refusal); 35] = [
        (&[], MISSING),
        (&[b"Authorization:"], MISSING),
        (&[b"Authorization: "], MISSING),
        (&[b"Authorization: \t "], MISSING),
        (&[b"Authorization: Basic dTpw"], MISSING),
        (&[b"Authorization: Digest username=\"x\""], MISSING),
        (&[b"Authorization: DPoP read"], MISSING),
        (&[b"Authorization: read"], MISSING),
        (&[b"Authorization: Bearerread"], MISSING),
        (&[b"Authorization: Bearer=read"], MISSING),
        (&[b"Authorization: \"Bearer\" read"], MISSING),
        (&[b"Authorization: Bearer\xc2\xa0read"], MISSING),
        (&[b"Authorization: \xff\xfe"], MISSING),
        (&[b"Proxy-Authorization: Bearer read"], MISSING),
        (&[b"X-Authorization: Bearer read"], MISSING),
        (&[b"Cookie: access_token=read"], MISSING),
        (&[b"Authorization: Bearer"], INVALID),
        (&[b"authorization: bearer "], INVALID),
        (&[b"AUTHORIZATION: BEARER   "], INVALID),
        (&[b"Authorization: Bearer\tread"], INVALID),
        (&[b"Authorization: Bearer \tread"], INVALID),
        (&[b"Authorization: Bearer read read"], INVALID),
        (&[b"Authorization: Bearer read,"], INVALID),
        (&[b"Authorization: Bearer read, Bearer read"], INVALID),
        (&[b"Authorization: Bearer \"read\""], INVALID),
        (&[b"Authorization: Bearer token=read"], INVALID),
        (&[b"Authorization: Bearer r\xc3\xa9ad"], INVALID),
        (&[b"Authorization: Bearer ="], INVALID),
        (&[b"Authorization: Bearer READ"], INVALID),
        (&[b"Authorization: Bearer read="], INVALID),
        (&[b"Authorization: Bearer old"], INVALID),
        (&[long.as_bytes()], INVALID),
        (&[b"Authorization: Bearer none"], LACKS),
        (&[b"Authorization: Bearer read", b"Authorization: Bearer read"], SEVERAL),
        (&[b"Authorization: Basic dTpw", b"authorization: Bearer read"], SEVERAL),
    ];
    for method in ["GET", "POST", "HEAD", "OPTIONS"] {
        for (headers, (status, error)) in refused {
            let shown =
                String::from_utf8_lossy(headers.first().map_or(b"", |line| &line[..line.len().min(60)]));
            let answer = send(&address, &format!("{method} /?access_token=read"), headers);
            let begins =
                format!(r#"Bearer {error}scope="files:read", resource_metadata="https://h.example/"#);
            assert!(answer.challenge().starts_with(&begins), "{method} {shown:?}: {}", answer.challenge());
            assert_eq!(answer.status, status, "{method} {shown:?}");
            assert_eq!(answer.header("cache-control"), "no-store", "{method} {shown:?}");
            assert_eq!(answer.body.is_empty(), method == "HEAD", "{method} {shown:?}");
        }
        for credential in
            ["Bearer read", "bearer read", "bEaReR     read", "Bearer read  ", "\t Bearer read\t"]
        {
            let answer = send(&address, &format!("{method} /"), &[format!("Authorization: {credential}")]);
            assert_eq!((answer.status.as_u16(), answer.challenge()), (200, ""), "{method} {credential:?}");
        }
        let answer = send(&address, &format!("{method} /"), &["Authorization: Bearer later"]);
        assert_eq!(
            (answer.status.as_u16(), answer.challenge(), answer.header("retry-after")),
            (503, "", "7")
        );
        let preflight = ["Origin: https://elsewhere.example", "Access-Control-Request-Method: GET"];
        assert_eq!(
            send(&address, &format!("{method} /"), &preflight).status,
            401,
            "a guarded method is guarded"
        );
    }
}
