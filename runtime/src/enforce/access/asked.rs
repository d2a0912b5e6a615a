//! What a handler can pass to the methods of its `Access`.

use crate::scope::{NeedRef, OwnedNeed, Requirement, Row, ScopeToken};

/// A scope that a handler can demand with [`Access::require`](crate::Access::require): a text, a
/// [`Scope`](crate::Scope), or a variant of a [vocabulary](macro@crate::Vocabulary).
///
/// # Examples
///
/// ```
/// use scopegate::{Access, Demandable, Rejection};
///
/// fn require_all<S: Demandable>(access: &Access, scopes: &[S]) -> Result<(), Rejection> {
///     scopes.iter().try_for_each(|scope| access.require(scope))
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a handler can demand only scopes; write the scope, as in `access.require(\"files:share\")`",
    note = "`require` takes a scope; to ask about a requirement, use `covers`; only the attribute can demand a login, so put the operation that needs the login on a separate route"
)]
pub trait Demandable: AsRef<str> {}

#[diagnostic::do_not_recommend]
impl<S: AsRef<str>> Demandable for S {}

/// What a handler can ask about with [`Access::covers`](crate::Access::covers): a `&Requirement`,
/// a [`Scope`](crate::Scope), a [`ScopeToken`], or a variant of a [vocabulary](macro@crate::Vocabulary).
///
/// # Examples
///
/// ```
/// use scopegate::{Access, Coverable};
///
/// fn links<'a>(access: &Access, purge: impl Coverable) -> &'a [&'a str] {
///     if access.covers(purge) { &["list", "purge"] } else { &["list"] }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "this is neither a scope nor a `&Requirement`; write `access.covers(&requirement!(\"files:admin\"))`, or the variant of a vocabulary"
)]
pub trait Coverable: sealed::Covered {}

#[diagnostic::do_not_recommend]
impl<T: sealed::Covered> Coverable for T {}

mod sealed {
    use super::{NeedRef, OwnedNeed, Requirement, Row, ScopeToken};

    #[expect(unnameable_types, reason = "other crates cannot name this trait, so they cannot implement it")]
    pub trait Covered {
        /// Returns the requirement that the handler asks about. `handler` is the declaration of the handler.
        fn requirement(self, handler: &Row) -> Requirement;
    }

    impl Covered for &Requirement {
        fn requirement(self, _handler: &Row) -> Requirement {
            self.clone()
        }
    }

    // Text is not accepted. If the text were not a valid scope, the answer would be `false`, without an error. All
    // types that become a `ScopeToken` have checked that their text is a valid scope. But a valid scope can contain
    // braces, so the text can also be a template. To find out, this method looks the text up in the declaration of the
    // handler, as `Access::require` does.
    impl<S: Into<ScopeToken>> Covered for S {
        fn requirement(self, handler: &Row) -> Requirement {
            let scope = self.into();
            let declared = NeedRef::named(scope.as_str(), handler.terms().needs());
            Requirement::owned(declared.map_or_else(|| OwnedNeed::from(scope.clone()), NeedRef::into_owned))
        }
    }
}
