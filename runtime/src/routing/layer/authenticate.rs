//! A layer that verifies the token early, for middleware that needs to know the caller.

use std::{borrow::Cow, fmt, sync::Arc};

use axum::{body::Body, response::Response};
use http::request::Parts;
use tower_layer::Layer;

use crate::{
    enforce::{Plan, Protected, Step, plan_for, verify_for_all},
    gate::Gate,
    scope::ScopeTable,
};

impl Gate {
    /// Makes an outer layer that verifies the token early, and refuses no request.
    ///
    /// Middleware between this layer and the routes, such as a rate limit, can read the caller with `Option<Access>`.
    /// The guards of the routes use the result of this verification, so the token of a request is verified only once.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::{extract::Request, middleware::{Next, from_fn}, response::Response};
    /// use scopegate::Access;
    /// # use scopegate::{Gate, Resource, Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// async fn audit(access: Option<Access>, request: Request, next: Next) -> Response {
    ///     let caller = access.as_ref().and_then(Access::principal);
    ///     println!("{caller:?} calls {}", request.uri());
    ///     next.run(request).await
    /// }
    ///
    /// # let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// # let gate = Gate::new(resource, Sessions);
    /// # let router = scopegate::Router::new();
    /// let app = router.protect(gate.clone())?.layer(from_fn(audit)).layer(gate.authenticate());
    /// # let _: axum::Router = app;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn authenticate(&self) -> AuthenticateLayer {
        AuthenticateLayer(Plan::of_layer(self.clone(), &ScopeTable::default()).into())
    }
}

/// A layer that verifies the token of every request, and refuses no request. Use [`Gate::authenticate`] to make one.
///
/// # Examples
///
/// ```
/// use axum::Router;
/// use scopegate::{AuthenticateLayer, Gate, StaticKeys};
///
/// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files:read")?);
/// let layer: AuthenticateLayer = gate.authenticate();
/// # let _: Router =
/// Router::new().layer(layer);
/// # Ok::<(), scopegate::InvalidKey>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct AuthenticateLayer(Arc<Plan>);

impl Step for AuthenticateLayer {
    async fn run(&self, parts: &mut Parts, _body: &mut Body) -> Result<(), Response> {
        // The request carries the result to the guards inside, so this function ignores the result.
        let plan = plan_for(&self.0, parts).unwrap_or(Cow::Borrowed(&self.0));
        let _ = verify_for_all(&plan, parts).await;
        Ok(())
    }
}

impl<T> Layer<T> for AuthenticateLayer {
    type Service = Protected<T, Self>;

    fn layer(&self, inner: T) -> Self::Service {
        Protected::new(inner, self.clone())
    }
}

impl fmt::Debug for AuthenticateLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuthenticateLayer").field(&self.0.gate).finish()
    }
}
