//! The handlers of a path, by method. Each declares its scopes.

use super::{ANY, MethodRouter, names_of};
use crate::routing::{
    MethodFilter, declared::Declared, function::HandlerFn, gated::Gated, guarded::GuardedOnce,
};

impl<S> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    pub(in crate::routing) fn any<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(
        handler: H,
    ) -> Self {
        let (handler, mounted) = Gated::mount(handler, ANY.to_owned());
        Self { inner: axum::routing::any(handler), mounted: vec![mounted] }
    }

    /// Adds a handler for the methods that `filter` matches.
    ///
    /// # Panics
    ///
    /// Panics if one of the methods already has a handler. axum does the same.
    #[track_caller]
    pub fn on<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(
        mut self,
        filter: MethodFilter,
        handler: H,
    ) -> Self {
        let (handler, mounted) = Gated::mount(handler, names_of(filter));
        self.inner = self.inner.on(filter, handler);
        self.mounted.push(mounted);
        self
    }

    /// Adds a handler for `GET` requests. The handler also answers `HEAD` requests, and axum leaves out the body of
    /// these answers.
    ///
    /// # Panics
    ///
    /// Panics if the method already has a handler. axum does the same.
    #[track_caller]
    pub fn get<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(self, handler: H) -> Self {
        self.on(MethodFilter::GET, handler)
    }

    /// Adds a handler for `POST` requests.
    ///
    /// # Panics
    ///
    /// Panics if the method already has a handler. axum does the same.
    #[track_caller]
    pub fn post<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(self, handler: H) -> Self {
        self.on(MethodFilter::POST, handler)
    }

    /// Adds a handler for `PUT` requests.
    ///
    /// # Panics
    ///
    /// Panics if the method already has a handler. axum does the same.
    #[track_caller]
    pub fn put<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(self, handler: H) -> Self {
        self.on(MethodFilter::PUT, handler)
    }

    /// Adds a handler for `PATCH` requests.
    ///
    /// # Panics
    ///
    /// Panics if the method already has a handler. axum does the same.
    #[track_caller]
    pub fn patch<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(self, handler: H) -> Self {
        self.on(MethodFilter::PATCH, handler)
    }

    /// Adds a handler for `DELETE` requests.
    ///
    /// # Panics
    ///
    /// Panics if the method already has a handler. axum does the same.
    #[track_caller]
    pub fn delete<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(self, handler: H) -> Self {
        self.on(MethodFilter::DELETE, handler)
    }

    /// Adds a handler for `HEAD` requests.
    ///
    /// # Panics
    ///
    /// Panics if the method already has a handler. axum does the same.
    #[track_caller]
    pub fn head<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(self, handler: H) -> Self {
        self.on(MethodFilter::HEAD, handler)
    }

    /// Adds a handler for `OPTIONS` requests.
    ///
    /// # Panics
    ///
    /// Panics if the method already has a handler. axum does the same.
    #[track_caller]
    pub fn options<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(self, handler: H) -> Self {
        self.on(MethodFilter::OPTIONS, handler)
    }

    /// Adds a handler for `CONNECT` requests.
    ///
    /// # Panics
    ///
    /// Panics if the method already has a handler. axum does the same.
    #[track_caller]
    pub fn connect<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(self, handler: H) -> Self {
        self.on(MethodFilter::CONNECT, handler)
    }

    /// Adds a handler for `TRACE` requests.
    ///
    /// # Panics
    ///
    /// Panics if the method already has a handler. axum does the same.
    #[track_caller]
    pub fn trace<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(self, handler: H) -> Self {
        self.on(MethodFilter::TRACE, handler)
    }

    /// Sets the handler for requests that would otherwise get 405, because their method has no handler; see
    /// [`axum::routing::MethodRouter::fallback`].
    ///
    /// Like any handler, a fallback declares its scopes. In the table, a fallback has the method `*`.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Router, authenticated, requires_scope, routing::get};
    ///
    /// #[requires_scope("files:read")]
    /// async fn read() {}
    ///
    /// #[authenticated]
    /// async fn explain() -> &'static str {
    ///     "files can be read alone"
    /// }
    ///
    /// let routes: Router = Router::new().route("/files/{name}", get(read).fallback(explain));
    /// assert_eq!(
    ///     routes.table().to_string(),
    ///     "GET  /files/{name}  files:read\n*    /files/{name}  authenticated\n",
    /// );
    /// ```
    pub fn fallback<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(
        mut self,
        handler: H,
    ) -> Self {
        let (handler, mounted) = Gated::mount(handler, ANY.to_owned());
        self.inner = self.inner.fallback(handler);
        self.mount_fallback(mounted);
        self
    }
}
