//! Functions that route requests with a certain method to a service.

use axum::{extract::Request, response::IntoResponse};
use tower_service::Service;

use crate::routing::{DeclaredService, MethodFilter, MethodRouter};

macro_rules! service_fn {
    ($name:ident, $method:ident) => {
        #[doc = concat!("Routes `", stringify!($method), "` requests to a service with its requirement.")]
        ///
        #[doc = concat!("See [`axum::routing::", stringify!($name), "`], and [`Guarded`](crate::routing::Guarded) for the requirement.")]
        pub fn $name<G: DeclaredService<T>, T, S>(service: G) -> MethodRouter<S, T::Error>
        where
            T: Service<Request, Error: 'static> + Clone + Send + Sync + 'static,
            T::Response: IntoResponse + 'static,
            T::Future: Send + 'static,
            S: Clone + Send + Sync + 'static,
        {
            on_service(MethodFilter::$method, service)
        }
    };
}

service_fn!(get_service, GET);
service_fn!(post_service, POST);
service_fn!(put_service, PUT);
service_fn!(patch_service, PATCH);
service_fn!(delete_service, DELETE);
service_fn!(head_service, HEAD);
service_fn!(options_service, OPTIONS);
service_fn!(connect_service, CONNECT);
service_fn!(trace_service, TRACE);

/// Routes requests to a service if `filter` matches their method, and enforces the service's requirement;
/// see [`axum::routing::on_service`].
pub fn on_service<G: DeclaredService<T>, T, S>(filter: MethodFilter, service: G) -> MethodRouter<S, T::Error>
where
    T: Service<Request, Error: 'static> + Clone + Send + Sync + 'static,
    T::Response: IntoResponse + 'static,
    T::Future: Send + 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::new().on_service(filter, service)
}

/// Routes requests with any method to a service, and enforces the service's requirement;
/// see [`axum::routing::any_service`].
///
/// # Examples
///
/// To convert the errors of a service into responses:
///
/// ```
/// use axum::{extract::Request, response::Response};
/// use http::StatusCode;
/// use scopegate::{Router, guarded, requirement, routing::any_service};
/// use tower::service_fn;
///
/// let export = service_fn(async |_: Request| Err::<Response, _>(std::io::Error::other("the disk is full")));
/// let export = any_service(guarded(requirement!("files:export"), export))
///     .handle_error(async |error: std::io::Error| (StatusCode::INSUFFICIENT_STORAGE, error.to_string()));
/// let routes: Router = Router::new().route("/export", export);
/// assert_eq!(routes.table().to_string(), "*  /export  files:export\n");
/// ```
pub fn any_service<G: DeclaredService<T>, T, S>(service: G) -> MethodRouter<S, T::Error>
where
    T: Service<Request, Error: 'static> + Clone + Send + Sync + 'static,
    T::Response: IntoResponse + 'static,
    T::Future: Send + 'static,
    S: Clone + Send + Sync + 'static,
{
    MethodRouter::any_service(service.guarded())
}
