//! Finds out which scopes and templates a token has.
//!
//! The values of a template's parameters come from a request, but the doctor has only a token. This module therefore
//! tries the values that occur in the scopes of the token and of the policy, and one value that occurs in none of these
//! scopes.

use std::{collections::BTreeSet, iter};

use scopegate_grammar::{MAX_VALUE, unescape};

use crate::{
    export::instance::{fill, values},
    policy::Policy,
    scope::{Filled, GrantedScopes, NeedRef, Parameters, Text, Unfilled, Values},
};

/// The scopes of a token, and the parameter values to try in templates.
pub(super) struct Held<'a> {
    granted: &'a GrantedScopes,
    pub(super) policy: &'a Policy,
    /// The scopes that the token grants, and the scopes that the policy's implications name.
    names: BTreeSet<String>,
    /// A value that does not occur in any scope of `names`. This value stands for all values that do not occur in
    /// `names`.
    other: String,
}

impl<'a> Held<'a> {
    pub(super) fn of(granted: &'a GrantedScopes, policy: &'a Policy) -> Self {
        let implications = policy.implications();
        let implications = implications.flat_map(|(scope, implied)| iter::once(scope).chain(implied));
        let mut names: BTreeSet<String> = implications.map(|scope| scope.to_string()).collect();
        names.extend(granted.iter().map(str::to_owned));
        let mut other = "x".to_owned();
        // A value longer than `MAX_VALUE` is not legal, so no scope of the token fits a template with this value.
        while other.len() <= MAX_VALUE && names.iter().any(|name| name.contains(&other)) {
            other.push('x');
        }
        Self { granted, policy, names, other }
    }

    /// Tells whether the token has `scope`, or a scope that covers `scope`.
    pub(super) fn covers(&self, scope: &str) -> bool {
        self.policy.covers(self.granted, scope)
    }

    /// Tells whether the token has `need`. If `need` is a template, the token must have the filled-in scope for every
    /// value of the parameters.
    pub(super) fn has(&self, need: NeedRef<'_>) -> bool {
        self.has_with(need, &Values::new())
    }

    /// Fills in templates with `other`, which stands for every value that does not occur in `names`.
    pub(super) fn filled(&self, templates: impl Iterator<Item = Text>) -> Filled {
        Filled::of(templates, &Tried { values: &Values::new(), other: &self.other })
    }

    /// Tells whether there are parameter values for which the token has all `needs`. Each template is filled in with
    /// these values, so a parameter has the same value in all templates.
    pub(super) fn can_have(&self, needs: &[NeedRef<'_>]) -> bool {
        self.can_have_with(needs, &Values::new())
    }

    /// Lists the needs that the token does not meet. The function goes through the needs in order. The function
    /// collects a need if `can_have` is true for this need together with all needs collected so far. The function
    /// returns the needs that it did not collect.
    pub(super) fn lacking<'n>(&self, needs: impl Iterator<Item = NeedRef<'n>>) -> Vec<NeedRef<'n>> {
        let (mut had, mut lacking) = (Vec::new(), Vec::new());
        for need in needs {
            had.push(need);
            if !self.can_have(&had) {
                lacking.extend(had.pop());
            }
        }
        lacking
    }

    /// Returns the scopes that the token has and that fit `template`.
    pub(super) fn instances(&self, template: NeedRef<'_>) -> BTreeSet<String> {
        let fitting = self.values_for(template).into_iter();
        let fitting = fitting.filter(|values| self.has_with(template, values));
        let filled = fitting.map(|values| fill(&template.as_str().into(), &values).into_owned());
        filled.map(|text| unescape(&text).unwrap_or(text)).collect()
    }

    fn has_with(&self, need: NeedRef<'_>, values: &Values<'_>) -> bool {
        let Some(template) = need.template() else { return self.covers(need.as_str()) };
        let filled = Filled::of(iter::once(template), &Tried { values, other: &self.other });
        filled.get(need.as_str()).is_ok_and(|scope| self.covers(scope.as_str()))
    }

    /// Does the same as `can_have`, but the parameter values in `chosen` are fixed.
    fn can_have_with(&self, needs: &[NeedRef<'_>], chosen: &Values<'_>) -> bool {
        let lacking = needs.iter().filter(|need| !self.has_with(**need, chosen));
        // The need with the fewest choices is tried first. If no value meets one of the needs, the search ends at once,
        // and does not combine the values of the other needs.
        let fewest = lacking.map(|need| self.choices(*need, chosen)).min_by_key(Vec::len);
        fewest.is_none_or(|choices| choices.iter().any(|chosen| self.can_have_with(needs, chosen)))
    }

    /// Tries each set of values that `values_for` returns for `need`, together with the values in `chosen`. Leaves out
    /// a set if the set and `chosen` have different values for the same parameter. Returns each combination of values
    /// for which the token has `need`.
    fn choices<'n>(&'n self, need: NeedRef<'n>, chosen: &Values<'n>) -> Vec<Values<'n>> {
        let tried = self.values_for(need).into_iter().filter_map(|values| joined(chosen, &values));
        tried.filter(|chosen| self.has_with(need, chosen)).collect()
    }

    /// Returns the values to try for a template.
    fn values_for<'n>(&'n self, need: NeedRef<'n>) -> BTreeSet<Values<'n>> {
        let template = need.is_template().then(|| need.as_str());
        values(template.into_iter(), || self.names.iter().map(String::as_str))
    }
}

/// Joins two sets of values. Returns `None` if the two sets have different values for the same parameter.
fn joined<'v>(one: &Values<'v>, other: &Values<'v>) -> Option<Values<'v>> {
    let agrees = |(name, value): (&&str, &&str)| one.get(*name).is_none_or(|chosen| chosen == value);
    other.iter().all(agrees).then(|| one.iter().chain(other).map(|(name, value)| (*name, *value)).collect())
}

/// Values for the parameters of a template. A parameter that is not in `values` has the value `other`.
struct Tried<'a> {
    values: &'a Values<'a>,
    other: &'a str,
}

impl Parameters for Tried<'_> {
    fn value_of(&self, name: &str) -> Result<&str, Unfilled> {
        Ok(self.values.get(name).copied().unwrap_or(self.other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Requirement, Scope, Token, Wildcards, policy::Demand, scope::Row};

    /// The values of `x` and `y` in requests. No scope in `SCOPES` names the value `z`, so `z` stands for every value
    /// that these scopes do not name.
    const VALUES: [&str; 3] = ["a", "b", "z"];

    const REQUIREMENTS: [&str; 7] = [
        "t:{x}:r",
        "t:{x}:r plain",
        "t:{x}:r t:{x}:w",
        "t:{x}:r t:{y}:w",
        "t:{x}:r u:{x}/{y}",
        "t:{y}:r u:{x}/{y} t:{x}:w",
        "t:{x}:r t:{x}:w | u:{x}/{y} plain",
    ];

    const SCOPES: [&str; 9] =
        ["t:a:r", "t:b:r", "t:a:w", "u:a/b", "u:b/*", "t:a:*", "t:*", "support", "plain"];

    fn policies() -> [Policy; 3] {
        let [a, b, plain] = ["t:b:w", "u:a/*", "plain"].map(Scope::from_static);
        let implying = Policy::new().implies([(Scope::from_static("support"), [a, b, plain])]);
        [Policy::new(), implying.clone(), implying.wildcards(Wildcards::Prefixed)]
    }

    /// Asks the policy about one request for each pair of values from `VALUES`. Returns whether the policy allows at
    /// least one of the requests, and whether it allows all of them.
    fn by_requests(row: &Row, token: &Token, policy: &Policy) -> (bool, bool) {
        let pairs = VALUES.iter().flat_map(|x| VALUES.map(|y| Values::from([("x", *x), ("y", y)])));
        let answers: Vec<bool> = pairs
            .map(|values| {
                let filled = Filled::of(row.terms().templates(), &Tried { values: &values, other: "" });
                policy.decide(&token.caller(), &[Demand::of(row, &filled)]).is_ok()
            })
            .collect();
        (answers.contains(&true), !answers.contains(&false))
    }

    #[test]
    fn the_values_of_requests_lead_to_the_same_answers() {
        for policy in policies() {
            for chosen in 0..1_u32 << SCOPES.len() {
                let granted = SCOPES.iter().enumerate().filter(|(at, _)| chosen & (1 << at) != 0);
                let granted: GrantedScopes = granted.map(|(_, scope)| *scope).collect();
                let (token, held) = (Token::granting(granted.clone()), Held::of(&granted, &policy));
                for text in REQUIREMENTS {
                    let requirement: Requirement = text.parse().expect("a requirement");
                    let row = Row::new(requirement.clone(), "handler", file!(), line!());
                    let ways: Vec<Vec<NeedRef<'_>>> = requirement.terms().map(Iterator::collect).collect();
                    let some = ways.iter().any(|needs| held.can_have(needs));
                    let all = ways.iter().any(|needs| needs.iter().all(|need| held.has(*need)));
                    let expected = by_requests(&row, &token, &policy);
                    assert_eq!((some, all), expected, "{text} with {granted} under {policy:?}");
                }
            }
        }
    }

    #[test]
    fn values_are_not_combined_for_a_need_that_no_value_meets() {
        const TEMPLATES: [&str; 4] = ["a:{a}", "b:{b}", "c:{c}", "d:{d}"];
        let scopes = TEMPLATES.iter().flat_map(|template| {
            let (name, _) = template.split_once(':').expect("a colon");
            (0..300).map(move |number| format!("{name}:{number}"))
        });
        let granted = GrantedScopes::parse(&scopes.collect::<Vec<_>>().join(" "));
        let policy = Policy::new();
        let held = Held::of(&granted, &policy);
        let can_have = |text: &str| {
            let requirement: Requirement = text.parse().expect("a requirement");
            let needs: Vec<NeedRef<'_>> = requirement.terms().flatten().collect();
            held.can_have(&needs)
        };
        let all = TEMPLATES.join(" ");
        // If the values were combined, the second answer would need 300 to the power of 4 steps.
        assert_eq!((can_have(&all), can_have(&format!("{all} e:{{e}}"))), (true, false));
    }
}
