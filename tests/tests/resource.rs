//! The valid identifiers and members of a resource, and their place in its metadata.

use scopegate::{InvalidResource, Resource, ResourceMetadata, Scope};
use serde_json::json;

const ABSOLUTE: &str = "write an absolute `https` URL, as in `https://api.example.com/mcp`";
const ENCODE: &str =
    "percent-encode what a URL cannot hold, such as spaces, `{`, `}` and letters beyond ASCII";
const HTTP: &str = "use `https`; `http` is for loopback hosts such as `127.0.0.1`";

#[test]
fn a_resource_that_clients_cannot_use_is_refused() {
    const PORT: &str = "write a port between 1 and 65535 after `:`, or remove the `:`";
    const HOST: &str = "write the host as a DNS name (other alphabets as `xn--..`) or an IP address";
    const IPV6: &str = "write an IPv6 address in the brackets, as in `[::1]`";
    const DOTS: &str = "remove the segments `.` and `..`; clients resolve them before they send a request";
    const PARAMETER: &str = "remove `scope=` and other parameters of a challenge, since clients search the whole challenge for them";
    let long = format!("https://h/{}", "a".repeat(2048));
    let cases = [
        ("", ABSOLUTE),
        ("h", ABSOLUTE),
        ("/mcp", ABSOLUTE),
        ("//h/mcp", ABSOLUTE),
        ("https:h", ABSOLUTE),
        ("ftp://h", ABSOLUTE),
        (" https://h", ABSOLUTE),
        ("https://", "write the host after `://`"),
        ("https:///mcp", "write the host after `://`"),
        ("https://:443/", "write the host after `://`"),
        ("https://user@h/", "remove the user before `@`"),
        ("https://h:443@evil.example/", "remove the user before `@`"),
        ("https://h#top", "remove `#` and the text after it"),
        ("https://h/mcp#", "remove `#` and the text after it"),
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
        // The message leaves out user, query and fragment, and cuts a long URL.
        let shown = url.split(['?', '#']).next().unwrap_or_default();
        let shown = shown.rsplit_once('@').map_or(shown.to_owned(), |(_, host)| format!("https://{host}"));
        let shown = format!("{shown:?}");
        let shown = shown.get(..200).map_or(shown.clone(), |start| format!("{start}.."));
        assert_eq!(error, format!("invalid resource {shown}: {fault}"));
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
        ("https://auth.example.com/?a", "an issuer has no query; remove `?` and the text after it"),
        ("https://auth.example.com/#a", "remove `#` and the text after it"),
        ("http://auth.example.com", HTTP),
    ] {
        let error = with(issuer).unwrap_err().to_string();
        let shown = issuer.split(['?', '#']).next().unwrap_or_default();
        assert_eq!(error, format!("invalid authorization server {shown:?}: {fault}"));
    }
}

#[test]
fn every_member_has_its_place() -> Result<(), InvalidResource> {
    let resource = Resource::new("https://h/mcp")?
        .authorization_server("https://a.example")?
        .authorization_server("https://b.example")?
        .member("example_zone", json!({"name": "eu"}))?
        .member("example_beta", true)?
        .member("dpop_signing_alg_values_supported", ["ES256", "EdDSA"])?
        .terms_of_service("https://h/terms")?
        .policy("http://localhost/policy")?
        .documentation("https://h/%E6%96%87?v=1#auth")?
        .member("resource_name#de", "\"Dateien\" \u{1f4c1}")?
        .name("Files, old")
        .name("Files");
    let metadata = ResourceMetadata::new(&resource, ["b", "a"].map(Scope::from_static));
    let expected = concat!(
        r#"{"resource":"https://h/mcp","authorization_servers":["https://a.example","https://b.example"],"#,
        r#""scopes_supported":["b","a"],"bearer_methods_supported":["header"],"#,
        r#""resource_documentation":"https://h/%E6%96%87?v=1#auth","resource_name":"Files","#,
        r#""resource_policy_uri":"http://localhost/policy","resource_tos_uri":"https://h/terms","#,
        r#""dpop_signing_alg_values_supported":["ES256","EdDSA"],"example_beta":true,"#,
        r#""example_zone":{"name":"eu"},"resource_name#de":"\"Dateien\" 📁"}"#,
    );
    assert_eq!(serde_json::to_string(&metadata).unwrap(), expected);
    assert_eq!((metadata.resource(), metadata.name()), ("https://h/mcp", Some("Files")));
    assert_eq!(metadata.authorization_servers(), ["https://a.example", "https://b.example"]);
    assert_eq!(metadata.scopes_supported(), ["b", "a"].map(Scope::from_static));
    Ok(())
}

#[test]
fn a_member_without_a_value_is_left_out() -> Result<(), InvalidResource> {
    let resource = Resource::new("https://h")?.name("Files").name("");
    let text = serde_json::to_string(&ResourceMetadata::new(&resource, [])).unwrap();
    assert_eq!(text, r#"{"resource":"https://h","bearer_methods_supported":["header"]}"#);
    Ok(())
}

#[test]
fn a_member_that_says_nothing_true_is_refused() {
    const METHOD: &str = "the resource or the gate sets this member; use its method";
    const EMPTY: &str = "write a value, or remove the member";
    let resource = || Resource::new("https://h").unwrap();
    let no_json = std::collections::HashMap::from([((), 1)]);
    let mut cases: Vec<(Result<Resource, InvalidResource>, String, &str)> = vec![
        (resource().policy("http://h/p"), r#"policy "http://h/p""#.into(), HTTP),
        (resource().terms_of_service("terms.html"), r#"terms of service "terms.html""#.into(), ABSOLUTE),
        (resource().documentation("https://h/a b"), r#"documentation "https://h/a b""#.into(), ENCODE),
        (resource().member("", "x"), r#"member """#.into(), "write a name"),
        (resource().member("x", ()), r#"member "x""#.into(), EMPTY),
        (resource().member("x", [0; 0]), r#"member "x""#.into(), EMPTY),
        (resource().member("x", no_json), r#"member "x""#.into(), "its value cannot be written as JSON"),
    ];
    for name in [
        "resource",
        "authorization_servers",
        "scopes_supported",
        "bearer_methods_supported",
        "resource_name",
        "resource_documentation",
        "resource_policy_uri",
        "resource_tos_uri",
    ] {
        cases.push((resource().member(name, "x"), format!("member {name:?}"), METHOD));
    }
    for (result, what, fault) in cases {
        assert_eq!(result.unwrap_err().to_string(), format!("invalid {what}: {fault}"));
    }
}
