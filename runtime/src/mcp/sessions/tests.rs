use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

use super::{Sessions, bound, opened};
use crate::{
    mcp::binding::{Binding, Owner},
    token::Principal,
};

fn headers(values: &[&str]) -> HeaderMap {
    let value = |text: &&str| (super::SESSION_ID.clone(), HeaderValue::from_str(text).unwrap());
    values.iter().map(value).collect()
}

fn binding() -> Binding {
    Binding::with_key(&[7; 32])
}

fn owner(principal: &Principal) -> Owner<'_> {
    Owner { place: "https://example.com/mcp", principal }
}

fn of(principal: &Principal, id: &str) -> Option<String> {
    Some(bound(&binding(), owner(principal), &headers(&[id]))?.to_str().unwrap().to_owned())
}

#[test]
fn what_no_header_may_carry_is_no_identifier() {
    let alice = Principal::of_key("alice");
    for id in ["", "a b", "a\tb", &"a".repeat(4097)] {
        assert_eq!(of(&alice, id), None, "{id}");
    }
    for id in ["a", "a.b", ".", "!~", &"a".repeat(4096)] {
        let bound = of(&alice, id).unwrap();
        assert_eq!(opened(&binding(), owner(&alice), &headers(&[&bound])).unwrap(), id);
    }
    let two = [&*of(&alice, "a").unwrap(), &*of(&alice, "a").unwrap()];
    assert!(opened(&binding(), owner(&alice), &headers(&two)).is_none());
    assert!(bound(&binding(), owner(&alice), &headers(&["a", "b"])).is_none());
}

#[test]
fn versions_and_servers_without_sessions_get_no_header() {
    let alice = Principal::of_key("alice");
    let mut headers = headers(&["whatever"]);
    assert!(Sessions::Bound.open(&binding(), Some(owner(&alice)), &mut headers).is_err());
    let mut newer = headers.clone();
    newer.insert("mcp-protocol-version", HeaderValue::from_static("2026-07-28"));
    assert!(Sessions::Bound.open(&binding(), Some(owner(&alice)), &mut newer).is_ok());
    assert!(!newer.contains_key(&super::SESSION_ID));
    assert!(Sessions::None.open(&binding(), None, &mut headers).is_ok());
    assert!(headers.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn forged_and_swapped_identifiers_are_unknown(
        id in "[!-~]{1,40}", other in "[!-~]{1,40}", forged in "[ -~]{0,120}", at in 0..200_usize
    ) {
        let (alice, bob) = (Principal::new("https://a", "alice"), Principal::new("https://a", "bob"));
        let open = |who: &Principal, id: &str| opened(&binding(), owner(who), &headers(&[id]));
        let [ours, others] = [&id, &other].map(|id| of(&alice, id).unwrap());
        prop_assert_eq!(open(&alice, &ours).unwrap(), &*id);
        prop_assert!(open(&bob, &ours).is_none());
        prop_assert!(open(&alice, &forged).is_none());
        let longer = format!("{ours}{forged}");
        prop_assert!(open(&alice, &longer).is_none() || forged.is_empty());
        prop_assert!(open(&alice, &ours[..at.min(ours.len() - 1)]).is_none());
        let (_, tag) = others.rsplit_once('.').unwrap();
        prop_assert_eq!(open(&alice, &format!("{id}.{tag}")).is_some(), id == other);
    }
}
