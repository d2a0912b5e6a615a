//! Alternatives as sets of bits, and functions that find redundant alternatives.

/// Alternatives. Each alternative is a set of scopes, stored as bits: the n-th bit stands for the n-th scope.
pub(crate) type Terms = Vec<u128>;

/// Tells whether every access token that meets `first` also meets `second`.
pub(crate) fn implies(first: &Terms, second: &Terms) -> bool {
    first.iter().all(|term| second.iter().any(|weaker| weaker & term == *weaker))
}

/// Drops repeated alternatives, and alternatives that contain all scopes of a smaller alternative. Keeps the order.
pub(crate) fn absorb(terms: &[u128]) -> Terms {
    let needed = |(at, term): &(usize, &u128)| {
        !terms
            .iter()
            .enumerate()
            .any(|(other_at, other)| other & **term == *other && (other != *term || other_at < *at))
    };
    terms.iter().enumerate().filter(needed).map(|(_, term)| *term).collect()
}

#[cfg(test)]
mod tests {
    use super::absorb;

    #[test]
    fn smaller_terms_absorb_greater_ones() {
        assert_eq!(absorb(&[0b011, 0b001, 0b001, 0b110]), [0b001, 0b110]);
    }
}
