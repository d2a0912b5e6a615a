use proptest::prelude::*;

use super::{Task, open, seal};
use crate::{
    mcp::binding::{Binding, MAX_IDENTIFIER, Owner},
    token::Principal,
};

fn binding() -> Binding {
    Binding::with_key(&[7; 32])
}

fn owner(principal: &Principal) -> Owner<'_> {
    Owner { place: "https://example.com/mcp", principal }
}

#[test]
fn any_identifier_of_a_server_comes_back() {
    let alice = Principal::of_key("alice");
    for (tool, id) in [("", ""), ("a.b", "c.d"), ("a", "."), ("ä\u{0}\"", "\u{1f980}\n"), (" ", " ")] {
        let bound = seal(&binding(), owner(&alice), tool, id);
        assert_eq!(open(&binding(), owner(&alice), &bound), Some(Task { tool: tool.to_owned(), id }));
    }
    let long = seal(&binding(), owner(&alice), "export", &"7".repeat(MAX_IDENTIFIER));
    assert_eq!(open(&binding(), owner(&alice), &long), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn forged_truncated_and_swapped_identifiers_are_unknown(
        tool in "[a-c.]{0,4}", id in "[a-c.]{0,4}", tools in "[a-c.]{0,4}", ids in "[a-c.]{0,4}",
        forged in "[ -~]{0,80}", at in 0..200_usize, to in any::<char>(),
    ) {
        let (alice, bob) = (Principal::new("https://a", "alice"), Principal::new("https://a", "bob"));
        let elsewhere = Owner { place: "https://example.com/other", principal: &alice };
        let known = |text: &str| open(&binding(), owner(&alice), text).is_some();
        let ours = seal(&binding(), owner(&alice), &tool, &id);
        let others = seal(&binding(), owner(&alice), &tools, &ids);
        prop_assert!(known(&ours));
        prop_assert!(open(&binding(), owner(&bob), &ours).is_none());
        prop_assert!(open(&binding(), elsewhere, &ours).is_none());
        prop_assert!(open(&Binding::with_key(&[8; 32]), owner(&alice), &ours).is_none());
        prop_assert!(!known(&forged));
        let at = at % ours.len();
        prop_assert!(!known(&ours[..at]));
        let changed = format!("{}{to}{}", &ours[..at], &ours[at + 1..]);
        prop_assert_eq!(known(&changed), changed == ours, "{}", changed);
        // An identifier with the MAC of one task and the data of another task is unknown.
        let parts = |text: &str| {
            let (tool, rest) = text.split_once('.').unwrap();
            let (id, tag) = rest.rsplit_once('.').unwrap();
            [tool, id, tag].map(str::to_owned)
        };
        let ([tool, id, tag], [tools, ids, tags]) = (parts(&ours), parts(&others));
        for swapped in [[&tools, &id, &tag], [&tool, &ids, &tag], [&tool, &id, &tags]] {
            let swapped = swapped.map(String::as_str).join(".");
            prop_assert_eq!(known(&swapped), swapped == ours || swapped == others, "{}", swapped);
        }
    }
}
