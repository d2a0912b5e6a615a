//! The argument of `Access::require_any`.

use super::Demandable;

/// Scopes in an array, or in another collection.
///
/// This trait exists for its error message. If `require_any` demanded `IntoIterator` instead, the compiler would only
/// say that the argument is not an iterator.
#[diagnostic::on_unimplemented(
    message = "this is not an array of scopes; write one, as in `access.require_any([\"files:share\", \"files:admin\"])`",
    note = "each element is a scope; to ask about a requirement, use `covers`; only the attribute can demand a login"
)]
#[expect(unnameable_types, reason = "programs pass an array, and need not name the trait")]
pub trait AnyOf: IntoIterator<Item: Demandable> {}

#[diagnostic::do_not_recommend]
impl<S: IntoIterator<Item: Demandable>> AnyOf for S {}
