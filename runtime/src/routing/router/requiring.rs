//! A requirement for a group of routes.

use super::Router;
use crate::scope::Requirement;

impl<S> Router<S> {
    /// Adds `requirement` to all routes so far, including fallbacks, besides what each of them declares.
    ///
    /// Table, lock, challenges and `OpenAPI` documents show it at each route. A challenge names the floor, then the
    /// scopes of the group, then those of the operation. Templates take their values from the whole path of the route,
    /// including the path at which the router is nested.
    ///
    /// Like [`Router::layer`], it does not cover routes that are added later. A nested or merged router can have a
    /// requirement of its own; then both apply.
    ///
    /// # Errors
    ///
    /// [`Router::protect`] and [`Router::split`] reject a public route in the group, a group without routes, a
    /// requirement that demands nothing, and one that makes more than 16 alternatives or 128 scopes together with that
    /// of a route.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Router, authenticated, requirement, requires_scope, routing::get};
    ///
    /// #[requires_scope("docs:read")]
    /// async fn list() {}
    ///
    /// #[authenticated]
    /// async fn members() {}
    ///
    /// let tenant = Router::new()
    ///     .route("/docs", get(list))
    ///     .route("/members", get(members))
    ///     .requiring(requirement!("tenant:{tenant}:member"));
    /// let routes: Router = Router::new().nest("/{tenant}", tenant);
    /// assert_eq!(
    ///     routes.table().to_string(),
    ///     "\
    /// GET  /{tenant}/docs     tenant:{tenant}:member docs:read
    /// GET  /{tenant}/members  tenant:{tenant}:member
    /// ",
    /// );
    /// ```
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a requirement is made for this call, as for `guarded`"
    )]
    pub fn requiring(mut self, requirement: Requirement) -> Self {
        self.mounts.require(&requirement);
        self
    }
}
