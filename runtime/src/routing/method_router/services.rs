//! The services of a path, by method.

use axum::{extract::Request, response::IntoResponse};
use tower_service::Service;

use super::{ANY, MethodRouter, names_of};
use crate::routing::{DeclaredService, Guarded, MethodFilter, service::ServiceGuard};

macro_rules! on_method {
    ($name:ident, $method:ident) => {
        #[doc = concat!("Adds a service for `", stringify!($method), "` requests, with its requirement.")]
        ///
        /// # Panics
        ///
        /// Panics if the method already has a handler. axum does the same.
        #[track_caller]
        pub fn $name<G: DeclaredService<T>, T>(self, service: G) -> Self
        where
            T: Service<Request, Error = E> + Clone + Send + Sync + 'static,
            T::Response: IntoResponse + 'static,
            T::Future: Send + 'static,
        {
            self.on_service(MethodFilter::$method, service)
        }
    };
}

impl<S, E: 'static> MethodRouter<S, E>
where
    S: Clone + Send + Sync + 'static,
{
    pub(in crate::routing) fn any_service<T>(service: Guarded<T>) -> Self
    where
        T: Service<Request, Error = E> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse + 'static,
        T::Future: Send + 'static,
    {
        let (service, mounted) = ServiceGuard::mount(service, ANY.to_owned());
        Self { inner: axum::routing::any_service(service), mounted: vec![mounted] }
    }

    /// Adds a service for the methods that `filter` matches; see [`axum::routing::MethodRouter::on_service`].
    ///
    /// # Panics
    ///
    /// Panics if one of the methods already has a handler. axum does the same.
    #[track_caller]
    pub fn on_service<G: DeclaredService<T>, T>(mut self, filter: MethodFilter, service: G) -> Self
    where
        T: Service<Request, Error = E> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse + 'static,
        T::Future: Send + 'static,
    {
        let (service, mounted) = ServiceGuard::mount(service.guarded(), names_of(filter));
        self.inner = self.inner.on_service(filter, service);
        self.mounted.push(mounted);
        self
    }

    on_method!(get_service, GET);
    on_method!(post_service, POST);
    on_method!(put_service, PUT);
    on_method!(patch_service, PATCH);
    on_method!(delete_service, DELETE);
    on_method!(head_service, HEAD);
    on_method!(options_service, OPTIONS);
    on_method!(connect_service, CONNECT);
    on_method!(trace_service, TRACE);

    /// Sets the service for requests whose method has no other handler. By default, these requests get a 405. See
    /// [`axum::routing::MethodRouter::fallback_service`].
    pub fn fallback_service<G: DeclaredService<T>, T>(mut self, service: G) -> Self
    where
        T: Service<Request, Error = E> + Clone + Send + Sync + 'static,
        T::Response: IntoResponse + 'static,
        T::Future: Send + 'static,
    {
        let (service, mounted) = ServiceGuard::mount(service.guarded(), ANY.to_owned());
        self.inner = self.inner.fallback_service(service);
        self.mount_fallback(mounted);
        self
    }
}
