//! What a router takes from others: routes and methods that are declared, and none of axum's own.

use super::{method_router::MethodRouter, router::Router};

/// The methods of a path, each with a declared handler: a [`MethodRouter`].
#[diagnostic::on_unimplemented(
    message = "these methods declare no scope; make them by `scopegate::routing`, as in `scopegate::routing::get(handler)`"
)]
pub trait DeclaredMethods<S>: sealed::Sealed {
    #[doc(hidden)]
    fn methods(self) -> MethodRouter<S>;
}

#[diagnostic::do_not_recommend]
impl<S> DeclaredMethods<S> for MethodRouter<S> {
    fn methods(self) -> MethodRouter<S> {
        self
    }
}

/// Routes that have no gate yet, each with a declared handler: a [`Router`].
#[diagnostic::on_unimplemented(
    message = "this router is axum's: merge or nest it into the one that `protect` returns, or make it a `scopegate::Router`"
)]
pub trait DeclaredRoutes<S>: sealed::Sealed {
    #[doc(hidden)]
    fn routes(self) -> Router<S>;
}

#[diagnostic::do_not_recommend]
impl<S> DeclaredRoutes<S> for Router<S> {
    fn routes(self) -> Router<S> {
        self
    }
}

mod sealed {
    #[expect(unnameable_types, reason = "what cannot be named cannot be implemented")]
    pub trait Sealed {}
    impl<S> Sealed for super::MethodRouter<S> {}
    impl<S> Sealed for super::Router<S> {}
}
