//! Stand-ins for methods of disabled features. If a program calls one of these methods, the compiler's message names
//! the feature to enable.
//!
//! Each method has a trait bound that is never met. Each bound introduces a lifetime (`for<'a>`), because the compiler
//! would otherwise reject the method's definition. Each bound is on the same line as its method, because the compiler's
//! message quotes all lines from the method to the bound. Where possible, a method is generic over its return type.
//! With a concrete return type, the compiler would also report mismatched types at the call.
#![expect(unnameable_types, reason = "nobody has to name them")]
#![allow(clippy::must_use_candidate, clippy::missing_errors_doc, missing_docs)]

/// A type that implements none of the traits below. Each trait stands for a disabled feature.
#[derive(Debug)]
pub struct Off<'a>(std::marker::PhantomData<&'a ()>);

#[cfg(all(feature = "axum", not(feature = "jwt")))]
mod jwt {
    use super::Off;
    use crate::{Gate, Resource};

    #[diagnostic::on_unimplemented(
        message = "the feature `jwt` of scopegate is not enabled",
        label = "write in Cargo.toml: scopegate = {{ .., features = [\"jwt\"] }}"
    )]
    pub trait Jwt {
        fn off<T>() -> T;
    }

    #[rustfmt::skip]
    impl Gate {
        #[doc(hidden)]
        pub fn jwt(_resource: Resource) -> Self where for<'a> Off<'a>: Jwt { Off::off() }
        #[doc(hidden)]
        pub fn issuers<I>(_resource: Resource, _issuers: I) -> Self where for<'a> Off<'a>: Jwt { Off::off() }
    }
}

#[cfg(all(feature = "axum", not(feature = "dpop")))]
mod dpop {
    use super::Off;
    use crate::Gate;

    #[diagnostic::on_unimplemented(
        message = "the feature `dpop` of scopegate is not enabled",
        label = "write in Cargo.toml: scopegate = {{ .., features = [\"dpop\"] }}"
    )]
    pub trait Dpop {
        fn off<T>() -> T;
    }

    #[rustfmt::skip]
    impl Gate {
        #[doc(hidden)]
        #[must_use]
        pub fn dpop<D>(self, _dpop: D) -> Self where for<'a> Off<'a>: Dpop { Off::off() }
    }
}

#[cfg(all(feature = "axum", not(feature = "mcp")))]
mod mcp {
    use super::Off;
    use crate::{Gate, StartupError};

    #[diagnostic::on_unimplemented(
        message = "the feature `mcp` of scopegate is not enabled",
        label = "write in Cargo.toml: scopegate = {{ .., features = [\"mcp\"] }}"
    )]
    pub trait Mcp {
        fn off<T>() -> T;
    }

    #[rustfmt::skip]
    impl Gate {
        #[doc(hidden)]
        pub fn mcp_layer<T, L>(&self, _table: T) -> Result<L, StartupError> where for<'a> Off<'a>: Mcp { Off::off() }
    }
}

#[cfg(all(feature = "axum", not(feature = "rmcp")))]
mod rmcp {
    use super::Off;
    use crate::{Gate, StartupError};

    #[diagnostic::on_unimplemented(
        message = "the feature `rmcp` of scopegate is not enabled",
        label = "write in Cargo.toml: scopegate = {{ .., features = [\"rmcp\"] }}"
    )]
    pub trait Rmcp {
        fn off<T>() -> T;
    }

    #[rustfmt::skip]
    impl Gate {
        #[doc(hidden)]
        pub fn mcp<S>(&self, _make: S) -> Result<axum::Router, StartupError> where for<'a> Off<'a>: Rmcp { Off::off() }
    }
}

#[cfg(not(feature = "family"))]
mod family {
    use super::Off;
    use crate::{InvalidResource, Resource};

    #[diagnostic::on_unimplemented(
        message = "the feature `family` of scopegate is not enabled",
        label = "write in Cargo.toml: scopegate = {{ .., features = [\"family\"] }}"
    )]
    pub trait Family {
        fn off<T>() -> T;
    }

    #[rustfmt::skip]
    impl Resource {
        #[doc = "Needs the feature `family`."] // The documentation of other items links here.
        pub fn family<P>(_pattern: P) -> Result<Self, InvalidResource> where for<'a> Off<'a>: Family { Off::off() }
    }
}

#[cfg(not(feature = "export"))]
mod export {
    use super::Off;
    use crate::ScopeTable;

    #[diagnostic::on_unimplemented(
        message = "the feature `export` of scopegate is not enabled",
        label = "write in Cargo.toml: scopegate = {{ .., features = [\"export\"] }}"
    )]
    pub trait Export {
        fn off<T>() -> T;
    }

    #[rustfmt::skip]
    impl ScopeTable {
        #[doc(hidden)]
        pub fn apply_to<D, O, R>(&self, _openapi: D, _oauth: O) -> R where for<'a> Off<'a>: Export { Off::off() }
    }
}

#[cfg(all(feature = "axum", not(feature = "utoipa")))]
mod utoipa {
    use super::Off;
    use crate::Router;

    #[diagnostic::on_unimplemented(
        message = "the feature `utoipa` of scopegate is not enabled",
        label = "write in Cargo.toml: scopegate = {{ .., features = [\"utoipa\"] }}"
    )]
    pub trait Utoipa {
        fn off<T>() -> T;
    }

    #[rustfmt::skip]
    impl<S> Router<S> {
        #[doc(hidden)]
        pub fn routes<R>(self, _routes: R) -> Self where for<'a> Off<'a>: Utoipa { Off::off() }
        #[doc(hidden)]
        pub fn openapi<D>(&self, _openapi: D) -> D where for<'a> Off<'a>: Utoipa { Off::off() }
    }
}

#[cfg(all(feature = "axum", not(feature = "testing")))]
mod testing {
    use super::Off;
    use crate::{Access, Guard, ScopeTable, Token};

    #[diagnostic::on_unimplemented(
        message = "the feature `testing` of scopegate is not enabled",
        label = "write in Cargo.toml: scopegate = {{ .., features = [\"testing\"] }}"
    )]
    pub trait Testing {
        fn off<T>() -> T;
    }

    #[rustfmt::skip]
    impl<R> Guard<R> {
        #[doc(hidden)]
        pub fn for_test() -> Self where for<'a> Off<'a>: Testing { Off::off() }
    }

    #[rustfmt::skip]
    impl Access {
        #[doc(hidden)]
        pub fn for_test(_token: Token, _declared: &ScopeTable) -> Self where for<'a> Off<'a>: Testing { Off::off() }
        #[doc(hidden)]
        pub fn for_test_of<T>(_token: Token, _table: &T, _name: &str) -> Self where for<'a> Off<'a>: Testing { Off::off() }
    }
}
