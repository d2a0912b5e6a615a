//! Reads a handler's declaration from its signature.

use std::any::TypeId;

use axum::handler::Layered;

use crate::{
    enforce::{Declares, Guard},
    routing::guarded::{Guarded, sealed::Leaves},
    scope::{Row, RowRef},
};

/// A handler that declares its scopes.
///
/// Every function with `#[requires_scope]`, `#[authenticated]` or `#[public]` implements this trait. Two other kinds of
/// handlers also implement this trait: the result of [`Handler::layer`](axum::handler::Handler::layer) on one of these
/// functions, and any handler wrapped in [`guarded`](crate::guarded).
///
/// A program can put its own layer on a [`Router`](crate::Router), on a [`MethodRouter`](crate::routing::MethodRouter),
/// or on a handler that has an attribute. The layer runs before the handler's guard, and can itself answer a request
/// that has no token. The table shows only what the handler needs, and does not show what the layer does. Whenever the
/// layer calls the handler, the handler's guard runs first. If the layer removes request extensions that the guard
/// needs, the answer is 500.
#[diagnostic::on_unimplemented(
    message = "this handler declares no scope; write `#[requires_scope(\"..\")]`, `#[authenticated]` or `#[public]` above a function, \
               or `guarded(requirement!(\"..\"), ..)`, `authenticated(..)` or `public(..)` around any handler"
)]
pub trait Declared<Args>: sealed::HasRow<Args> {}

// There is only one implementation, which covers all kinds of handlers. So for an undeclared handler, the compiler
// shows the message above. It does not list implementations, and does not point to the call to the function that has
// the bound.
#[diagnostic::do_not_recommend]
impl<H: sealed::HasRow<Args>, Args> Declared<Args> for H {}

/// A handler whose declaration is part of the handler's type, so that a constant can read the declaration.
#[diagnostic::on_unimplemented(
    message = "a constant table cannot read the declaration of this handler; write `#[requires_scope(\"..\")]`, `#[authenticated]` or \
               `#[public]` above it, or add the table of a `guarded(..)` handler with `.and(&handler.table())`"
)]
pub trait Annotated<Args>: sealed::HasConstRow<Args> {}

#[diagnostic::do_not_recommend]
impl<H: sealed::HasConstRow<Args>, Args> Annotated<Args> for H {}

/// Returns the declaration of `handler`, for use in a `const`. The function takes the handler by value, so that the
/// compiler's message about a missing declaration points to the handler.
pub const fn row_of<H: Annotated<Args>, Args>(handler: H) -> Row {
    std::mem::forget(handler); // A `const fn` cannot drop the argument.
    H::ROW
}

/// The type argument `Args` of [`Declared`] for a handler inside [`guarded`](crate::guarded). For a function with an
/// attribute, `Args` is the tuple of the argument types.
#[derive(Debug)]
pub struct Beside;

#[diagnostic::do_not_recommend]
impl<H> sealed::HasRow<Beside> for Guarded<H> {
    fn row(&self) -> RowRef {
        self.row.clone()
    }
}

/// The type argument `Args` of [`Declared`] for a handler inside a layer.
#[derive(Debug)]
pub struct InLayer<Args>(Args);

#[diagnostic::do_not_recommend]
impl<L, H: Annotated<Args>, T, S, Args> sealed::HasRow<InLayer<Args>> for Layered<L, H, T, S> {
    fn row(&self) -> RowRef {
        RowRef::Const(const { &H::ROW })
    }
}

impl<L, H: Annotated<Args>, T, S, Args> sealed::HasConstRow<InLayer<Args>> for Layered<L, H, T, S> {
    const ROW: Row = H::ROW;
}

/// The guard that an attribute adds as the first argument of a function. A function with any other first argument has
/// no declaration.
pub trait ScopeGuard: sealed::Sealed {
    /// The declaration of the attribute.
    const ROW: Row;
}

impl<R: Declares> ScopeGuard for Guard<R> {
    const ROW: Row = R::ROW;
}

mod sealed {
    #[expect(unnameable_types, reason = "other crates cannot name this trait, so they cannot implement it")]
    pub trait Sealed {}
    impl<R> Sealed for super::Guard<R> {}

    /// This trait is sealed, because otherwise a program could declare scopes that no guard enforces.
    #[expect(unnameable_types, reason = "other crates cannot name this trait, so they cannot implement it")]
    #[diagnostic::on_unimplemented(
        message = "only scopegate implements `Declared`, because a guard must enforce what is declared"
    )]
    pub trait HasRow<Args> {
        fn row(&self) -> crate::scope::RowRef;
    }

    #[expect(unnameable_types, reason = "other crates cannot name this trait, so they cannot implement it")]
    pub trait HasConstRow<Args>: HasRow<Args> {
        const ROW: crate::scope::Row;
    }
}

macro_rules! declared {
    ($($argument:ident)*) => {
        // `TypeId::of` needs `'static` types. The argument types of mounted handlers are `'static` anyway.
        #[diagnostic::do_not_recommend]
        impl<F, Out, G: ScopeGuard, $($argument: 'static),*> sealed::HasRow<(G, $($argument,)*)> for F
        where
            F: FnOnce(G, $($argument),*) -> Out,
        {
            fn row(&self) -> RowRef {
                RowRef::Const(const { &<Self as sealed::HasConstRow<(G, $($argument,)*)>>::ROW })
            }
        }

        impl<F, Out, G: ScopeGuard, $($argument: 'static),*> sealed::HasConstRow<(G, $($argument,)*)> for F
        where
            F: FnOnce(G, $($argument),*) -> Out,
        {
            const ROW: Row = G::ROW.taking(const { &[$(TypeId::of::<$argument>),*] });
        }

        impl<G, $($argument,)* M> Leaves<M> for (G, $($argument,)*) {}
    };
}

declared!();
declared!(A1);
declared!(A1 A2);
declared!(A1 A2 A3);
declared!(A1 A2 A3 A4);
declared!(A1 A2 A3 A4 A5);
declared!(A1 A2 A3 A4 A5 A6);
declared!(A1 A2 A3 A4 A5 A6 A7);
declared!(A1 A2 A3 A4 A5 A6 A7 A8);
declared!(A1 A2 A3 A4 A5 A6 A7 A8 A9);
declared!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10);
declared!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11);
declared!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12);
declared!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13);
declared!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14);
declared!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12 A13 A14 A15);
