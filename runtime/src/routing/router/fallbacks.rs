//! Fallbacks answer requests that match no route, and requests with a method that the matched route does not serve.
//! Like any handler, each fallback declares its scopes.

use std::convert::Infallible;

use axum::{extract::Request, response::IntoResponse};
use tower_service::Service;

use super::Router;
use crate::routing::{
    declared::Declared, function::HandlerFn, gated::Gated, guarded::GuardedOnce, method_router::ANY,
    mountable::DeclaredService, service::ServiceGuard,
};

impl<S> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Sets the handler for requests that match no route. Without a fallback, the answer is 404. See
    /// [`axum::Router::fallback`].
    ///
    /// The table shows the fallback at `/*`. The fallback of a nested router covers only paths below the path of that
    /// router. If the router is nested at `/api`, the table shows its fallback at `/api/*`.
    pub fn fallback<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(
        mut self,
        handler: H,
    ) -> Self {
        let (handler, mounted) = Gated::mount(handler, ANY.to_owned());
        self.inner = self.inner.fallback(handler);
        self.mounts.set_fallback(mounted);
        self
    }

    /// Sets the service for requests that match no route. Without a fallback, the answer is 404. See
    /// [`axum::Router::fallback_service`].
    ///
    /// # Examples
    ///
    /// To serve a single-page app, which has one file for all of its pages:
    ///
    /// ```
    /// use scopegate::{Router, public, requires_scope, routing::get};
    /// use tower_http::services::{ServeDir, ServeFile};
    ///
    /// #[requires_scope("files:read")]
    /// async fn list() {}
    ///
    /// let pages = ServeDir::new("dist").fallback(ServeFile::new("dist/index.html"));
    /// let routes: Router = Router::new().route("/api/files", get(list)).fallback_service(public(pages));
    /// assert_eq!(routes.table().to_string(), "GET  /api/files  files:read\n*    /*          public\n");
    /// ```
    pub fn fallback_service<G: DeclaredService<T>, T>(mut self, service: G) -> Self
    where
        T: Service<Request, Error = Infallible> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse,
        T::Future: Send + 'static,
    {
        let (service, mounted) = ServiceGuard::mount(service.guarded(), ANY.to_owned());
        self.inner = self.inner.fallback_service(service);
        self.mounts.set_fallback(mounted);
        self
    }

    /// Sets the handler that replaces the 405 answer for requests that match a path but none of its methods; see
    /// [`axum::Router::method_not_allowed_fallback`].
    ///
    /// The fallback covers all paths added so far, except paths with a handler for all methods. The table shows the
    /// fallback with the method `*` at each path that the fallback covers.
    pub fn method_not_allowed_fallback<H: Declared<D> + HandlerFn<D, M, S> + GuardedOnce<D, M>, D, M>(
        mut self,
        handler: H,
    ) -> Self {
        let (handler, mounted) = Gated::mount(handler, ANY.to_owned());
        self.inner = self.inner.method_not_allowed_fallback(handler);
        self.mounts.add_for_other_methods(&mounted);
        self
    }

    /// Removes the fallback, so requests that match no route get 404; see [`axum::Router::reset_fallback`].
    /// The call also removes the fallbacks of routers that are already nested.
    pub fn reset_fallback(mut self) -> Self {
        self.inner = self.inner.reset_fallback();
        self.mounts.remove_fallbacks();
        self
    }
}
