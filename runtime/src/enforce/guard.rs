//! The guard: the first argument that the attributes give a handler, which enforces what they declare.

use std::{
    fmt,
    marker::{PhantomData, PhantomPinned},
};

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::enforce::enforce;
use crate::{
    refuse::Rejection,
    scope::{Row, RowRef},
};

/// Enforces what an attribute declares, before any other extractor runs and before the body is read.
///
/// The attributes write it; it is named only in tests that call a handler directly, with `Guard::for_test()`.
///
/// It is not `Unpin`, by which [`guarded`](crate::guarded) tells a handler that has one.
pub struct Guard<R>(PhantomData<(fn() -> R, PhantomPinned)>);

/// A type that carries what an attribute declares. Generated code alone implements it.
pub trait Declares: 'static {
    /// What the attribute declares.
    const ROW: Row;
}

impl<R: Declares, S: Sync> FromRequestParts<S> for Guard<R> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        enforce(parts, const { &RowRef::Const(&R::ROW) }).await?;
        Ok(Self(PhantomData))
    }
}

#[cfg(feature = "rmcp")]
impl<R> Guard<R> {
    /// Makes the guard of a tool that has been judged.
    pub(crate) fn passed() -> Self {
        Self(PhantomData)
    }
}

#[cfg(feature = "testing")]
impl<R> Guard<R> {
    /// Lets a test call the handler directly, without a gate and without a request.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Guard, requires_scope};
    ///
    /// #[requires_scope("files:read")]
    /// async fn list() -> &'static str {
    ///     "hello.txt"
    /// }
    ///
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// assert_eq!(list(Guard::for_test()).await, "hello.txt");
    /// # });
    /// ```
    #[must_use]
    pub fn for_test() -> Self {
        Self(PhantomData)
    }
}

impl<R> fmt::Debug for Guard<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}
