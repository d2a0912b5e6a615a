//! Discovery: where the metadata document of a resource is, what it says, and how it is served.

use std::time::Duration;

use axum::{
    http::{Method, StatusCode},
    response::IntoResponse,
};
use scopegate::{
    Discovery, Gate, InvalidResource, Resource, ResourceMetadata, Router, Scope, StartupError, StaticKeys,
    authenticated, public, requires_scope,
    routing::{any, get},
    scope_table,
    testing::TestVerifier,
    well_known,
};
use scopegate_tests::exchange::{Answer, send};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::service_fn;

#[requires_scope("files:read")]
async fn list() {}

#[authenticated]
async fn whoami() {}

#[public]
async fn open() -> &'static str {
    "mine"
}

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

fn gate(resource: &str) -> Gate {
    TestVerifier::new().token("read", "files:read").gate(resource).unwrap()
}

fn routes() -> Router {
    Router::new().route("/list", get(list))
}

fn discovery(gate: Gate) -> Discovery {
    routes().split(gate).unwrap().1
}

/// Resource identifier -> its origin, and what follows the well-known path in the URL.
const VECTORS: &[(&str, &str, &str)] = &[
    // RFC 9728, section 3.1, slash by slash.
    ("https://h", "https://h", ""),
    ("https://h/", "https://h", ""),
    ("https://h/mcp", "https://h", "/mcp"),
    ("https://h/mcp/", "https://h", "/mcp/"),
    ("https://h/mcp?t=1", "https://h", "/mcp?t=1"),
    ("https://h?t=1", "https://h", "?t=1"),
    // Slashes and queries.
    ("https://h/?t=1", "https://h", "?t=1"),
    ("https://h?", "https://h", "?"),
    ("https://h/mcp?", "https://h", "/mcp?"),
    ("https://h/mcp/?t=1&u=/2?3", "https://h", "/mcp/?t=1&u=/2?3"),
    ("https://h//", "https://h", "//"),
    ("https://h//mcp", "https://h", "//mcp"),
    ("https://h/a//b", "https://h", "/a//b"),
    ("https://h/public/mcp", "https://h", "/public/mcp"),
    // Hosts and ports.
    ("https://h:8443/mcp", "https://h:8443", "/mcp"),
    ("https://h:443", "https://h:443", ""),
    ("https://mcp.example.com.", "https://mcp.example.com.", ""),
    ("https://xn--bcher-kva.example/a", "https://xn--bcher-kva.example", "/a"),
    ("https://192.0.2.1/a", "https://192.0.2.1", "/a"),
    ("https://[2001:db8::1]", "https://[2001:db8::1]", ""),
    ("https://[2001:db8::1]:8443/mcp", "https://[2001:db8::1]:8443", "/mcp"),
    ("HTTPS://Files.Example.COM/MCP", "HTTPS://Files.Example.COM", "/MCP"),
    // Loopback.
    ("http://localhost:3000/mcp", "http://localhost:3000", "/mcp"),
    ("http://127.0.0.1", "http://127.0.0.1", ""),
    ("http://127.8.8.8:1/", "http://127.8.8.8:1", ""),
    ("http://[::1]:3000/mcp", "http://[::1]:3000", "/mcp"),
    // Text that is kept, though it means the same as another, or looks like a pattern.
    ("https://h/%7Euser/%C3%A9", "https://h", "/%7Euser/%C3%A9"),
    ("https://h/~user/a%2Fb/a%2fb", "https://h", "/~user/a%2Fb/a%2fb"),
    ("https://h/%7Bid%7D", "https://h", "/%7Bid%7D"),
    ("https://h/:id/*rest", "https://h", "/:id/*rest"),
    ("https://h/a:b/c*d", "https://h", "/a:b/c*d"),
    ("https://h/$-_.+!*'(),;=@&", "https://h", "/$-_.+!*'(),;=@&"),
    ("https://h/.well-known/oauth-protected-resource", "https://h", WELL_KNOWN),
    ("https://h/.../.hidden", "https://h", "/.../.hidden"),
];

#[tokio::test]
async fn the_well_known_path_is_inserted_between_host_and_path() {
    for &(identifier, origin, suffix) in VECTORS {
        let url = format!("{origin}{WELL_KNOWN}{suffix}");
        let resource = Resource::new(identifier).unwrap();
        assert_eq!(resource.identifier(), identifier);
        assert_eq!(resource.metadata_url(), url);
        let path = format!("{WELL_KNOWN}{}", suffix.split('?').next().unwrap_or_default());
        assert_eq!(resource.metadata_path(), path, "{identifier}");

        let app = routes().protect(gate(identifier)).unwrap();
        let challenge = send(&app, "GET /list", &[]).await;
        assert!(challenge.challenge().contains(&format!(r#"resource_metadata="{url}""#)), "{identifier}");
        let asked = &url[origin.len()..];
        let answer = send(&app, &format!("GET {asked}"), &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{identifier}");
        assert_eq!(json(&answer)["resource"], identifier);
        // What RFC 3986 holds equal, or an eager router would: another document is none.
        for near in
            [format!("{path}/"), format!("{path}x"), path.replace("%7", "~"), path.replace("%2f", "%2F")]
        {
            if near != path {
                assert_eq!(
                    send(&app, &format!("GET {near}"), &[]).await.status,
                    StatusCode::NOT_FOUND,
                    "{near}"
                );
            }
        }
    }
}

fn json(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), "application/json");
    answer.json()
}

const ABSOLUTE: &str = "write an absolute `https` URL, as in `https://api.example.com/mcp`";
const ENCODE: &str =
    "percent-encode what a URL cannot hold, such as spaces, `{`, `}` and letters beyond ASCII";
const HTTP: &str = "use `https`; `http` is for loopback hosts such as `127.0.0.1`";

#[test]
fn a_resource_that_clients_cannot_use_is_refused() {
    const PORT: &str = "write a port between 1 and 65535 behind `:`, or leave out the `:`";
    const HOST: &str = "write the host as a DNS name (other alphabets as `xn--..`) or an IP address";
    const IPV6: &str = "write an IPv6 address in the brackets, as in `[::1]`";
    const DOTS: &str = "leave out the segments `.` and `..`; clients resolve them before they ask";
    const PARAMETER: &str =
        "leave out `scope=` and other parameters of a challenge, which clients search for anywhere in it";
    let long = format!("https://h/{}", "a".repeat(2048));
    let cases = [
        ("", ABSOLUTE),
        ("h", ABSOLUTE),
        ("/mcp", ABSOLUTE),
        ("//h/mcp", ABSOLUTE),
        ("https:h", ABSOLUTE),
        ("ftp://h", ABSOLUTE),
        (" https://h", ABSOLUTE),
        ("https://", "write the host behind `://`"),
        ("https:///mcp", "write the host behind `://`"),
        ("https://:443/", "write the host behind `://`"),
        ("https://user@h/", "leave out the user before `@`"),
        ("https://h:443@evil.example/", "leave out the user before `@`"),
        ("https://h#top", "leave out what follows `#`"),
        ("https://h/mcp#", "leave out what follows `#`"),
        ("https://h:", PORT),
        ("https://h:0", PORT),
        ("https://h:65536", PORT),
        ("https://h:+80", PORT),
        ("https://h:80a", PORT),
        ("https://h:80:80", PORT),
        ("https://[::1]x/", PORT),
        ("https://[::1", PORT),
        ("https://[::g]", IPV6),
        ("https://[]", IPV6),
        ("https://[127.0.0.1]", IPV6),
        ("https://[fe80::1%25en0]", IPV6),
        ("https://b\u{fc}cher.example", HOST),
        ("https://h h", HOST),
        ("https://h..example", HOST),
        ("https://.", HOST),
        ("https://h,evil.example", HOST),
        ("https://192.0.2.256", HOST),
        ("http://127.1", HOST),
        ("https://0x7f000001", HOST),
        ("https://192.0.2.0X1.", HOST),
        ("https://h.0x", HOST),
        ("https://h/a b", ENCODE),
        ("https://h/{tenant}", ENCODE),
        ("https://h/\u{e9}", ENCODE),
        ("https://h/%", ENCODE),
        ("https://h/%e", ENCODE),
        ("https://h/%zz", ENCODE),
        ("https://h/\"", ENCODE),
        ("https://h/a\\b", ENCODE),
        ("https://h/a\r\nSet-Cookie:b", ENCODE),
        ("https://h/[a]", ENCODE),
        ("https://h/a/../b", DOTS),
        ("https://h/.", DOTS),
        ("https://h/%2E%2e/b", DOTS),
        ("http://h.example", HTTP),
        ("http://127.0.0.1.example", HTTP),
        ("http://localhost.example", HTTP),
        ("http://[2001:db8::1]", HTTP),
        ("http://0.0.0.0:3000", HTTP),
        (&long, "keep it below 2048 characters"),
        ("https://h/mcp?scope=admin", PARAMETER),
        ("https://h/a;error=b", PARAMETER),
        ("https://h/?x_realm=1", PARAMETER),
    ];
    for (url, fault) in cases {
        let error = Resource::new(url).expect_err(url).to_string();
        assert_eq!(error, format!("invalid resource {url:?}: {fault}"));
    }
}

#[test]
fn an_issuer_is_kept_as_it_is_written_and_has_no_query() {
    let with = |issuer: &str| Resource::new("https://h").unwrap().authorization_server(issuer);
    for issuer in ["https://auth.example.com", "https://auth.example.com/", "http://localhost:8080/realms/a"]
    {
        assert_eq!(with(issuer).unwrap().authorization_servers(), [issuer]);
    }
    for (issuer, fault) in [
        ("https://auth.example.com/?a", "an issuer has no query; leave out what follows `?`"),
        ("https://auth.example.com/#a", "leave out what follows `#`"),
        ("http://auth.example.com", HTTP),
    ] {
        let error = with(issuer).unwrap_err().to_string();
        assert_eq!(error, format!("invalid authorization server {issuer:?}: {fault}"));
    }
}

#[test]
fn every_member_has_its_place() -> Result<(), InvalidResource> {
    let resource = Resource::new("https://h/mcp")?
        .authorization_server("https://a.example")?
        .authorization_server("https://b.example")?
        .member("example_zone", json!({"name": "eu"}))?
        .member("example_beta", true)?
        .signed_metadata("eyJhbGciOiJFUzI1NiJ9.e30.c2ln-_")?
        .dpop_required()
        .dpop_signing_algorithms(["ES256", "EdDSA"])?
        .authorization_details_types(["payment"])
        .certificate_bound_tokens()
        .terms_of_service("https://h/terms")?
        .terms_of_service_in("de", "https://h/agb")?
        .policy("http://localhost/policy")?
        .policy_in("fr-CA", "https://h/politique")?
        .documentation("https://h/docs#auth")?
        .documentation_in("zh-Hans", "https://h/%E6%96%87?v=1")?
        .name_in("DE", "Dateien, alt")?
        .name_in("de", "\"Dateien\" \u{1f4c1}")?
        .name("Files")
        .signing_algorithms(["RS256"])?
        .jwks_uri("https://h/keys")?;
    let metadata = ResourceMetadata::new(&resource, ["b", "a"].map(Scope::from_static));
    let expected = concat!(
        r#"{"resource":"https://h/mcp","authorization_servers":["https://a.example","https://b.example"],"#,
        r#""scopes_supported":["b","a"],"bearer_methods_supported":["header"],"jwks_uri":"https://h/keys","#,
        r#""resource_signing_alg_values_supported":["RS256"],"resource_documentation":"https://h/docs#auth","#,
        r#""resource_documentation#zh-Hans":"https://h/%E6%96%87?v=1","resource_name":"Files","#,
        r#""resource_name#de":"\"Dateien\" 📁","resource_policy_uri":"http://localhost/policy","#,
        r#""resource_policy_uri#fr-CA":"https://h/politique","resource_tos_uri":"https://h/terms","#,
        r#""resource_tos_uri#de":"https://h/agb","tls_client_certificate_bound_access_tokens":true,"#,
        r#""authorization_details_types_supported":["payment"],"dpop_signing_alg_values_supported":["ES256","EdDSA"],"#,
        r#""dpop_bound_access_tokens_required":true,"signed_metadata":"eyJhbGciOiJFUzI1NiJ9.e30.c2ln-_","#,
        r#""example_beta":true,"example_zone":{"name":"eu"}}"#,
    );
    assert_eq!(serde_json::to_string(&metadata).unwrap(), expected);
    assert_eq!((metadata.resource(), metadata.name()), ("https://h/mcp", Some("Files")));
    assert_eq!(metadata.authorization_servers(), ["https://a.example", "https://b.example"]);
    assert_eq!(metadata.scopes_supported(), ["b", "a"].map(Scope::from_static));
    Ok(())
}

#[test]
fn a_member_without_a_value_is_left_out() -> Result<(), InvalidResource> {
    let resource = Resource::new("https://h")?
        .name("")
        .name_in("de", "")?
        .signing_algorithms::<&str>([])?
        .dpop_signing_algorithms::<&str>([])?
        .authorization_details_types::<&str>([]);
    let text = serde_json::to_string(&ResourceMetadata::new(&resource, [])).unwrap();
    assert_eq!(text, r#"{"resource":"https://h","bearer_methods_supported":["header"]}"#);
    Ok(())
}

#[test]
fn a_member_that_says_nothing_true_is_refused() {
    const TAG: &str = "write a tag of BCP 47, as in `de` or `pt-BR`";
    const HTTPS: &str = "use `https`, on loopback hosts too";
    const NONE: &str = "`none` signs nothing; leave it out";
    const ALGORITHM: &str = "write the name of a JWS algorithm, as in `ES256`";
    const SYMMETRIC: &str =
        "a proof is signed with a private key; use an asymmetric algorithm such as `ES256`";
    const JWT: &str = "write a signed JWT: three base64url texts with `.` between them";
    const REGISTERED: &str = "RFC 9728 defines it; use the method for it";
    const EMPTY: &str = "a member without a value is left out";
    let resource = || Resource::new("https://h").unwrap();
    let no_json = std::collections::HashMap::from([((), 1)]);
    let cases: Vec<(Result<Resource, InvalidResource>, &str, &str)> = vec![
        (resource().name_in("de_DE", "x"), r#"language tag "de_DE""#, TAG),
        (resource().name_in("", "x"), r#"language tag """#, TAG),
        (resource().policy_in("*", "https://h/p"), r#"language tag "*""#, TAG),
        (resource().policy("http://h/p"), r#"policy "http://h/p""#, HTTP),
        (resource().terms_of_service("terms.html"), r#"terms of service "terms.html""#, ABSOLUTE),
        (resource().documentation_in("de", "https://h/a b"), r#"documentation "https://h/a b""#, ENCODE),
        (resource().jwks_uri("http://127.0.0.1/keys"), r#"jwks_uri "http://127.0.0.1/keys""#, HTTPS),
        (resource().signing_algorithms(["ES256", "none"]), r#"algorithm "none""#, NONE),
        (resource().signing_algorithms([""]), r#"algorithm """#, ALGORITHM),
        (resource().dpop_signing_algorithms(["None"]), r#"algorithm "None""#, NONE),
        (resource().dpop_signing_algorithms(["HS256"]), r#"algorithm "HS256""#, SYMMETRIC),
        (resource().signed_metadata("e30.e30."), r#"signed metadata "e30.e30.""#, JWT),
        (resource().signed_metadata("e30.e30=.e30"), r#"signed metadata "e30.e30=.e30""#, JWT),
        (resource().member("resource", "x"), r#"member "resource""#, REGISTERED),
        (resource().member("resource_name#de", "x"), r#"member "resource_name#de""#, REGISTERED),
        (resource().member("signed_metadata", "x"), r#"member "signed_metadata""#, REGISTERED),
        (resource().member("", "x"), r#"member """#, "write a name"),
        (resource().member("x", ()), r#"member "x""#, EMPTY),
        (resource().member("x", [0; 0]), r#"member "x""#, EMPTY),
        (resource().member("x", no_json), r#"member "x""#, "its value cannot be written as JSON"),
    ];
    for (result, what, fault) in cases {
        assert_eq!(result.unwrap_err().to_string(), format!("invalid {what}: {fault}"));
    }
}

const SERVED: [(&str, &str); 3] = [
    ("access-control-allow-origin", "*"),
    ("cache-control", "public, max-age=3600"),
    ("content-type", "application/json"),
];

#[tokio::test]
async fn the_document_is_read_and_nothing_else() {
    let gate = gate("https://h/mcp");
    let app = routes().protect(gate.clone()).unwrap();
    let expected = discovery(gate).document().unwrap().clone();
    let etag = send(&app, &format!("GET {WELL_KNOWN}/mcp"), &[]).await.header("etag").to_owned();
    assert!(etag.len() > 2 && etag.starts_with('"') && etag.ends_with('"'), "{etag}");

    for request in
        [format!("GET {WELL_KNOWN}/mcp"), format!("GET {WELL_KNOWN}/mcp?resource=https://evil.example")]
    {
        let answer = send(&app, &request, &["authorization: Bearer nonsense"]).await;
        assert_eq!((answer.status, answer.body.as_bytes()), (StatusCode::OK, &expected[..]));
        for (name, value) in SERVED {
            assert_eq!(answer.header(name), value);
        }
    }

    let head = send(&app, &format!("HEAD {WELL_KNOWN}/mcp"), &[]).await;
    assert_eq!((head.status, head.body.as_str(), head.header("etag")), (StatusCode::OK, "", etag.as_str()));
    assert_eq!(head.header("content-length"), expected.len().to_string());
    for (name, value) in SERVED {
        assert_eq!(head.header(name), value);
    }

    for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
        let answer = send(&app, &format!("{method} {WELL_KNOWN}/mcp"), &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(json(&answer)["error"], "method_not_allowed");
    }
}

#[tokio::test]
async fn a_client_that_has_the_document_is_told_so() {
    let app = routes().protect(gate("https://h/mcp")).unwrap();
    let path = format!("{WELL_KNOWN}/mcp");
    let etag = send(&app, &format!("GET {path}"), &[]).await.header("etag").to_owned();
    let cases = [
        ("*", 304),
        ("E", 304),
        ("W/E", 304),
        ("\"x\", E", 304),
        ("\"a,b\",W/E,\"c\"", 304),
        ("\"x\" , \tE\t", 304),
        ("\"x\"", 200),
        ("\"x\", W/\"y\"", 200),
        ("\"*\"", 200),
        ("w/E", 200),
        ("E\"", 200),
        ("", 200),
        ("\u{e9}", 200),
    ];
    for (tags, status) in cases {
        let header = format!("if-none-match: {}", tags.replace('E', &etag));
        for method in ["GET", "HEAD"] {
            let answer = send(&app, &format!("{method} {path}"), &[&header]).await;
            assert_eq!(answer.status.as_u16(), status, "{method} {header}");
            assert_eq!(answer.body.is_empty(), status == 304 || method == "HEAD");
            assert_eq!(answer.header("etag"), etag);
            assert_eq!(answer.header("cache-control"), "public, max-age=3600");
            assert_eq!(answer.header("access-control-allow-origin"), "*");
        }
    }
    let two_lines = ["if-none-match: \"x\"", &format!("if-none-match: {etag}")];
    assert_eq!(send(&app, &format!("GET {path}"), &two_lines).await.status, StatusCode::NOT_MODIFIED);

    let other = Router::new().route("/", get(whoami)).protect(gate("https://h/mcp")).unwrap();
    let changed = send(&other, &format!("GET {path}"), &[&format!("if-none-match: {etag}")]).await;
    assert_eq!(changed.status, StatusCode::OK, "another document has another tag");
}

#[tokio::test]
async fn a_preflight_needs_no_credential() {
    let app = routes().protect(gate("https://h/mcp")).unwrap();
    let preflight = [
        "origin: https://elsewhere.example",
        "access-control-request-method: GET",
        "access-control-request-headers: mcp-protocol-version",
    ];
    for path in ["/mcp", "/other", "", "/"] {
        for headers in [&preflight[..], &[]] {
            let answer = send(&app, &format!("OPTIONS {WELL_KNOWN}{path}"), headers).await;
            assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NO_CONTENT, ""), "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            assert_eq!(answer.header("access-control-allow-methods"), "GET, HEAD");
            let allowed = answer.header("access-control-allow-headers");
            assert_eq!(allowed, "mcp-protocol-version, authorization, *");
        }
    }
}

#[tokio::test]
async fn a_path_of_no_document_is_not_found_in_json() {
    let app = routes().fallback(whoami).protect(gate("https://h/mcp")).unwrap();
    for path in ["", "/", "/other", "/mcp/", "/mcp/more", "//mcp", "/MCP", "/mcp%20", "/mc", "/%6Dcp"] {
        for method in ["GET", "POST"] {
            let answer = send(&app, &format!("{method} {WELL_KNOWN}{path}"), &[]).await;
            assert_eq!((answer.status, answer.challenge()), (StatusCode::NOT_FOUND, ""), "{method} {path}");
            let body = json!({"error": "not_found", "error_description": "There is no OAuth metadata here"});
            assert_eq!(json(&answer), body);
            assert_eq!(answer.header("access-control-allow-origin"), "*");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
    assert_eq!(send(&app, "GET /.well-known/other", &[]).await.status, StatusCode::UNAUTHORIZED);
    let below = format!("GET {WELL_KNOWN}s");
    assert_eq!(send(&app, &below, &[]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_root_copy_is_the_same_document() {
    let app = routes().protect(gate("https://h/mcp").metadata_at_root()).unwrap();
    let own = send(&app, &format!("GET {WELL_KNOWN}/mcp"), &[]).await;
    let copy = send(&app, &format!("GET {WELL_KNOWN}"), &[]).await;
    assert_eq!((copy.status, &copy.body, &copy.headers), (StatusCode::OK, &own.body, &own.headers));
    assert_eq!(json(&copy)["resource"], "https://h/mcp");
    assert_eq!(send(&app, &format!("POST {WELL_KNOWN}"), &[]).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(send(&app, &format!("GET {WELL_KNOWN}/"), &[]).await.status, StatusCode::NOT_FOUND);

    let origin = discovery(gate("https://h").metadata_at_root());
    assert_eq!(origin.paths(), [WELL_KNOWN], "an origin has its own document there");
}

#[tokio::test]
async fn clients_may_keep_the_document_as_long_as_the_gate_says() {
    for (max_age, expected) in [
        (Duration::ZERO, "public, max-age=0"),
        (Duration::from_millis(61_900), "public, max-age=61"),
        (Duration::MAX, "public, max-age=18446744073709551615"),
    ] {
        let app = routes().protect(gate("https://h").metadata_max_age(max_age)).unwrap();
        assert_eq!(send(&app, &format!("GET {WELL_KNOWN}"), &[]).await.header("cache-control"), expected);
    }
}

/// What a request says of the public URL never counts.
#[tokio::test]
async fn hostile_headers_change_nothing() {
    let app = routes().protect(gate("https://h.example/mcp").metadata_at_root()).unwrap();
    let hostile: [&[&str]; 7] = [
        &["host: evil.example"],
        &["host: evil.example", "host: other.example"],
        &["x-forwarded-host: evil.example", "x-forwarded-proto: http", "x-forwarded-port: 81"],
        &["forwarded: host=evil.example;proto=http", "x-forwarded-prefix: /evil", "x-original-url: /evil"],
        &["origin: https://evil.example", "referer: https://evil.example"],
        &["x-http-method-override: OPTIONS", "accept: text/html", "accept-language: de", "range: bytes=0-1"],
        &["host: h.example\u{e9}", "x-forwarded-for: \"><script>"],
    ];
    let requests = [
        format!("GET {WELL_KNOWN}/mcp"),
        format!("HEAD {WELL_KNOWN}"),
        format!("OPTIONS {WELL_KNOWN}/mcp"),
        format!("GET {WELL_KNOWN}/none"),
        "GET /list".to_owned(),
    ];
    for request in &requests {
        let plain = send(&app, request, &[]).await;
        for headers in hostile {
            let answer = send(&app, request, headers).await;
            assert_eq!(
                (answer.status, &answer.headers, &answer.body),
                (plain.status, &plain.headers, &plain.body),
                "{request} with {headers:?}"
            );
        }
        let (method, path) = request.split_once(' ').unwrap();
        let absolute = send(&app, &format!("{method} http://evil.example{path}"), &[]).await;
        assert_eq!(
            (absolute.status, &absolute.headers, &absolute.body),
            (plain.status, &plain.headers, &plain.body),
            "{request}"
        );
    }
}

#[tokio::test]
async fn each_resource_of_a_host_answers_its_own_document() {
    let (files, files_discovery) = routes().split(gate("https://h/files")).unwrap();
    let admin = Router::new().route("/admin", get(whoami));
    let (admin, admin_discovery) = admin.split(gate("https://h/admin").metadata_at_root()).unwrap();
    let layer = gate("https://h/plain/v1").layer(scope_table![list]).unwrap();
    let plain = axum::Router::new().route("/plain/v1/list", axum::routing::get(list)).layer(layer.clone());
    let documents = [files_discovery, admin_discovery, layer.discovery(), discovery(gate("https://other/a"))];
    let app = well_known(documents).unwrap().merge(plain).nest("/files", files).merge(admin);

    for (path, resource) in [
        ("/files", "https://h/files"),
        ("/admin", "https://h/admin"),
        ("", "https://h/admin"),
        ("/plain/v1", "https://h/plain/v1"),
        ("/a", "https://other/a"),
    ] {
        let answer = send(&app, &format!("GET {WELL_KNOWN}{path}"), &[]).await;
        assert_eq!((answer.status, &json(&answer)["resource"]), (StatusCode::OK, &json!(resource)), "{path}");
    }
    for (path, metadata) in [
        ("/files/list", "https://h/.well-known/oauth-protected-resource/files"),
        ("/admin", "https://h/.well-known/oauth-protected-resource/admin"),
        ("/plain/v1/list", "https://h/.well-known/oauth-protected-resource/plain/v1"),
    ] {
        let answer = send(&app, &format!("GET {path}"), &[]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.challenge().contains(&format!(r#"resource_metadata="{metadata}""#)), "{path}");
    }
    let granted = send(&app, "GET /files/list", &["authorization: Bearer read"]).await;
    assert_eq!(granted.status, StatusCode::OK);
    assert_eq!(
        send(&app, "GET /files/.well-known/oauth-protected-resource", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[test]
fn documents_that_clash_are_all_named() {
    let clashes = |gates: &[Gate]| -> Vec<String> {
        let mounted: Result<axum::Router, StartupError> = well_known(gates.iter().cloned().map(discovery));
        mounted.map_or_else(|error| error.problems().to_vec(), |_| Vec::new())
    };
    let twice = |one: &str| {
        format!(
            "resource `{one}` has two documents; merge its routers before `split`, so that one document names all scopes"
        )
    };
    let one_path = |one: &str, other: &str, path: &str| {
        format!(
            "resources `{one}` and `{other}` have their metadata at one path, `{WELL_KNOWN}{path}`; \
             give them different paths, or serve each from a server of its own"
        )
    };
    let two_copies = |one: &str, other: &str| {
        format!(
            "resources `{one}` and `{other}` both have a copy of their metadata at `{WELL_KNOWN}`; \
             leave `.metadata_at_root()` out for one of them"
        )
    };
    let no_place = |copied: &str, root: &str| {
        format!(
            "resource `{copied}` has a copy of its metadata at `{WELL_KNOWN}`, where that of `{root}` belongs; \
             leave `.metadata_at_root()` out for `{copied}`"
        )
    };
    let slash = |one: &str, other: &str| {
        format!(
            "resources `{one}` and `{other}` differ by the slash at the end, which many clients drop; \
             give them different paths"
        )
    };
    let g = gate;
    let cases: Vec<(Vec<Gate>, Vec<String>)> = vec![
        (vec![], vec![]),
        (vec![g("https://h"), g("https://h/a"), g("https://h/b"), g("https://h/a/b")], vec![]),
        (vec![g("https://a"), g("https://b/x"), g("https://c/y").metadata_max_age(Duration::ZERO)], vec![]),
        (vec![g("https://h/a").metadata_at_root(), g("https://h/b")], vec![]),
        (vec![g("https://h/a"), g("https://h/a")], vec![twice("https://h/a")]),
        (
            vec![g("https://a/mcp"), g("https://b/mcp")],
            vec![one_path("https://a/mcp", "https://b/mcp", "/mcp")],
        ),
        (
            vec![g("https://a/x").metadata_at_root(), g("https://b/x").metadata_at_root()],
            vec![one_path("https://a/x", "https://b/x", "/x"), two_copies("https://a/x", "https://b/x")],
        ),
        (
            vec![g("https://h/mcp?t=1"), g("https://h/mcp?t=2")],
            vec![one_path("https://h/mcp?t=1", "https://h/mcp?t=2", "/mcp")],
        ),
        (vec![g("https://h"), g("https://h/")], vec![one_path("https://h", "https://h/", "")]),
        (vec![g("https://h/mcp/"), g("https://h/mcp")], vec![slash("https://h/mcp/", "https://h/mcp")]),
        (
            vec![g("https://h/a").metadata_at_root(), g("https://h/b").metadata_at_root()],
            vec![two_copies("https://h/a", "https://h/b")],
        ),
        (
            vec![g("https://h"), g("https://h/a").metadata_at_root()],
            vec![no_place("https://h/a", "https://h")],
        ),
        (
            vec![g("https://h/a/").metadata_at_root(), g("https://h"), g("https://h/a")],
            vec![no_place("https://h/a/", "https://h"), slash("https://h/a/", "https://h/a")],
        ),
    ];
    for (gates, expected) in cases {
        assert_eq!(clashes(&gates), expected);
    }
}

#[tokio::test]
async fn gates_that_are_protected_one_by_one_can_be_merged() {
    let files = routes().protect(gate("https://h/files").metadata_at_root()).unwrap();
    let admin = Router::new().route("/admin", get(whoami)).protect(gate("https://h/admin")).unwrap();
    let tenant = Router::new().route("/tenant", get(whoami)).protect(gate("https://h/:a/*b")).unwrap();
    for app in [
        files.clone().merge(admin.clone()).merge(tenant.clone()),
        tenant.clone().merge(admin.clone()).merge(files.clone()),
        axum::Router::new().merge(admin).merge(tenant).merge(files),
    ] {
        for (path, resource) in
            [("/files", "/files"), ("", "/files"), ("/admin", "/admin"), ("/:a/*b", "/:a/*b")]
        {
            let answer = send(&app, &format!("GET {WELL_KNOWN}{path}"), &[]).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(json(&answer)["resource"], format!("https://h{resource}"));
            let posted = send(&app, &format!("POST {WELL_KNOWN}{path}"), &[]).await;
            assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
        let none = send(&app, &format!("GET {WELL_KNOWN}/none"), &[]).await;
        assert_eq!((none.status, &json(&none)["error"]), (StatusCode::NOT_FOUND, &json!("not_found")));
    }
}

/// Paths in the program's own hands, beside ours: none of them panics, and none takes a document's place.
#[tokio::test]
async fn routes_beside_the_well_known_path_stay() {
    for (route, request) in [
        ("/{*rest}", "/.well-known"),
        ("/{a}/{b}", "/.well-known/oauth-protected-resources"),
        ("/{a}/{b}/{c}", "/.well-known/x/mcp"),
        ("/.well-known/{name}", "/.well-known/openid-configuration"),
        ("/.well-known/{*rest}", "/.well-known/oauth-authorization-server/mcp"),
        ("/.well-known/{name}/{*rest}", "/.well-known/oauth-authorization-server/mcp"),
        ("/.well-known/oauth-{name}", "/.well-known/oauth-authorization-server"),
        ("/.well-known/oauth-protected-resource{x}", "/.well-known/oauth-protected-resources"),
        ("/.well-known/oauth-protected-resource/other", "/.well-known/oauth-protected-resource/other"),
        ("/.well-known/oauth-protected-resource/x{y}", "/.well-known/oauth-protected-resource/xy"),
        ("/.well-known/oauth-protected-resource/other/{x}", "/.well-known/oauth-protected-resource/other/x"),
        ("/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource"),
        ("/.well-known/oauth-protected-resource/", "/.well-known/oauth-protected-resource/"),
        ("/.well-known/oauth-protected-resource/{x}", "/.well-known/oauth-protected-resource/x"),
        ("/.well-known/oauth-protected-resource/{*x}", "/.well-known/oauth-protected-resource/x/y"),
        ("/.well-known/oauth-protected-resource/{x}/y", "/.well-known/oauth-protected-resource/x/y"),
        ("/.well-known/openid-configuration", "/.well-known/openid-configuration"),
        ("/.well-known/openid-configuration/{issuer}", "/.well-known/openid-configuration/x"),
    ] {
        let mine = [
            routes().route(route, get(open)),
            routes().route(route, any(open)),
            routes().public_service(route, service_fn(async |_| Ok("mine".into_response()))),
        ];
        for routes in mine {
            let app = routes.protect(gate("https://h/mcp")).unwrap();
            assert_eq!(send(&app, &format!("GET {request}"), &[]).await.body, "mine", "{route}");
            let document = send(&app, &format!("GET {WELL_KNOWN}/mcp"), &[]).await;
            assert_eq!(
                (document.status, &json(&document)["resource"]),
                (StatusCode::OK, &json!("https://h/mcp"))
            );
        }
        let keys = Gate::static_keys("files", StaticKeys::parse("sk=files:read").unwrap());
        assert!(routes().route(route, any(open)).protect(keys).is_ok(), "{route}");
    }
}

#[test]
fn routes_in_the_place_of_a_document_are_refused() {
    for (route, resource) in [
        ("/.well-known/oauth-protected-resource/mcp", "https://h/mcp"),
        ("/.well-known/oauth-protected-resource", "https://h/mcp"),
        ("/.well-known/oauth-protected-resource/{x}", "https://h/:id"),
        ("/.well-known/oauth-protected-resource/{*x}", "https://h/a/*b"),
    ] {
        let error = routes().route(route, get(open)).protect(gate(resource).metadata_at_root());
        let expected = format!(
            "`discovery::open` is mounted at `{route}`, where the metadata document belongs; leave that route out"
        );
        assert_eq!(error.unwrap_err().problems(), [expected]);
    }
}

#[tokio::test]
async fn a_server_without_oauth_has_nothing_to_discover() {
    let keys = || Gate::static_keys("files", StaticKeys::parse("sk=files:read").unwrap());
    let (api, nothing) = routes().split(keys()).unwrap();
    assert_eq!((nothing.resource(), nothing.paths(), nothing.document()), (None, &[][..], None));
    let nested = well_known([nothing]).unwrap().nest("/api", api);

    let (api, nothing) = routes().split(keys()).unwrap();
    let beside_oauth = well_known([nothing, discovery(gate("https://h/mcp"))]).unwrap().nest("/api", api);

    let layer = keys().layer(scope_table![list]).unwrap();
    let api = axum::Router::new().route("/list", axum::routing::get(list)).layer(layer.clone());
    let layered = axum::Router::new().nest("/api", api).merge(layer.well_known());

    let protected = routes().protect(keys()).unwrap();

    for app in [&nested, &beside_oauth, &layered, &protected] {
        for name in ["oauth-protected-resource", "oauth-authorization-server", "openid-configuration"] {
            for path in ["", "/", "/api", "/api/list", "/api/list/deep/er"] {
                let path = format!("/.well-known/{name}{path}");
                let answer = send(app, &format!("GET {path}"), &[]).await;
                assert_eq!(
                    (answer.status, &json(&answer)["error"]),
                    (StatusCode::NOT_FOUND, &json!("not_found"))
                );
                let preflight = send(app, &format!("OPTIONS {path}"), &[]).await;
                assert_eq!(preflight.status, StatusCode::NO_CONTENT, "{path}");
            }
        }
    }
    for name in ["oauth-protected-resource", "oauth-authorization-server", "openid-configuration"] {
        for (app, path) in [(&nested, "/api/list"), (&protected, "/list")] {
            let below = send(app, &format!("GET {path}/.well-known/{name}"), &[]).await;
            assert_eq!((below.status, &json(&below)["error"]), (StatusCode::NOT_FOUND, &json!("not_found")));
        }
    }
    let oauth = send(&beside_oauth, &format!("GET {WELL_KNOWN}/mcp"), &[]).await;
    assert_eq!(json(&oauth)["resource"], "https://h/mcp");
}

#[test]
fn a_gate_that_cannot_work_is_refused_wherever_it_is_mounted() {
    let gate = || Gate::new(Resource::new("https://h").unwrap(), TestVerifier::new());
    let expected = "resource `https://h` names no authorization server, so no client can get a token; add `.authorization_server(\"https://..\")`";
    assert_eq!(routes().protect(gate()).unwrap_err().problems(), [expected]);
    assert_eq!(routes().split(gate()).unwrap_err().problems(), [expected]);
    assert_eq!(gate().layer(scope_table![list]).unwrap_err().problems(), [expected]);
}

/// What a socket carries: 204 and 304 have no body, and a `HEAD` tells the length of what it leaves out.
#[tokio::test]
async fn lengths_are_right_on_the_wire() {
    let gate = gate("https://h/mcp");
    let length = discovery(gate.clone()).document().unwrap().len().to_string();
    let app = routes().protect(gate).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });

    for (method, header, status, expected_length, with_body) in [
        (Method::GET, "x: y", "200 OK", Some(&length), true),
        (Method::HEAD, "x: y", "200 OK", Some(&length), false),
        (Method::GET, "if-none-match: *", "304 Not Modified", None, false),
        (Method::HEAD, "if-none-match: *", "304 Not Modified", Some(&length), false),
        (Method::OPTIONS, "x: y", "204 No Content", None, false),
    ] {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let request = format!(
            "{method} {WELL_KNOWN}/mcp HTTP/1.1\r\nhost: evil.example\r\n{header}\r\nconnection: close\r\n\r\n"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{method} {header}: {head}");
        let lengths: Vec<&str> =
            head.lines().filter_map(|line| line.strip_prefix("content-length: ")).collect();
        assert_eq!(lengths, Vec::from_iter(expected_length.map(String::as_str)), "{method} {header}: {head}");
        assert_eq!(!body.is_empty(), with_body, "{method} {header}");
    }
}
