use proptest::prelude::*;

use super::{Binding, Kind, Owner};
use crate::token::Principal;

/// All inputs of a MAC.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bound {
    key: [u8; 32],
    kind: Kind,
    place: String,
    principal: Principal,
    parts: Vec<String>,
}

impl Bound {
    fn tag(&self) -> String {
        let owner = Owner { place: &self.place, principal: &self.principal };
        Binding::with_key(&self.key).tag(self.kind, owner, &self.parts())
    }

    fn accepts(&self, tag: &str) -> bool {
        let owner = Owner { place: &self.place, principal: &self.principal };
        Binding::with_key(&self.key).is_tag(self.kind, owner, &self.parts(), tag)
    }

    fn parts(&self) -> Vec<&str> {
        self.parts.iter().map(String::as_str).collect()
    }
}

/// Makes strings from a few characters. Many of these strings are equal. Different lists of these strings often give
/// the same bytes if the strings of each list are simply joined.
fn text() -> impl Strategy<Value = String> {
    "[ab.]{0,3}"
}

fn principal() -> impl Strategy<Value = Principal> {
    prop_oneof![
        (text(), text()).prop_map(|(issuer, subject)| Principal::new(issuer, subject)),
        text().prop_map(Principal::of_key),
    ]
}

fn bound() -> impl Strategy<Value = Bound> {
    let kind = prop_oneof![Just(Kind::Session), Just(Kind::Task)];
    let parts = prop::collection::vec(text(), 1..3);
    (0..2_u8, kind, text(), principal(), parts).prop_map(|(key, kind, place, principal, parts)| Bound {
        key: [key; 32],
        kind,
        place,
        principal,
        parts,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_tag_is_of_the_same_things_and_of_no_others(one in bound(), other in bound()) {
        prop_assert!(one.accepts(&one.tag()));
        prop_assert_eq!(other.accepts(&one.tag()), one == other);
    }

    #[test]
    fn no_change_of_a_tag_is_one(one in bound(), at in 0..43_usize, to in "[A-Za-z0-9_=+/ .-]{0,2}") {
        let tag = one.tag();
        let changed = format!("{}{to}{}", &tag[..at], &tag[at + 1..]);
        prop_assert_eq!(one.accepts(&changed), changed == tag, "{}", changed);
        prop_assert!(!one.accepts(&tag[..at]));
        let longer = format!("{tag}{to}=");
        prop_assert!(!one.accepts(&longer));
    }
}

#[test]
fn a_tag_has_one_spelling() {
    let bound = Bound {
        key: [1; 32],
        kind: Kind::Task,
        place: "https://example.com/mcp".to_owned(),
        principal: Principal::new("https://auth.example.com", "alice"),
        parts: vec!["export".to_owned(), "7".to_owned()],
    };
    let tag = bound.tag();
    assert_eq!(tag.len(), 43);
    // Two bits of the last character have no meaning, so careless decoders accept four spellings.
    let spelled_alike = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars();
    let accepted = spelled_alike.filter(|last| bound.accepts(&format!("{}{last}", &tag[..42]))).count();
    assert_eq!(accepted, 1);
}

/// The bytes of the MAC must not change, because existing identifiers and other replicas depend on them. Another
/// program computed the expected MACs.
#[test]
fn the_mac_is_what_it_was() {
    let owner = &Principal::new("https://auth.example.com", "alice");
    let owner = Owner { place: "https://example.com/mcp", principal: owner };
    let binding = Binding::with_key(&[7; 32]);
    assert_eq!(binding.tag(Kind::Session, owner, &["a"]), "D6OmpYgBgppHHr6sGGC7T1XGqmSTuyXSPmJH4_aOtlc");
    assert_eq!(
        binding.tag(Kind::Task, owner, &["export", "a"]),
        "SnyyQUDLQU9kWDYB2WkIgbN5C5f1hMcQkBuOwjWqc-0"
    );
}

#[test]
fn each_start_has_a_key_of_its_own() {
    let principal = Principal::of_key("backup");
    let owner = Owner { place: "", principal: &principal };
    let tag = |binding: Binding| binding.tag(Kind::Task, owner, &["a"]);
    assert_ne!(tag(Binding::random().unwrap()), tag(Binding::random().unwrap()));
    assert_ne!(tag(Binding::random().unwrap()), tag(Binding::with_key(&[0; 32])));
}
