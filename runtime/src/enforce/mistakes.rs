//! Mistakes in handlers that the attributes find in the text and the compiler confirms by types.

use std::marker::PhantomData;

use super::access::Access;

/// Asks the compiler whether a type is [`Access`]. `TypeOf::<T>::kind()` calls the inherent function if `T`
/// is [`Access`], and the trait's function otherwise.
#[derive(Debug)]
pub struct TypeOf<T>(PhantomData<T>);

/// The kind of every type except [`Access`].
#[derive(Debug)]
#[expect(unnameable_types, reason = "nobody has to name it")]
pub struct AnotherType;

impl TypeOf<Access> {
    /// Returns the kind of [`Access`].
    #[must_use]
    pub const fn kind() -> PhantomData<Access> {
        PhantomData
    }
}

/// The trait behind `TypeOf::<T>::kind()` for all types except [`Access`]. Generated code imports it.
pub trait OfAnotherType {
    /// Returns the kind of a type that is not [`Access`].
    #[must_use]
    fn kind() -> AnotherType {
        AnotherType
    }
}

impl<T> OfAnotherType for TypeOf<T> {}

/// Implemented for the arguments that a public handler may take.
#[diagnostic::on_unimplemented(
    message = "a `#[public]` handler has no token for an `Access`",
    label = "write `Option<Access>`, or `#[authenticated]` above the handler"
)]
pub trait IsOptional: Sized {
    /// Compiles only for an argument that a public handler may take.
    fn check(self) {}
}

#[diagnostic::do_not_recommend]
impl IsOptional for AnotherType {}

/// Used where a handler calls `require` with an undeclared scope. Implemented for every type except [`Access`].
#[diagnostic::on_unimplemented(
    message = "this handler demands a scope that it does not declare",
    label = "name the scope in `also(..)`, or write one that the attribute names"
)]
pub trait IsDeclared: Sized {
    /// Compiles for every type except [`Access`].
    fn check(self) {}
}

#[diagnostic::do_not_recommend]
impl IsDeclared for AnotherType {}
