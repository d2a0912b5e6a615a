use proptest::prelude::*;
use url::Url;

use super::Origin;

const OWN: &str = "https://files.example.com";

#[test]
fn an_origin_is_the_same_in_each_spelling_and_nothing_else_is() {
    for (origin, own, expected) in [
        (OWN, OWN, true),
        ("HTTPS://FILES.Example.com", OWN, true),
        ("https://files.example.com:443", OWN, true),
        ("https://files.example.com:0443", OWN, true),
        ("http://localhost:080", "http://localhost", true),
        ("http://[::1]:80", "http://[0:0::1]", true),
        ("https://xn--bcher-kva.example", "https://XN--bcher-kva.example", true),
        ("tauri://localhost", "TAURI://localhost", true),
        ("https://files.example.com:8443", OWN, false),
        ("http://files.example.com", OWN, false),
        ("http://files.example.com:443", OWN, false),
        ("https://files.example.com.", OWN, false),
        ("https://files.example.com.evil.com", OWN, false),
        ("https://evil.com", OWN, false),
        ("http://127.0.0.1", "http://localhost", false),
        ("http://[::ffff:127.0.0.1]", "http://127.0.0.1", false),
        ("chrome-extension://abc", "chrome-extension://abd", false),
    ] {
        assert_eq!(Origin::is_same(origin, own), expected, "{origin} {own}");
        assert_eq!(Origin::is_same(own, origin), expected, "{own} {origin}");
    }
}

#[test]
fn what_cannot_be_read_is_no_origin() {
    for text in [
        "",
        "null",
        "https",
        "https://",
        "://files.example.com",
        "1https://files.example.com",
        "https:files.example.com",
        "https://files.example.com/",
        "https://files.example.com/path",
        "https://files.example.com?",
        "https://files.example.com#",
        "https://files.example.com\\",
        "https://files.example.com:",
        "https://files.example.com:0",
        "https://files.example.com:65536",
        "https://files.example.com:+443",
        "https://files.example.com:evil.com",
        "https://files.example.com:443:443",
        "https://user@files.example.com",
        "https://files.example.com@evil.com",
        "https://files..example.com",
        "https://.files.example.com",
        "https://files example.com",
        "https://files.example.com evil.com",
        "https://b\u{fc}cher.example",
        "https://%66iles.example.com",
        "https://[::1]evil.com",
        "https://[::1].evil.com",
        "https://evil.com[::1]",
        "https://[[::1]]",
        "https://[::1",
        "https://::1",
        "https://[fe80::1%25eth0]",
        "https://[127.0.0.1]",
        "https://127.1",
        "https://2130706433",
        "https://0x7f000001",
        "https://0177.0.0.1",
        "https://127.0.0.1.",
    ] {
        assert!(Origin::parse(text).is_none(), "{text}");
        assert!(!Origin::is_same(text, text), "{text}");
    }
}

/// Makes texts that look like origins. Most parts come from short lists, so two texts are often equal.
fn text() -> impl Strategy<Value = String> {
    let scheme = prop_oneof![6 => Just("http"), 3 => Just("https"), 1 => Just("HTTP"), 1 => Just("ws")];
    let good = prop::sample::select(vec![
        "localhost",
        "LocalHost",
        "h.example",
        "H.Example",
        "xn--bcher-kva.example",
        "127.0.0.1",
        "[::1]",
        "[0:0:0::1]",
        "[2001:DB8::1]",
        "[2001:db8:0:0::1]",
        "[::ffff:1.2.3.4]",
        "[::ffff:102:304]",
    ]);
    let odd = prop::sample::select(vec![
        "localhost.",
        "127.1",
        "0x7f.1",
        "127.0.0.1.",
        "b\u{fc}cher.example",
        "[::1]evil.com",
        "[::1].evil.com",
        "a@localhost",
        "localhost@evil.com",
        "%6cocalhost",
        "local\thost",
        "",
    ]);
    let host = prop_oneof![8 => good, 2 => odd];
    let port = prop::sample::select(vec![
        "",
        "",
        "",
        ":80",
        ":443",
        ":080",
        ":8080",
        ":",
        ":0",
        ":evil.com",
        ":80:80",
        ":99999",
    ]);
    let end = prop_oneof![9 => Just(String::new()), 1 => "[/?#\\\\@.: \t\\[\\]a-c0-9]{1,3}"];
    (scheme, host, port, end).prop_map(|(scheme, host, port, end)| format!("{scheme}://{host}{port}{end}"))
}

/// Parses an origin as browsers do. Returns `None` for a scheme that browsers do not know.
fn read(text: &str) -> Option<url::Origin> {
    Url::parse(text).ok().map(|url| url.origin()).filter(url::Origin::is_tuple)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

    #[test]
    fn what_is_taken_for_the_same_origin_is_the_same_to_browsers(one in text(), other in text()) {
        if Origin::is_same(&one, &other) {
            prop_assert!(read(&one).is_some() && read(&one) == read(&other), "{one} {other}");
        }
    }

    /// Browsers always send an origin in its serialized form.
    #[test]
    fn what_browsers_send_is_judged_as_they_do(one in text(), other in text()) {
        let (Some(one), Some(other)) = (read(&one), read(&other)) else { return Ok(()) };
        // No server has the port 0.
        let written = [&one, &other].map(url::Origin::ascii_serialization);
        if written.iter().any(|text| text.ends_with(":0")) {
            return Ok(());
        }
        prop_assert_eq!(Origin::is_same(&written[0], &written[1]), one == other, "{:?}", written);
    }
}
