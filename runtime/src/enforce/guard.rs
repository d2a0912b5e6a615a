//! The guard: an argument that the attributes add to a handler. The guard enforces what the attribute declares.

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
/// The attributes add the guard. You name this type only in tests that call a handler directly. Such tests pass
/// `Guard::for_test()` to the handler. One handler, tool or prompt cannot call another, because the call would lack the
/// guard. If two of them share code, move this code into a function without an attribute, and call the function from
/// both.
///
/// The guard is not `Unpin`, so that [`guarded`](crate::guarded) can recognize a handler that has a guard.
///
/// # Examples
///
/// ```
/// use scopegate::{Guard, requires_scope};
///
/// #[requires_scope("files:read")]
/// async fn count() -> String {
///     "7".to_owned()
/// }
///
/// # async fn test() {
/// assert_eq!(count(Guard::for_test()).await, "7");
/// # }
/// ```
pub struct Guard<R>(PhantomData<(fn() -> R, PhantomPinned)>);

/// A type that carries what an attribute declares. Only generated code implements this trait.
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
    /// Makes the guard of a tool call that has already been allowed.
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
