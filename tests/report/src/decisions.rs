//! The results of [`Policy::permits`] for random tokens, which the page must reproduce.

use std::collections::{BTreeMap, BTreeSet};

use scopegate::{Gate, GrantedScopes, Policy, Requirement, ScopeTable};
use serde::Serialize;

/// The parameter values. The last one is in no token.
const VALUES: [&str; 4] = ["acme", "x", "a-b", "nobody"];

/// A program's decisions for some tokens.
#[derive(Debug, Serialize)]
pub struct Decisions {
    values: [&'static str; VALUES.len()],
    /// The parameters of each row's templates, by the row's id.
    rows: BTreeMap<String, Vec<String>>,
    tokens: Vec<Token>,
}

#[derive(Debug, Serialize)]
struct Token {
    granted: Vec<String>,
    /// The rows that can be called. For each row, the values of its parameters, in order.
    callable: BTreeMap<String, Vec<Vec<&'static str>>>,
}

/// Decides about random tokens. The same seed gives the same tokens.
///
/// # Errors
///
/// If a template makes an invalid scope.
pub fn decisions(gate: &Gate, table: &ScopeTable, seed: u64, count: usize) -> anyhow::Result<Decisions> {
    let rows: Vec<Row> = table
        .entries()
        .iter()
        .map(|entry| Row::new(entry.id(), entry.requirement()))
        .collect::<anyhow::Result<_>>()?;
    let mut random = fastrand::Rng::with_seed(seed);
    let scopes = scopes(gate.policy(), table);
    let mut tokens = Vec::new();
    for at in 0..count {
        // The first token has no scopes. Most have the floor, because a token without it can call little.
        let mut granted: BTreeSet<String> =
            (0..random.usize(..=at.min(7))).map(|_| granted(&mut random, &scopes)).collect();
        if at > 0 && random.u8(..4) > 0 {
            granted.extend(gate.policy().floor_scopes().iter().map(ToString::to_string));
        }
        let all: GrantedScopes = granted.iter().map(String::as_str).collect();
        let callable = rows.iter().filter_map(|row| {
            let values = row.values(gate.policy(), &all);
            (!values.is_empty()).then(|| (row.id.clone(), values))
        });
        tokens.push(Token { callable: callable.collect(), granted: granted.into_iter().collect() });
    }
    let rows = rows.into_iter().map(|row| (row.id, row.parameters)).collect();
    Ok(Decisions { values: VALUES, rows, tokens })
}

/// A row with its requirement for each combination of values, without the required login.
struct Row {
    id: String,
    parameters: Vec<String>,
    requirements: Vec<(Vec<&'static str>, Requirement)>,
}

impl Row {
    fn new(id: String, requirement: &Requirement) -> anyhow::Result<Self> {
        let alternatives: Vec<String> =
            requirement.alternatives().into_iter().map(|scopes| scopes.join(" ")).collect();
        let text = match alternatives[..] {
            _ if requirement.is_public() => "public".to_owned(),
            [] => "authenticated".to_owned(),
            _ => alternatives.join(" | "),
        };
        let parameters: BTreeSet<&str> =
            text.split('{').skip(1).filter_map(|piece| Some(piece.split_once('}')?.0)).collect();
        let parameters: Vec<String> = parameters.into_iter().map(str::to_owned).collect();
        let mut combinations: Vec<Vec<&str>> = vec![Vec::new()];
        for _ in &parameters {
            let longer = |values: Vec<_>| VALUES.map(|value| [&values[..], &[value]].concat());
            combinations = combinations.into_iter().flat_map(longer).collect();
        }
        let filled = |values: Vec<&'static str>| {
            let put = |text: String, (parameter, value): (&String, &&str)| {
                text.replace(&format!("{{{parameter}}}"), value)
            };
            let text = parameters.iter().zip(&values).fold(text.clone(), put);
            Ok((values, text.parse()?))
        };
        let requirements = combinations.into_iter().map(filled).collect::<anyhow::Result<_>>()?;
        Ok(Self { id, parameters, requirements })
    }

    fn values(&self, policy: &Policy, granted: &GrantedScopes) -> Vec<Vec<&'static str>> {
        let met = self.requirements.iter().filter(|(_, requirement)| policy.permits(granted, requirement));
        met.map(|(values, _)| values.clone()).collect()
    }
}

/// Lists likely scopes of a token: the scopes of rows, floor and implications, and the templates of rows.
fn scopes(policy: &Policy, table: &ScopeTable) -> Vec<String> {
    let named = table.entries().iter().flat_map(|entry| entry.requirement().alternatives()).flatten();
    let floor = policy.floor_scopes().iter().map(scopegate::ScopeToken::as_str);
    let others = ["root", "support", "area-2:admin-of-tenants", "area-1:*", "tenant:acme:*"];
    let scopes: BTreeSet<&str> = named.chain(floor).chain(others).collect();
    scopes.into_iter().map(str::to_owned).collect()
}

/// Picks a scope, fills in a template, and sometimes makes a wildcard of the scope.
fn granted(random: &mut fastrand::Rng, scopes: &[String]) -> String {
    /// Scopes that resemble known scopes, or names with a meaning in JavaScript.
    const ODD: [&str; 12] = [
        "*",
        ":*",
        "/*",
        "**",
        "area-1*",
        "area-1:re*",
        "area-1:",
        "tenant::member",
        "constructor",
        "__proto__",
        "tenant:.:member",
        "AREA-1:READ",
    ];
    if random.u8(..12) == 0 {
        return ODD[random.usize(..ODD.len())].to_owned();
    }
    let mut scope = scopes[random.usize(..scopes.len())].clone();
    for parameter in ["{tenant}", "{group}"] {
        // All values but the last, which no token has.
        scope = scope.replace(parameter, VALUES[random.usize(..VALUES.len() - 1)]);
    }
    let separators: Vec<usize> = scope.match_indices([':', '/']).map(|(at, _)| at).collect();
    if !separators.is_empty() && random.u8(..6) == 0 {
        scope.truncate(separators[random.usize(..separators.len())] + 1);
        scope.push('*');
    }
    scope
}
