//! Mistakes in handlers that the attributes see as text, and the compiler confirms by the types.

use std::marker::PhantomData;

use super::access::Access;

/// Asks the compiler whether a type is [`Access`], by `TypeOf::<T>::kind()`: a function of the type itself comes before a trait's.
#[derive(Debug)]
pub struct TypeOf<T>(PhantomData<T>);

/// The kind of every type but [`Access`].
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

/// Is imported beside [`TypeOf`], for all types but [`Access`].
pub trait OfAnotherType {
    /// Returns the kind of another type.
    #[must_use]
    fn kind() -> AnotherType {
        AnotherType
    }
}

impl<T> OfAnotherType for TypeOf<T> {}

/// What a public handler may take.
#[diagnostic::on_unimplemented(
    message = "a `#[public]` handler has no token for an `Access`",
    label = "write `Option<Access>`, or `#[authenticated]` above the handler"
)]
pub trait IsOptional: Sized {
    /// Compiles where this is so.
    fn check(self) {}
}

#[diagnostic::do_not_recommend]
impl IsOptional for AnotherType {}

/// What a handler may be asked a scope by that it does not declare: anything but [`Access`].
#[diagnostic::on_unimplemented(
    message = "this handler demands a scope that it does not declare",
    label = "name the scope in `also(..)`, or write one that the attribute names"
)]
pub trait IsDeclared: Sized {
    /// Compiles where this is so.
    fn check(self) {}
}

#[diagnostic::do_not_recommend]
impl IsDeclared for AnotherType {}
