//! Combines two requirements into one that demands both. Like any requirement, the result is a list of alternatives,
//! each of which is a set of scopes.

use super::{
    need::{NeedRef, OwnedNeed},
    parse::{InvalidRequirement, check_size},
    requirement::Requirement,
};

/// Combines each alternative of `first` with each alternative of `second`.
///
/// A scope that both alternatives name appears only once. A combination that contains all scopes of another combination
/// is left out, because every token that meets the larger combination also meets the smaller one.
pub(super) fn of(
    first: &Requirement,
    second: &Requirement,
) -> Result<Vec<Vec<OwnedNeed>>, InvalidRequirement> {
    let combinations: Vec<Vec<NeedRef<'_>>> =
        first.terms().flat_map(|needs| second.terms().map(move |more| joined(needs.clone(), more))).collect();
    let useful: Vec<&Vec<NeedRef<'_>>> = combinations
        .iter()
        .enumerate()
        .filter(|&(at, needs)| !is_superfluous(at, needs, &combinations))
        .map(|(_, needs)| needs)
        .collect();
    let scopes = useful.iter().copied().flatten().map(|need| need.as_str());
    check_size(useful.len(), scopes).map_err(InvalidRequirement)?;
    Ok(useful.into_iter().map(|needs| needs.iter().map(|need| need.into_owned()).collect()).collect())
}

fn joined<'a>(
    needs: impl Iterator<Item = NeedRef<'a>>,
    more: impl Iterator<Item = NeedRef<'a>>,
) -> Vec<NeedRef<'a>> {
    let mut joined: Vec<NeedRef<'a>> = Vec::new();
    for need in needs.chain(more) {
        if !contains(&joined, need) {
            joined.push(need);
        }
    }
    joined
}

/// Tells whether the combination `needs` is superfluous. A combination is superfluous if it contains all scopes of
/// another combination. If several combinations are equal, all except the first are superfluous.
fn is_superfluous(at: usize, needs: &[NeedRef<'_>], all: &[Vec<NeedRef<'_>>]) -> bool {
    all.iter()
        .enumerate()
        .filter(|(other_at, _)| *other_at != at)
        .any(|(other_at, other)| is_within(other, needs) && (other_at < at || !is_within(needs, other)))
}

fn is_within(few: &[NeedRef<'_>], many: &[NeedRef<'_>]) -> bool {
    few.len() <= many.len() && few.iter().all(|need| contains(many, *need))
}

fn contains(needs: &[NeedRef<'_>], need: NeedRef<'_>) -> bool {
    needs.contains(&need)
}

#[cfg(test)]
mod tests {
    use crate::Requirement;

    #[track_caller]
    fn check(first: &str, second: &str, expected: &str) {
        let both = |one: &str, other: &str| {
            let [one, other]: [Requirement; 2] = [one, other].map(|text| text.parse().unwrap());
            one.and(&other)
        };
        assert_eq!(both(first, second).unwrap().to_string(), expected);
    }

    #[test]
    fn both_are_met_by_the_combinations_of_their_alternatives() {
        check("a", "b", "a b");
        check("a b", "b c", "a b c");
        check("a | b", "c | d", "a c | a d | b c | b d");
        check("t:{t}:a", "b", "t:{t}:a b");
    }

    #[test]
    fn what_needs_no_scope_adds_none() {
        check("public", "a | b", "a | b");
        check("a", "public", "a");
        check("public", "public", "public");
        check("public", "authenticated", "authenticated");
        check("authenticated", "public", "authenticated");
        check("authenticated", "authenticated", "authenticated");
        check("authenticated", "a", "a");
        check("a", "authenticated", "a");
    }

    #[test]
    fn a_combination_that_contains_another_is_left_out() {
        check("a", "a", "a");
        check("a | b", "a | b", "a | b");
        check("a b", "a | c", "a b");
        check("a | b", "b | a", "a | b");
    }

    #[test]
    fn the_limits_of_one_requirement_hold_for_two() {
        let of = |count: usize, letter: char| {
            let all: Vec<String> = (0..count).map(|at| format!("{letter}{at}")).collect();
            all.join(" | ").parse::<Requirement>().unwrap()
        };
        assert!(of(4, 'a').and(&of(4, 'b')).is_ok());
        assert!(of(16, 'a').and(&of(16, 'a')).is_ok());
        let error = of(5, 'a').and(&of(4, 'b')).unwrap_err();
        assert!(error.to_string().contains("more than 16 alternatives"), "{error}");
        let many = |letter: char| {
            let all: Vec<String> = (0..65).map(|at| format!("{letter}{at}")).collect();
            all.join(" ").parse::<Requirement>().unwrap()
        };
        let error = many('a').and(&many('b')).unwrap_err();
        assert!(error.to_string().contains("more than 128 scopes"), "{error}");
        // A scope that is in several alternatives counts once, and the text of the result can be parsed again.
        let both = many('a').and(&of(4, 'b')).unwrap();
        assert_eq!(both.to_string().parse(), Ok(both));
    }
}
