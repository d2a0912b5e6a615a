use http::{HeaderMap, HeaderName, HeaderValue, Request, request::Parts};

use super::{
    CredentialSource,
    Credentials::{self, Absent, Bearer, Several},
    Scheme, Sources,
};

const ORIGIN: &str = "https://files.example.com";
const NOT_A_TOKEN: Credentials<'_> = Credentials::NotAToken(Scheme::Bearer);

#[track_caller]
fn parts(method: &str, headers: &[(&str, &str)]) -> Parts {
    let (mut parts, ()) = Request::builder().method(method).body(()).expect("a request").into_parts();
    for (name, value) in headers {
        let name: HeaderName = name.parse().expect("a name");
        parts.headers.append(name, HeaderValue::from_str(value).expect("a value"));
    }
    parts
}

fn of<const N: usize>(list: [CredentialSource; N]) -> Sources {
    let mut sources = Sources::default();
    sources.set(list);
    sources
}

#[track_caller]
fn check(source: CredentialSource, method: &str, headers: &[(&str, &str)], expected: Credentials<'_>) {
    let found = parts(method, headers);
    assert_eq!(of([source]).read(&found, Some(ORIGIN)), expected, "{method} {headers:?}");
}

#[test]
fn a_cookie_counts_for_the_resources_own_pages() {
    #[track_caller]
    fn with(method: &str, extra: &[(&str, &str)], expected: Credentials<'_>) {
        let headers = [&[("cookie", "a=b; sid=abc; c=d")], extra].concat();
        check(CredentialSource::cookie("sid"), method, &headers, expected);
    }
    for method in ["GET", "POST", "DELETE"] {
        with(method, &[("sec-fetch-site", "same-origin")], Bearer("abc"));
        with(method, &[("sec-fetch-site", "same-origin"), ("origin", "https://evil.example")], Bearer("abc"));
        for site in ["cross-site", "same-site", "", "Same-Origin"] {
            with(method, &[("sec-fetch-site", site)], Absent);
            with(method, &[("sec-fetch-site", site), ("origin", ORIGIN)], Absent);
        }
        with(method, &[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], Absent);
        with(method, &[("origin", ORIGIN)], Bearer("abc"));
        with(method, &[("origin", "HTTPS://FILES.example.com")], Bearer("abc"));
        for origin in [
            "null",
            "https://evil.example",
            "https://files.example.com.evil.example",
            "http://files.example.com",
        ] {
            with(method, &[("origin", origin)], Absent);
        }
        with(method, &[("origin", ORIGIN), ("origin", ORIGIN)], Absent);
    }
    with("GET", &[], Bearer("abc"));
    with("HEAD", &[], Bearer("abc"));
    with("GET", &[("sec-fetch-site", "none")], Bearer("abc"));
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        with(method, &[], Absent);
        with(method, &[("sec-fetch-site", "none")], Absent);
    }
}

#[test]
fn a_cookie_is_found_by_its_whole_name() {
    let session = || CredentialSource::cookie("sid");
    check(session(), "GET", &[("cookie", "xsid=abc; sidx=abc; SID=abc")], Absent);
    check(session(), "GET", &[("cookie", "sid=a=b")], Bearer("a=b"));
    check(session(), "GET", &[("cookie", "sid=")], NOT_A_TOKEN);
    check(session(), "GET", &[("cookie", "sid=a\"b")], NOT_A_TOKEN);
    check(session(), "GET", &[("cookie", "sid=a; sid=b")], Several);
    check(session(), "GET", &[("cookie", "sid=a"), ("cookie", "sid=a")], Several);
}

#[test]
fn a_resource_without_an_origin_has_no_pages() {
    let found = parts("POST", &[("cookie", "sid=abc"), ("origin", ORIGIN)]);
    assert_eq!(of([CredentialSource::cookie("sid")]).read(&found, None), Absent);
}

#[test]
fn a_proxys_header_has_the_token() {
    let header = || CredentialSource::header("X-Token");
    check(header(), "GET", &[("authorization", "Bearer abc")], Absent);
    check(header(), "GET", &[("x-token", "abc")], Bearer("abc"));
    check(header(), "GET", &[("x-token", "bEaReR  abc ")], Bearer("abc"));
    check(header(), "GET", &[("x-token", "a b")], NOT_A_TOKEN);
    check(header(), "GET", &[("x-token", "")], NOT_A_TOKEN);
    check(header(), "GET", &[("x-token", "a"), ("x-token", "a")], Several);
}

#[test]
fn a_subprotocol_has_the_token_and_no_handler_sees_it() {
    let protocol = || CredentialSource::websocket_protocol("bearer.");
    let name = "sec-websocket-protocol";
    check(protocol(), "GET", &[(name, "files.v1")], Absent);
    check(protocol(), "GET", &[(name, "files.v1, bearer.abc")], Bearer("abc"));
    check(protocol(), "GET", &[(name, "files.v1"), (name, "bearer.abc")], Bearer("abc"));
    check(protocol(), "GET", &[(name, "bearer.")], NOT_A_TOKEN);
    check(protocol(), "GET", &[(name, "bearer.a, bearer.b")], Several);

    let stripped = |headers: &[(&str, &str)]| {
        let mut headers: HeaderMap = parts("GET", headers).headers;
        of([protocol()]).strip(&mut headers);
        let values = headers.get_all(name).iter().map(|value| value.to_str().expect("text").to_owned());
        values.collect::<Vec<_>>()
    };
    assert_eq!(stripped(&[(name, "a, bearer.abc,b"), (name, "bearer.x"), (name, "c")]), ["a, b, c"]);
    assert_eq!(stripped(&[(name, "bearer.abc")]), [""; 0]);
    assert_eq!(stripped(&[(name, "a"), (name, "b")]), ["a", "b"]);
}

#[test]
fn of_credentials_in_two_places_none_is_chosen() {
    let sources = of([CredentialSource::authorization(), CredentialSource::header("x-token")]);
    let both = parts("GET", &[("authorization", "Bearer abc"), ("x-token", "abc")]);
    assert_eq!(sources.read(&both, None), Several);
    let one = parts("GET", &[("authorization", "Basic abc"), ("x-token", "abc")]);
    assert_eq!(sources.read(&one, None), Bearer("abc"));
}

#[test]
fn what_cannot_be_a_source_is_said_at_startup() {
    let sources = of([
        CredentialSource::cookie("a b"),
        CredentialSource::header(""),
        CredentialSource::header("Authorization"),
        CredentialSource::websocket_protocol(""),
        CredentialSource::authorization(),
        CredentialSource::authorization(),
    ]);
    assert_eq!(sources.problems().count(), 5);
    assert_eq!(of([]).problems().count(), 1);
    assert_eq!(Sources::default().problems().count(), 0);
}
