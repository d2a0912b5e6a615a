//! The header of any challenge is one well-formed line that all clients read alike.

use std::time::Duration;

use proptest::prelude::*;
use scopegate::{Challenge, ErrorCode, Resource, Scope};
use scopegate_tests::challenge::parse;

/// Text that an attacker might try to inject.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,400}",
        "(scope=| error=|\"|\\\\|,|\r\n|\t|admin|resource_metadata=|é|\u{0}){0,60}",
    ]
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof!["[!#-\\[\\]-~]{1,40}", "(scope=|,|error=|'|;|realm=|resource_metadata=){1,6}",]
        .prop_filter_map("a scope", |text| Scope::new(text.leak()).ok())
}

fn errors() -> impl Strategy<Value = Option<ErrorCode>> {
    let codes = [
        ErrorCode::InvalidRequest,
        ErrorCode::InvalidToken,
        ErrorCode::InsufficientScope,
        ErrorCode::InsufficientUserAuthentication,
    ];
    prop::option::of(prop::sample::select(codes.to_vec()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1024) })]

    #[test]
    fn it_is_read_as_it_was_meant(
        error in errors(),
        description in hostile(),
        scopes in prop::collection::vec(scope(), 0..8),
        realm in prop::option::of(hostile()),
        acr in prop::collection::vec(prop_oneof![hostile(), "[!#-\\[\\]-~]{1,300}"], 0..20),
        max_age in prop::option::of(any::<u64>()),
    ) {
        let mut resource = Resource::new("https://h.example/mcp").unwrap();
        let realm = realm.filter(|realm| Resource::new("https://h.example").unwrap().realm(realm.clone()).is_ok());
        if let Some(realm) = &realm {
            resource = resource.realm(realm.clone()).unwrap();
        }
        let mut challenge = Challenge::new(&resource).with_scopes(scopes.clone()).with_acr_values(&acr);
        if let Some(seconds) = max_age {
            challenge = challenge.with_max_age(Duration::from_secs(seconds));
        }
        if let Some(error) = error {
            challenge = challenge.with_error(error, &description);
        }
        let header = challenge.to_header_value();
        prop_assert!(header.len() <= 8 * 1024);
        prop_assert!(header.as_bytes().iter().all(|byte| (0x20..=0x7E).contains(byte)));
        let read = parse(&header);
        let scope = scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
        prop_assert_eq!(read.get("scope").map_or("", String::as_str), scope);
        let legal = acr.iter().filter(|value| scopegate_grammar::check_acr(value).is_ok());
        let acr_values = legal.take(16).map(String::as_str).collect::<Vec<_>>().join(" ");
        prop_assert_eq!(read.get("acr_values").map_or("", String::as_str), acr_values);
        prop_assert_eq!(read.get("max_age").cloned(), max_age.map(|seconds| seconds.to_string()));
        prop_assert_eq!(read.get("error").map(String::as_str), error.map(ErrorCode::as_str));
        prop_assert_eq!(&read["resource_metadata"], "https://h.example/.well-known/oauth-protected-resource/mcp");
        prop_assert_eq!(read.get("realm"), realm.as_ref());
    }

    #[test]
    fn it_never_exceeds_what_servers_take(lengths in prop::collection::vec(1_usize..600, 0..60)) {
        let scopes: Vec<Scope> = lengths.iter().map(|length| Scope::from_static("s".repeat(*length).leak())).collect();
        let complete = lengths.iter().map(|length| length + 1).sum::<usize>() < 8 * 1024 - 200;
        let resource = Resource::new("https://h.example").unwrap();
        let header = Challenge::new(&resource).with_scopes(scopes.clone()).to_header_value();
        prop_assert!(header.len() <= 8 * 1024);
        prop_assert!(parse(&header).contains_key("scope") || !complete || scopes.is_empty());
    }
}
