//! The argument that says where a nested claim is.

/// The names that lead to a nested claim. A program can pass an array or another collection.
///
/// This trait exists for its error message. If `scopes_at` and `roles_at` demanded `IntoIterator` in place of this
/// trait, and a program passed a string, the compiler would suggest a call to `chars`. Each character would then be a
/// name.
#[diagnostic::on_unimplemented(
    message = "this is not a list of names; write one, as in `[\"realm_access\", \"roles\"]`, or `[\"roles\"]` for a claim that is not nested"
)]
#[expect(unnameable_types, reason = "programs pass an array, and need not name the trait")]
pub trait ClaimPath: IntoIterator<Item: Into<String>> {}

#[diagnostic::do_not_recommend]
impl<P: IntoIterator<Item: Into<String>>> ClaimPath for P {}
