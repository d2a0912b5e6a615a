//! A requirement of a group of routes.

use super::Router;
use crate::scope::Requirement;

impl<S> Router<S> {
    /// Demands `requirement` for all routes so far, fallbacks included, besides what each of them declares.
    ///
    /// Table, lock, challenges and `OpenAPI` documents have it at each route. A challenge names the floor, then what the
    /// group needs, then what the operation needs. Templates take their values from the whole path of the route, so
    /// that the parameter of a path where the router is nested counts.
    ///
    /// Like [`Router::layer`], it does not cover what is added later. A router that is nested or merged can have a
    /// requirement of its own; both count then.
    ///
    /// # Errors
    ///
    /// [`Router::protect`] and [`Router::split`] refuse a public route in the group, a group without routes, a
    /// requirement that demands nothing, and one that makes more than 16 alternatives or 128 scopes with that of a route.
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
