//! The lock calls a random change of policy and routes weaker exactly if a naive implementation finds a newly admitted token.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use scopegate::{
    __private::{Need, Row, Scope},
    GrantedScopes, Policy, Requirement, ScopeTable, ScopeToken, Wildcards,
    export::{Direction, Lock},
};

/// All scopes of programs and tokens, including every wildcard that covers one of them.
const SCOPES: [&str; 6] = ["d", "a:*", "e", "a:b", "*", "a:c"];

type Set = BTreeSet<&'static str>;

/// One version of a program.
#[derive(Clone, Debug, Default)]
struct Program {
    floor: Set,
    /// Pairs in which the first scope implies the second.
    implied: BTreeSet<(&'static str, &'static str)>,
    wildcards: Wildcards,
    /// Handlers by name. `*` is the row for all handlers without their own row.
    rows: BTreeMap<&'static str, Operation>,
}

#[derive(Clone, Debug)]
struct Operation {
    is_public: bool,
    /// Alternatives. An empty alternative means that any token suffices.
    needs: Vec<Set>,
    also: Set,
}

/// Every set of scopes that a token can grant.
fn tokens() -> impl Iterator<Item = Set> {
    (0..1 << SCOPES.len()).map(|set: usize| {
        SCOPES.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, scope)| *scope).collect()
    })
}

/// All scopes of a caller's token, if there is a token.
type Caller = Option<Set>;

impl Program {
    /// Returns everything that a granted scope covers, directly and indirectly.
    fn all_of(&self, granted: &'static str) -> Set {
        let mut all = Set::from([granted]);
        loop {
            let stands_for = |one: &str, other: &str| {
                let by_prefix = one == "a:*" && ["a:b", "a:c"].contains(&other);
                self.implied.iter().any(|pair| *pair == (one, other))
                    || self.wildcards != Wildcards::Off && by_prefix
                    || self.wildcards == Wildcards::PrefixedAndBare && one == "*"
            };
            let more: Set =
                SCOPES.into_iter().filter(|other| all.iter().any(|one| stands_for(one, other))).collect();
            if more.is_subset(&all) {
                return all;
            }
            all.extend(more);
        }
    }

    /// Lists the scopes of all callers, in the same order for every program.
    fn callers(&self) -> Vec<Caller> {
        let alone = SCOPES.map(|scope| (scope, self.all_of(scope)));
        let all = |granted: &Set| {
            alone
                .iter()
                .filter(|(scope, _)| granted.contains(scope))
                .flat_map(|(_, all)| all)
                .copied()
                .collect()
        };
        tokens().map(|granted| Some(all(&granted))).chain([None]).collect()
    }

    /// Tells whether an operation admits a caller, if its handler demands `demanded`.
    fn admits(&self, caller: &Caller, operation: &Operation, demanded: Option<&str>) -> bool {
        let Some(all) = caller else { return operation.is_public && demanded.is_none() };
        let needs = operation.needs.iter().any(|needed| needed.is_subset(all));
        let met = operation.is_public || needs && self.floor.is_subset(all);
        met && demanded.is_none_or(|scope| all.contains(scope))
    }

    /// Returns the row of a name, or the row for all names without their own row.
    fn row(&self, name: &str) -> Option<&Operation> {
        self.rows.get(name).or_else(|| self.rows.get("*"))
    }

    fn policy(&self) -> Policy {
        let token = |scope: &&str| ScopeToken::new(scope).unwrap();
        let mut implied: BTreeMap<ScopeToken, Vec<ScopeToken>> = BTreeMap::new();
        for (scope, child) in &self.implied {
            implied.entry(token(scope)).or_default().push(token(child));
        }
        Policy::new().floor(self.floor.iter().map(token)).implies(implied).wildcards(self.wildcards)
    }

    fn table(&self) -> ScopeTable {
        let entry = |(name, operation): (&&'static str, &Operation)| {
            let row = Row::new(operation.requirement(), name, file!(), line!());
            scopegate::__private::entry(row.with(needs(&operation.also), &[]))
        };
        self.rows.iter().map(entry).collect()
    }

    /// Returns the lock as parsed from its text.
    fn lock(&self) -> Lock {
        let lock = Lock::of(&self.policy(), &self.table());
        let read: Lock = lock.to_string().parse().unwrap();
        assert_eq!(read, lock);
        read
    }
}

impl Operation {
    fn requirement(&self) -> Requirement {
        if self.is_public {
            return Requirement::PUBLIC;
        }
        if self.needs.iter().any(BTreeSet::is_empty) {
            return Requirement::AUTHENTICATED;
        }
        scopegate::__private::requirement(self.needs.iter().map(needs).collect::<Vec<_>>().leak())
    }
}

fn needs(scopes: &Set) -> &'static [Need] {
    scopes.iter().map(|scope| Need::Scope(Scope::from_static(scope))).collect::<Vec<_>>().leak()
}

/// Tells whether `new` admits a caller that `old` refused.
fn opens(old: &Program, new: &Program) -> bool {
    let floor = Operation { is_public: false, needs: vec![Set::new()], also: Set::new() };
    let callers: Vec<(Caller, Caller)> = old.callers().into_iter().zip(new.callers()).collect();
    let gets_in =
        |before: &Operation, now: &Operation, before_demands: Option<&str>, now_demands: Option<&str>| {
            callers.iter().any(|(caller_before, caller_now)| {
                new.admits(caller_now, now, now_demands) && !old.admits(caller_before, before, before_demands)
            })
        };
    let names: Set = old.rows.keys().chain(new.rows.keys()).copied().collect();
    gets_in(&floor, &floor, None, None)
        || names.into_iter().any(|name| match (old.row(name), new.row(name)) {
            (Some(before), Some(now)) => {
                let has_own_rows = old.rows.contains_key(name) && new.rows.contains_key(name);
                let also = before.also.union(&now.also).filter(|_| has_own_rows);
                let by_demand = |scope: &&'static str| {
                    let demanded = |operation: &Operation| operation.also.contains(scope).then_some(*scope);
                    gets_in(before, now, demanded(before), demanded(now))
                };
                gets_in(before, now, None, None) || also.into_iter().any(by_demand)
            }
            // A new protected operation opens nothing that existed before.
            (None, Some(now)) => now.is_public || name == "*",
            (_, None) => false,
        })
}

fn some(most: usize) -> impl Strategy<Value = Set> {
    prop::sample::subsequence(SCOPES.to_vec(), 0..=most).prop_map(|scopes| scopes.into_iter().collect())
}

fn operation() -> impl Strategy<Value = Operation> {
    let needs = prop_oneof![
        1 => Just(vec![Set::new()]),
        9 => prop::collection::vec(some(3).prop_filter("not empty", |needs| !needs.is_empty()), 1..4),
    ];
    let is_public = prop::bool::weighted(0.1);
    (is_public, needs, some(1)).prop_map(|(is_public, needs, also)| Operation { is_public, needs, also })
}

prop_compose! {
    fn program()(
        floor in some(2),
        pairs in prop::sample::subsequence((0..15).collect::<Vec<usize>>(), 0..=3),
        is_reversed: bool,
        wildcards in prop::sample::select(vec![Wildcards::Off, Wildcards::Prefixed, Wildcards::PrefixedAndBare]),
        rows in prop::collection::btree_map(prop::sample::select(vec!["one", "two", "*"]), operation(), 0..4),
    ) -> Program {
        // Each pair has one order, so that implications form no cycle within a version.
        let all = (0..SCOPES.len()).flat_map(|to| (0..to).map(move |from| (SCOPES[from], SCOPES[to])));
        let all: Vec<_> = all.map(|(from, to)| if is_reversed { (to, from) } else { (from, to) }).collect();
        Program { floor, implied: pairs.into_iter().map(|at| all[at]).collect(), wildcards, rows }
    }
}

prop_compose! {
    /// A program, and another version of it that shares most of it.
    fn versions()(old in program(), mut new in program(), kept in prop::collection::vec(prop::bool::weighted(0.6), 6)) -> (Program, Program) {
        if kept[0] { new.floor.clone_from(&old.floor); }
        if kept[1] { new.implied.clone_from(&old.implied); }
        if kept[2] { new.wildcards = old.wildcards; }
        for (name, kept) in ["one", "two", "*"].into_iter().zip(&kept[3..]) {
            if *kept {
                new.rows.remove(name);
                new.rows.extend(old.rows.get(name).map(|row| (name, row.clone())));
            }
        }
        (old, new)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn weaker_is_what_lets_a_token_in((old, new) in versions()) {
        let changes = new.lock().changes_since(&old.lock());
        let seen = changes.iter().any(|change| change.direction().opens());
        prop_assert_eq!(seen, opens(&old, &new), "{:#?}", changes);
        let is_stricter = |direction: Direction| matches!(direction, Direction::Stricter | Direction::Changed);
        // The reverse change is the opposite, except for new and removed rows.
        if old.rows.keys().eq(new.rows.keys()) {
            let seen = changes.iter().any(|change| is_stricter(change.direction()));
            prop_assert_eq!(seen, opens(&new, &old), "{:#?}", changes);
        }
    }

    #[test]
    fn the_naive_reading_is_what_a_gate_decides(program in program()) {
        let policy = program.policy();
        policy.check(&program.table()).unwrap();
        for operation in program.rows.values() {
            for (scopes, caller) in tokens().zip(program.callers()) {
                let granted: GrantedScopes = scopes.into_iter().collect();
                let is_permitted = policy.permits(&granted, &operation.requirement());
                prop_assert_eq!(is_permitted, program.admits(&caller, operation, None));
            }
        }
    }
}
