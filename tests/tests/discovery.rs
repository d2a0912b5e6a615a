//! Discovery: the URL, the content and the serving of a resource's metadata document.

mod gating;
mod metadata;

use std::time::Duration;

use axum::http::{Method, StatusCode};
use metadata::{WELL_KNOWN, discovery, gate, json, routes, whoami};
use scopegate::{Gate, Resource, Router, routing::get, scope_table, testing::TestVerifier};
use scopegate_tests::exchange::send;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The resource identifier, its origin, and the suffix after the well-known path in the URL.
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
    ("https://h:444", "https://h:444", ""),
    ("https://mcp.example.com.", "https://mcp.example.com.", ""),
    ("https://xn--bcher-kva.example/a", "https://xn--bcher-kva.example", "/a"),
    ("https://192.0.2.1/a", "https://192.0.2.1", "/a"),
    ("https://[2001:db8::1]", "https://[2001:db8::1]", ""),
    ("https://[2001:db8::1]:8443/mcp", "https://[2001:db8::1]:8443", "/mcp"),
    ("https://files.example.com/MCP", "https://files.example.com", "/MCP"),
    // Loopback.
    ("http://localhost:3000/mcp", "http://localhost:3000", "/mcp"),
    ("http://127.0.0.1", "http://127.0.0.1", ""),
    ("http://127.8.8.8:1/", "http://127.8.8.8:1", ""),
    ("http://[::1]:3000/mcp", "http://[::1]:3000", "/mcp"),
    // Text that is kept, although it is equivalent to another text or resembles a pattern.
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
        // URLs that RFC 3986 or a lenient router would call equivalent. None of them returns the document.
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

/// The gate ignores what a request says about the public URL.
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

#[test]
fn a_gate_that_cannot_work_is_refused_wherever_it_is_mounted() {
    let gate = || Gate::new(Resource::new("https://h").unwrap(), TestVerifier::new());
    let expected = "resource `https://h` names no authorization server, so no client can get a token; add `.authorization_server(\"https://..\")`";
    assert_eq!(routes().protect(gate()).unwrap_err().problems(), [expected]);
    assert_eq!(routes().split(gate()).unwrap_err().problems(), [expected]);
    assert_eq!(gate().layer(scope_table![metadata::list]).unwrap_err().problems(), [expected]);
}

/// The bytes on the socket: 204 and 304 have no body, and an answer to `HEAD` has the length of the omitted body.
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
