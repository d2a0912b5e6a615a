//! A requirement for a group of routes.

use super::Router;
use crate::scope::Requirement;

impl<S> Router<S> {
    /// Adds `requirement` to all routes added so far, including fallbacks. Each route also keeps its own requirement.
    ///
    /// The table, the lock, challenges and `OpenAPI` documents show the added requirement at each route. A challenge
    /// names the floor, then the added scopes, then the scopes of the route's own requirement. Scope templates take
    /// their values from the whole path of the route, including the path at which the router is nested.
    ///
    /// Like [`Router::layer`], this method does not cover routes that are added later. If a nested or merged router has
    /// a requirement of its own, both requirements apply.
    ///
    /// # Errors
    ///
    /// Fails if the requirement demands nothing, if no route has been added so far, or if one of the added routes is
    /// public. Also fails if the combined requirement of a route has more than 16 alternatives or 128 scopes. Also
    /// fails if no value of `acr` meets both `requirement` and the route's own requirement. The later call to
    /// [`Router::protect`] or [`Router::split`] returns the error.
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
