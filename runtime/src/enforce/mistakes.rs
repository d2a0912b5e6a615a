//! Mistakes in handlers. The attributes find possible mistakes in the source text. The compiler then uses the types to
//! tell which of the possible mistakes are real.

use std::marker::PhantomData;

use super::access::Access;

/// Asks the compiler whether a type is [`Access`]. If `T` is [`Access`], `TypeOf::<T>::kind()` calls the inherent
/// function. For every other type, `TypeOf::<T>::kind()` calls the function of [`OfAnotherType`].
#[derive(Debug)]
pub struct TypeOf<T>(PhantomData<T>);

/// The result of `TypeOf::<T>::kind()` for every `T` except [`Access`].
#[derive(Debug)]
#[expect(unnameable_types, reason = "nobody has to name it")]
pub struct AnotherType;

impl TypeOf<Access> {
    /// Returns a value whose type shows that `T` is [`Access`].
    #[must_use]
    pub const fn kind() -> PhantomData<Access> {
        PhantomData
    }
}

/// Provides `TypeOf::<T>::kind()` for every `T` except [`Access`]. Generated code imports this trait.
pub trait OfAnotherType {
    /// Returns a value whose type shows that `T` is not [`Access`].
    #[must_use]
    fn kind() -> AnotherType {
        AnotherType
    }
}

impl<T> OfAnotherType for TypeOf<T> {}

/// Checks an argument of a public handler. The check compiles for every type except [`Access`]. A public handler can be
/// called without a token, and then there is no `Access`.
#[diagnostic::on_unimplemented(
    message = "a `#[public]` handler has no token for an `Access`",
    label = "write `Option<Access>`, or `#[authenticated]` above the handler"
)]
pub trait IsOptional: Sized {
    /// Compiles for every type except [`Access`].
    fn check(self) {}
}

#[diagnostic::do_not_recommend]
impl IsOptional for AnotherType {}

/// Checks the type of a parameter of the handler or tool. The check is emitted if the body calls `require` on this
/// parameter with an undeclared scope. The check compiles for every type except [`Access`], because only
/// [`Access::require`] demands a scope.
#[diagnostic::on_unimplemented(
    message = "`Access::require` demands a scope that the attribute does not declare",
    label = "name the scope in `also(..)`, or write one that the attribute names"
)]
pub trait IsDeclared: Sized {
    /// Compiles for every type except [`Access`].
    fn check(self) {}
}

#[diagnostic::do_not_recommend]
impl IsDeclared for AnotherType {}
