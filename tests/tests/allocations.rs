//! Judging allocates nothing, whatever is granted and however much is known.

use allocation_counter::measure;
use scopegate::{Demand, GrantedScopes, Hierarchy, Requirement, Scope, Wildcards, requirement};

const ADMIN: Scope = Scope::from_static("admin");
const WRITE: Scope = Scope::from_static("files:write");
const READ: Scope = Scope::from_static("files:read");
const ANY_TENANT: Scope = Scope::from_static("tenant:*");

#[track_caller]
fn check(hierarchy: &Hierarchy, granted: &str, scope: &str, expected: bool) {
    let granted = GrantedScopes::parse(granted);
    let mut covered = None;
    let allocations = measure(|| covered = Some(hierarchy.covers(&granted, scope)));
    assert_eq!(covered, Some(expected), "{scope} by {granted:?}");
    assert_eq!(allocations.count_total, 0, "{scope} by {granted:?}");
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(GrantedScopes::parse(""))).count_total, 0);
    assert!(measure(|| drop(GrantedScopes::parse("a"))).count_total > 0);
}

#[test]
fn judging_allocates_nothing() {
    let none = Hierarchy::default();
    check(&none, "files:write", "files:write", true);
    check(&none, "files:write", "files:read", false);

    let literal = Hierarchy::new([(WRITE, vec![READ]), (ADMIN, vec![WRITE, ANY_TENANT])]).unwrap();
    check(&literal, "admin", "files:read", true);
    check(&literal, "files:read", "files:write", false);
    check(&literal, "admin", "tenant:acme:read", false);

    let wild = literal.wildcards(Wildcards::PrefixedAndBare);
    check(&wild, "admin", "files:read", true);
    check(&wild, "admin", "tenant:acme:read", true);
    check(&wild, "files:*", "files:read", true);
    check(&wild, "*", "anything", true);
    check(&wild, "tenant:acme:* other:* files", "tenant:globex:read", false);
    check(&wild, "", "files:read", false);
}

#[test]
fn judging_a_whole_demand_allocates_nothing() {
    const REQUIREMENT: Requirement = requirement!("api", any(all("files:read", "files:write"), "admin"));
    let hierarchy = Hierarchy::new([(WRITE, vec![READ]), (ADMIN, vec![WRITE])]).unwrap();
    let floor = [READ];
    for (granted, expected) in [
        ("api files:write", true),
        ("api admin", true),
        ("api files:read", false),
        ("admin", false),
        ("", false),
    ] {
        let granted = GrantedScopes::parse(granted);
        let mut met = None;
        let allocations = measure(|| {
            met = Some(Demand::new(&floor, REQUIREMENT).with_hierarchy(&hierarchy).is_met_by(&granted));
        });
        assert_eq!((met, allocations.count_total), (Some(expected), 0), "{granted:?}");
    }
}
