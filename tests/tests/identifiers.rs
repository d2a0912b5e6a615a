//! Clients parse and re-serialize the identifiers of resources and issuers. An identifier that scopegate accepts does not change.

use proptest::prelude::*;
use reqwest::Url;
use scopegate::{InvalidResource, Resource};

/// Resource identifiers in a form that no client sends, each with the form to write.
const REWRITTEN: &[(&str, &str)] = &[
    ("https://files.example.com:443/mcp", "write `https://files.example.com/mcp`"),
    ("https://h:443", "write `https://h`"),
    ("https://h:0443/", "write `https://h/`"),
    ("https://h:08443/mcp", "write `https://h:8443/mcp`"),
    ("http://localhost:80/mcp", "write `http://localhost/mcp`"),
    ("http://LocalHost:3000", "write `http://localhost:3000`"),
    ("HTTPS://h/mcp", "write `https://h/mcp`"),
    ("https://Files.Example.COM/MCP", "write `https://files.example.com/MCP`"),
    ("https://XN--bcher-kva.example", "write `https://xn--bcher-kva.example`"),
    ("https://[2001:DB8::1]/mcp", "write `https://[2001:db8::1]/mcp`"),
    ("https://[2001:0db8:0:0:0:0:0:1]", "write `https://[2001:db8::1]`"),
    ("https://[2001:db8:0::1:0:0:1]", "write `https://[2001:db8::1:0:0:1]`"),
    ("https://[1:0:0:2:0:0:0:3]:443", "write `https://[1:0:0:2::3]`"),
    ("https://[::ffff:192.0.2.1]", "write `https://[::ffff:c000:201]`"),
    ("http://[0:0:0:0:0:0:0:1]:3000/mcp", "write `http://[::1]:3000/mcp`"),
    ("https://h:443/mcp?t=1", "write `https://h/mcp?..`"),
    ("https://h/mcp?t='1'", "write `'` in the query as `%27`"),
];

#[test]
fn a_form_that_no_client_sends_is_refused_with_the_one_to_write() {
    for (url, advice) in REWRITTEN {
        let error = Resource::new(*url).expect_err(url).to_string();
        let expected = format!("{advice}, the form that clients send");
        assert!(error.ends_with(&expected), "{url}: {error}");
    }
}

#[test]
fn the_form_to_write_is_accepted() {
    for (_, advice) in REWRITTEN {
        let form = advice.split('`').nth(1).expect("the form stands between backticks");
        if form.starts_with("http") {
            assert!(Resource::new(form).is_ok(), "{form}");
        }
    }
}

#[test]
fn only_the_slash_behind_the_host_is_free() {
    let check = |identifier: &str, audience: &str, expected: bool| {
        let resource = Resource::new(identifier).expect("a resource");
        assert_eq!(resource.is_named_by(audience), expected, "{identifier} {audience}");
        assert!(resource.is_named_by(identifier), "{identifier}");
    };
    for (identifier, audience, expected) in [
        ("https://h", "https://h/", true),
        ("https://h/", "https://h", true),
        ("https://h:8443", "https://h:8443/", true),
        ("https://h?t=1", "https://h/?t=1", true),
        ("https://h/?t=1", "https://h?t=1", true),
        ("https://h?", "https://h/?", true),
        ("https://h", "https://h//", false),
        ("https://h", "https://h.", false),
        ("https://h", "https://h:443", false),
        ("https://h", "https://H", false),
        ("https://h", "http://h", false),
        ("https://h", "https://h/?", false),
        ("https://h", "https://h/x", false),
        ("https://h", "", false),
        ("https://h/mcp", "https://h/mcp/", false),
        ("https://h/mcp/", "https://h/mcp", false),
        ("https://h//", "https://h", false),
        ("https://h/mcp?t", "https://h/mcp/?t", false),
    ] {
        check(identifier, audience, expected);
    }
}

/// An issuer's metadata and tokens name it in its own form, and clients compare that form as text.
#[test]
fn an_issuer_is_kept_in_its_own_form() -> Result<(), InvalidResource> {
    for issuer in
        ["https://Auth.Example.com", "https://auth.example.com:443/", "https://[2001:DB8::1]/realms/Main"]
    {
        let resource = Resource::new("https://h")?.authorization_server(issuer)?;
        assert_eq!(resource.authorization_servers(), [issuer]);
    }
    Ok(())
}

/// URLs, of which a third are accepted. Each part mostly has a form that a person may write.
fn url() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![8 => Just("https"), 1 => Just("http"), 1 => Just("HTTPS"), 1 => "[a-z]{2,5}".prop_map(|text| -> &str { text.leak() })];
    let label = prop_oneof![
        4 => "[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?",
        1 => "[a-zA-Z0-9_-]{1,4}",
        // A name that can be registered. Not every text after `xn--` is a name.
        1 => Just("xn--bcher-kva".to_owned()),
    ];
    let name = (prop::collection::vec(label, 1..4), prop_oneof![9 => Just(""), 1 => Just(".")])
        .prop_map(|(labels, dot)| format!("{}{dot}", labels.join(".")));
    let ipv4 = any::<[u8; 4]>().prop_map(|bytes| bytes.map(|byte| byte.to_string()).join("."));
    let piece = prop_oneof![3 => Just("0".to_owned()), 2 => "[0-9a-f]{1,4}", 1 => "[0-9A-F]{1,4}"];
    let ipv6 = (prop::collection::vec(piece, 1..9), 0..9usize).prop_map(|(mut pieces, at)| {
        if pieces.len() < 8 {
            let before = pieces.split_off(at.min(pieces.len()));
            return format!("[{}::{}]", pieces.join(":"), before.join(":"));
        }
        format!("[{}]", pieces.join(":"))
    });
    let mapped = any::<std::net::Ipv6Addr>().prop_map(|address| format!("[{address}]"));
    let looked_like = "[0-9xXa-fA-F.]{1,8}";
    let host = prop_oneof![8 => name, 2 => ipv4, 3 => ipv6, 1 => mapped, 1 => looked_like, 1 => Just("localhost".to_owned())];
    let port = prop_oneof![5 => Just(String::new()), 2 => ":[1-9][0-9]{0,3}", 1 => ":0{0,2}(443|80|8080)", 1 => ":[0-9]{0,6}"];
    let piece = prop_oneof![
        8 => "[a-zA-Z0-9._~-]{1,5}",
        3 => "[!$&'()*+,;=:@]{1,2}",
        3 => "%[0-9a-fA-F]{2}",
        1 => "[ -~]{1,2}",
        1 => Just("..".to_owned()),
        1 => Just("é\t".to_owned()),
    ];
    let segment = prop::collection::vec(piece, 0..3).prop_map(|pieces| pieces.concat());
    let path = prop::collection::vec(segment.clone(), 0..4).prop_map(|segments| {
        segments.into_iter().map(|segment| format!("/{segment}")).collect::<Vec<_>>().concat()
    });
    let query = prop_oneof![4 => Just(String::new()), 1 => segment.prop_map(|text| format!("?{text}"))];
    (scheme, host, port, path, query)
        .prop_map(|(scheme, host, port, path, query)| format!("{scheme}://{host}{port}{path}{query}"))
}

/// A pattern, and a path that mostly matches it. Nearly half of the paths name a resource.
fn family_and_path() -> impl Strategy<Value = (String, String)> {
    let value = prop_oneof![
        8 => "[a-zA-Z0-9._~-]{1,5}",
        1 => "[ -~]{0,3}",
        1 => "%[0-9a-fA-F]{2}",
        1 => "[.]{0,3}|é|/|a/b",
    ];
    let literal = prop_oneof![9 => "[a-z]{1,3}", 1 => "(|%7[eE]|[!$&'()*+,;=:@])"];
    let segments = prop::collection::vec((any::<bool>(), literal, value), 1..4);
    (segments, "(|/|/[ -~]{0,5})").prop_map(|(segments, rest)| {
        let part = |(at, (is_parameter, literal, value)): (usize, (bool, String, String))| {
            if is_parameter {
                (format!("/{{p{at}}}"), format!("/{value}"))
            } else {
                (format!("/{literal}"), format!("/{literal}"))
            }
        };
        let (pattern, path): (Vec<_>, Vec<_>) = segments.into_iter().enumerate().map(part).unzip();
        (format!("https://h.example{}", pattern.concat()), path.concat() + &rest)
    })
}

/// Writes a metadata URL as clients do: parses the URL and puts the well-known path before its path.
fn well_known_of(mut url: Url, well_known: &str) -> Url {
    let path = if url.path() == "/" { "" } else { url.path() };
    let path = format!("{well_known}{path}");
    url.set_path(&path);
    url
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn a_resource_that_starts_is_what_clients_send(url in url()) {
        let Ok(resource) = Resource::new(url.clone()) else { return Ok(()) };
        let sent = Url::parse(&url).expect("clients can parse it");
        prop_assert!(resource.is_named_by(sent.as_str()), "{url} is sent as {sent}");
        // Both ways to compute the metadata URL agree.
        let ours = resource.metadata_url();
        let theirs = well_known_of(sent, "/.well-known/oauth-protected-resource");
        prop_assert_eq!(theirs.as_str(), ours.as_str());
        prop_assert_eq!(theirs.path(), resource.metadata_path());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_500) })]

    #[test]
    fn an_issuer_that_starts_is_found_by_clients(url in url()) {
        let with = Resource::new("https://h").unwrap().authorization_server(url.clone());
        let Ok(resource) = with else { return Ok(()) };
        prop_assert_eq!(resource.authorization_servers(), [url.as_str()]);
        let parsed = Url::parse(&url).expect("clients can parse it");
        // The parser changes only the form of the origin, which servers do not see. The path, by which servers find the
        // document, stays as the operator wrote it.
        let (_, rest) = url.split_once("://").expect("absolute");
        let path = rest.find('/').map_or("/", |at| &rest[at..]);
        prop_assert_eq!(parsed.path(), path);
    }

    /// Every resource that a pattern makes from a path could have been written by hand.
    #[test]
    fn a_resource_of_a_family_is_what_clients_send(
        (pattern, path) in family_and_path(),
    ) {
        let Ok(family) = Resource::family(pattern.clone()) else { return Ok(()) };
        let Some(one) = family.at(&path) else { return Ok(()) };
        let sent = Url::parse(one.identifier()).expect("clients can parse it");
        prop_assert_eq!(sent.as_str(), one.identifier());
        prop_assert!(path.starts_with(sent.path()), "{pattern} {path}");
        let by_hand = Resource::new(one.identifier()).expect("a resource");
        prop_assert_eq!(by_hand.metadata_url(), one.metadata_url());
        // A request for the document resolves to the same resource.
        let again = family.at(sent.path()).map(|again| again.identifier().to_owned());
        prop_assert_eq!(again.as_deref(), Some(one.identifier()));
        prop_assert!(!family.is_named_by(one.identifier()) && !family.is_named_by(&pattern));
    }

    /// An identifier refused for its form is accepted in the parser's form.
    #[test]
    fn the_form_that_clients_send_starts(url in url()) {
        let Err(error) = Resource::new(url.clone()) else { return Ok(()) };
        if error.to_string().contains("the form that clients send") {
            let sent = Url::parse(&url).expect("clients can parse it");
            prop_assert!(Resource::new(sent.as_str()).is_ok(), "{url} is sent as {sent}");
        }
    }
}
