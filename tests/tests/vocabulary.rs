//! Vocabularies made by the derive. Their implications are compared with a naive search.

use std::collections::BTreeSet;

use proptest::prelude::*;
use scopegate::{
    GrantedScopes, Policy, Scope, ScopeTable, StartupError, Vocabulary, VocabularyEntry, Wildcards,
    requires_scope, scope_table,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Vocabulary)]
enum FilesScope {
    /// See your files,
    /// and their names.
    ///
    /// This is for the programmer.
    #[scope("files:read", baseline)]
    Read,
    /// Change your files.
    #[scope("files:write", implies(Read))]
    Write,
    #[scope("files:admin", implies(Write, Read), unadvertised)]
    Admin,
}

const WRITE: Scope = FilesScope::Write.as_scope();

#[test]
fn a_vocabulary_is_data() {
    const READ: Scope = Scope::from_static("files:read");
    const ADMIN: Scope = Scope::from_static("files:admin");
    const ENTRIES: [VocabularyEntry; 3] = [
        VocabularyEntry::new(READ, "See your files, and their names.").baseline(),
        VocabularyEntry::new(WRITE, "Change your files.").implies(&[READ]),
        VocabularyEntry::new(ADMIN, "").implies(&[WRITE, READ]).unadvertised(),
    ];
    assert_eq!(FilesScope::ENTRIES, ENTRIES);
    assert_eq!(FilesScope::ALL, [FilesScope::Read, FilesScope::Write, FilesScope::Admin]);
    for (scope, entry) in FilesScope::ALL.iter().zip(ENTRIES) {
        assert_eq!(scope.entry(), entry);
        assert_eq!(scope.as_scope(), entry.scope());
        assert_eq!(scope.description(), entry.description());
        assert_eq!(scope.as_str(), entry.scope().as_str());
        assert_eq!(scope.to_string(), scope.as_str());
        assert_eq!(scope.as_str().parse(), Ok(*scope));
    }
    assert_eq!(format!("{:>12}|{:<12}|", FilesScope::Read, FilesScope::Write), "  files:read|files:write |");
}

#[test]
fn an_unknown_scope_brings_a_suggestion() {
    for (text, suggestion, message) in [
        ("files:raed", Some("files:read"), "unknown scope `files:raed`; did you mean `files:read`?"),
        ("FILES:WRITE", Some("files:write"), "unknown scope `FILES:WRITE`; did you mean `files:write`?"),
        ("mail:send", None, "unknown scope `mail:send`"),
        ("", None, "unknown scope ``"),
        ("a\nb", None, "unknown scope `a\\nb`"),
    ] {
        let unknown = text.parse::<FilesScope>().unwrap_err();
        assert_eq!(unknown.text(), text);
        assert_eq!(unknown.suggestion(), suggestion);
        assert_eq!(unknown.to_string(), message);
    }
}

#[requires_scope(FilesScope::Write)]
async fn by_variant() {}

#[requires_scope("files:share", any(FilesScope::Read, all(WRITE, "files:own"), FilesScope::Admin))]
async fn by_all_spellings() {}

#[test]
fn variants_stand_wherever_literals_do() {
    let table = scope_table![by_variant, by_all_spellings];
    let expected = "\
-  vocabulary::by_variant        files:write
-  vocabulary::by_all_spellings  files:share files:read | files:share files:write files:own | files:share files:admin
";
    assert_eq!(table.to_string(), expected);
}

#[test]
fn implication_changes_nothing_that_is_asked_for() {
    let table = scope_table![by_variant];
    assert_eq!(Policy::new().asks_for(table.entries()[0].requirement()), [WRITE]);
}

/// Variants that a `#[cfg]` removes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vocabulary)]
enum Configured {
    #[cfg(not(test))]
    #[scope("left:out")]
    LeftOut(DoesNotExist),
    #[cfg(test)]
    #[scope("kept")]
    Kept,
    #[cfg_attr(not(test), scope("chosen", implies(LeftOut)))]
    #[cfg_attr(test, scope("chosen", implies(Kept)), doc = "Chosen.")]
    Chosen,
    // The text may be used again.
    #[scope("left:out")]
    Instead,
}

#[test]
fn a_variant_that_is_left_out_is_nowhere() {
    assert_eq!(Configured::ALL, [Configured::Kept, Configured::Chosen, Configured::Instead]);
    assert_eq!(Configured::ENTRIES.len(), 3);
    assert_eq!(Configured::Chosen.entry().implied(), [Configured::Kept.as_scope()]);
    assert_eq!(Configured::Chosen.description(), "Chosen.");
    assert_eq!("left:out".parse(), Ok(Configured::Instead));
}

const fn scope(text: &'static str) -> Scope {
    Scope::from_static(text)
}

/// Returns a policy without problems.
#[track_caller]
fn valid(policy: Policy) -> Policy {
    assert_eq!(policy.check(&ScopeTable::default()), Ok(()));
    policy
}

/// Returns the problems of a policy with these implications.
fn check_relations<I: IntoIterator<Item = Scope>>(
    relations: impl IntoIterator<Item = (Scope, I)>,
) -> Result<(), StartupError> {
    Policy::new().implies(relations).check(&ScopeTable::default())
}

#[track_caller]
fn check(policy: &Policy, granted: &str, scope: &str, expected: bool) {
    let covered = policy.covers(&GrantedScopes::parse(granted), scope);
    assert_eq!(covered, expected, "`{scope}` by `{granted}`, {policy:?}");
}

#[test]
fn implication_is_transitive() {
    let policy = valid(Policy::new().vocabulary::<FilesScope>());
    check(&policy, "files:read", "files:read", true);
    check(&policy, "files:write", "files:read", true);
    check(&policy, "files:admin", "files:read", true);
    check(&policy, "other files:admin", "files:write", true);
    check(&policy, "files:read", "files:write", false);
    check(&policy, "files:write", "files:admin", false);
    check(&policy, "FILES:ADMIN files:admin:x files", "files:read", false);
    check(&policy, "", "files:read", false);
    // A text that no vocabulary names, such as an instance of a template.
    check(&policy, "tenant:acme:read", "tenant:acme:read", true);
    check(&policy, "files:admin", "tenant:acme:read", false);
}

#[test]
fn vocabularies_join() {
    let policy = valid(Policy::new().vocabulary::<FilesScope>().vocabulary::<Configured>());
    check(&policy, "chosen", "kept", true);
    check(&policy, "files:write", "files:read", true);
    check(&policy, "files:admin", "kept", false);
}

#[test]
fn nothing_implies_anything_by_default() {
    check(&Policy::new(), "files:write", "files:write", true);
    check(&Policy::new(), "files:write * files:*", "files:read", false);
}

#[test]
fn wildcards_stand_for_what_goes_on() {
    use Wildcards::{Off, Prefixed, PrefixedAndBare};

    for (granted, scope, off, prefixed, bare) in [
        ("files:*", "files:read", false, true, true),
        ("files:*", "files:a:b", false, true, true),
        ("files:*", "files:*", true, true, true),
        ("files:*", "files:a:*", false, true, true),
        ("files:*", "files", false, false, false),
        ("files:*", "files:", false, false, false),
        ("files:*", "filesx:read", false, false, false),
        ("files:*", "FILES:read", false, false, false),
        ("files:a:*", "files:*", false, false, false),
        ("files:a:*", "files:b:c", false, false, false),
        ("files.*", "files.read", false, false, false),
        ("files.*", "files:read", false, false, false),
        ("https://api.example.com/*", "https://api.example.com/files", false, true, true),
        ("files*", "files:read", false, false, false),
        ("*:read", "files:read", false, false, false),
        ("files:*:read", "files:a:read", false, false, false),
        ("files:**", "files:read", false, false, false),
        ("*", "files:read", false, false, true),
        ("*", "*", true, true, true),
        ("**", "files:read", false, false, false),
        ("other files:* more", "files:read", false, true, true),
    ] {
        for (wildcards, expected) in [(Off, off), (Prefixed, prefixed), (PrefixedAndBare, bare)] {
            check(&Policy::new().wildcards(wildcards), granted, scope, expected);
        }
    }
}

#[test]
fn wildcards_and_implication_work_together() {
    let entries = [
        (scope("admin"), vec![scope("tenant:*"), scope("mail:send")]),
        (scope("files:write"), vec![scope("files:read"), scope("index:read")]),
    ];
    let literal = valid(Policy::new().implies(entries));
    let wild = literal.clone().wildcards(Wildcards::Prefixed);
    // A wildcard also covers what its covered scopes imply.
    check(&wild, "files:*", "index:read", true);
    check(&literal, "files:*", "index:read", false);
    // A scope that implies a wildcard implies everything that the wildcard covers.
    check(&wild, "admin", "tenant:acme:read", true);
    check(&wild, "admin", "tenants", false);
    check(&literal, "admin", "tenant:acme:read", false);
    check(&literal, "admin", "tenant:*", true);
    // The reverse does not hold.
    check(&wild, "tenant:*", "mail:send", false);
    check(&wild, "index:*", "files:read", false);
    // Wildcards are off again.
    check(&wild.wildcards(Wildcards::Off), "admin", "tenant:acme:read", false);
}

#[test]
fn a_wildcard_may_stand_for_what_implies_it() {
    let relations = [(scope("files:admin"), [scope("files:*")]), (scope("files:*"), [scope("mail")])];
    let policy = valid(Policy::new().implies(relations).wildcards(Wildcards::Prefixed));
    check(&policy, "files:admin", "files:read", true);
    check(&policy, "files:admin", "mail", true);
    check(&policy, "files:*", "files:admin", true);
    check(&policy, "files:read", "files:admin", false);
}

#[test]
fn every_problem_is_said() {
    let [a, b, c, d] = ["a", "b", "c", "d"].map(scope);
    for (entries, expected) in [
        (vec![(a, vec![])], vec![]),
        (vec![(a, vec![b, c]), (b, vec![c])], vec![]),
        (vec![(a, vec![a])], vec!["`a` implies itself; leave it out"]),
        (vec![(a, vec![b]), (b, vec![a])], vec!["`a` implies `b` implies `a`; leave one of these out"]),
        (vec![(a, vec![b]), (a, vec![c])], vec!["`a` is declared twice; give it one entry"]),
        (vec![(a, vec![b, b])], vec!["`a` implies `b` twice; write it once"]),
        (
            vec![(a, vec![b, b, b]), (b, vec![c]), (c, vec![d, b]), (d, vec![d]), (d, vec![]), (d, vec![])],
            vec![
                "`d` is declared twice; give it one entry",
                "`a` implies `b` twice; write it once",
                "`d` implies itself; leave it out",
                "`b` implies `c` implies `b`; leave one of these out",
            ],
        ),
    ] {
        let problems = match check_relations(entries.clone()) {
            Ok(()) => Vec::new(),
            Err(invalid) => invalid.problems().to_vec(),
        };
        assert_eq!(problems, expected, "{entries:?}");
    }
    let invalid = check_relations([(a, [b, b]), (b, [a, c])]).unwrap_err();
    let expected = "\
the server cannot start:
- `a` implies `b` twice; write it once
- `a` implies `b` implies `a`; leave one of these out";
    assert_eq!(invalid.to_string(), expected);
}

/// Makes scopes, whose texts live as long as the program.
fn numbered(count: usize) -> Vec<Scope> {
    (0..count).map(|at| Scope::from_static(format!("area{}:action{at}", at % 50).leak())).collect()
}

#[test]
fn thousands_of_scopes_are_judged() {
    const COUNT: usize = 3000;
    let scopes = numbered(COUNT);
    let chain = Policy::new().implies(scopes.windows(2).map(|pair| (pair[0], [pair[1]])));
    let chain = valid(chain.wildcards(Wildcards::Prefixed));
    check(&chain, scopes[0].as_str(), scopes[COUNT - 1].as_str(), true);
    check(&chain, scopes[COUNT - 1].as_str(), scopes[0].as_str(), false);
    check(&chain, "area0:*", scopes[COUNT - 1].as_str(), true);

    let star = valid(Policy::new().implies([(scope("admin"), scopes.clone())]));
    for at in [0, 1, COUNT / 2, COUNT - 1] {
        check(&star, "admin", scopes[at].as_str(), true);
        check(&star, scopes[0].as_str(), scopes[at].as_str(), at == 0);
    }

    let ring = scopes.iter().zip(scopes.iter().cycle().skip(1)).map(|(from, to)| (*from, [*to]));
    let invalid = check_relations(ring).unwrap_err();
    assert_eq!(invalid.problems().len(), 1);
    assert_eq!(invalid.problems()[0].matches(" implies ").count(), COUNT);
}

const POOL: [Scope; 12] = [
    scope("a"),
    scope("b"),
    scope("f"),
    scope("f:a"),
    scope("f:b"),
    scope("f:a:x"),
    scope("f:*"),
    scope("f:a:*"),
    scope("*"),
    scope("fx:a"),
    scope("g.*"),
    scope("g/*"),
];

/// Texts that no relation names.
const INSTANCES: [&str; 5] = ["f:c", "f:a:y", "g.b", "c", "f:"];

type Entries = Vec<(Scope, Vec<Scope>)>;

/// A random relation without cycles. Each of the shuffled scopes implies some later ones.
fn acyclic() -> impl Strategy<Value = Entries> {
    let edges = prop::collection::vec(prop::collection::vec(prop::bool::weighted(0.2), 12), 12);
    (Just(POOL.to_vec()).prop_shuffle(), edges).prop_map(|(scopes, edges)| {
        let implied = |at: usize| {
            let later = scopes.iter().zip(&edges[at]).skip(at + 1);
            later.filter(|(_, is_implied)| **is_implied).map(|(scope, _)| *scope).collect()
        };
        scopes.iter().enumerate().map(|(at, scope)| (*scope, implied(at))).collect()
    })
}

fn wildcards() -> impl Strategy<Value = Wildcards> {
    prop::sample::select(vec![Wildcards::Off, Wildcards::Prefixed, Wildcards::PrefixedAndBare])
}

fn texts() -> impl Strategy<Value = &'static str> {
    let known = POOL.iter().map(|scope| scope.as_str());
    prop::sample::select(known.chain(INSTANCES).collect::<Vec<_>>())
}

/// Searches from each granted scope, one implication or wildcard at a time.
fn reaches(entries: &Entries, wildcards: Wildcards, granted: &[&str], target: &str) -> bool {
    let named = entries.iter().flat_map(|(scope, implied)| implied.iter().chain([scope]));
    let all: BTreeSet<&str> = named.map(|scope| scope.as_str()).chain([target]).collect();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut open = granted.to_vec();
    while let Some(scope) = open.pop() {
        if !found.insert(scope) {
            continue;
        }
        let own = entries.iter().filter(|(from, _)| from.as_str() == scope);
        open.extend(own.flat_map(|(_, implied)| implied.iter().map(|implied| implied.as_str())));
        open.extend(all.iter().filter(|other| stands_for(wildcards, scope, other)));
    }
    found.contains(target)
}

fn stands_for(wildcards: Wildcards, wildcard: &str, scope: &str) -> bool {
    let (before, last) = wildcard.split_at(wildcard.len() - 1);
    let is_wildcard = last == "*"
        && match before.chars().last() {
            None => wildcards == Wildcards::PrefixedAndBare,
            Some(separator) => wildcards != Wildcards::Off && ":/".contains(separator),
        };
    is_wildcard && scope != before && scope.get(..before.len()) == Some(before)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2048) })]

    #[test]
    fn covers_agrees_with_a_search(
        entries in acyclic(),
        wildcards in wildcards(),
        granted in prop::collection::vec(texts(), 0..4),
        target in texts(),
    ) {
        let policy = valid(Policy::new().implies(entries.clone()).wildcards(wildcards));
        let scopes: GrantedScopes = granted.iter().copied().collect();
        prop_assert_eq!(policy.covers(&scopes, target), reaches(&entries, wildcards, &granted, target));
    }

    #[test]
    fn exactly_the_cyclic_are_refused(edges in prop::collection::btree_set((0..6_usize, 0..6_usize), 0..12)) {
        let implied = |from: usize| edges.iter().filter(move |edge| edge.0 == from).map(|edge| POOL[edge.1]);
        let entries: Entries = (0..6).map(|from| (POOL[from], implied(from).collect())).collect();
        let returns = |from: usize| {
            let next: Vec<&str> = implied(from).map(Scope::as_str).collect();
            reaches(&entries, Wildcards::Off, &next, POOL[from].as_str())
        };
        prop_assert_eq!(check_relations(entries.clone()).is_err(), (0..6).any(returns));
    }
}
