//! A layer's table, held against the routes of a router.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    GateLayer,
    routes::{mounted, names},
    survey::{Found, Survey},
};
use crate::{
    gate::log,
    policy::StartupError,
    routing::method_router::ANY,
    scope::{Entry, ScopeTable},
    well_known,
};

impl GateLayer {
    /// Puts the layer around every route of a router, and adds the routes of the metadata document outside of it.
    ///
    /// It is the short form for one gate at the root of a server, as [`Router::protect`](crate::Router::protect) is. Give it
    /// the whole router: one that is nested afterwards has other paths than the rows of the table.
    ///
    /// # Errors
    ///
    /// What [`GateLayer::check`] refuses, and a route where the metadata document belongs.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use scopegate::{Gate, Resource, ScopeTable, requires_scope, scope_table};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// #[requires_scope("files:read")]
    /// async fn list() {}
    ///
    /// const TABLE: ScopeTable = scope_table![GET "/v1/files" => list];
    ///
    /// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// let layer = Gate::new(resource, Sessions).layer(TABLE)?;
    /// let api = Router::new().route("/files", get(list));
    ///
    /// let error = layer.protect(api.clone()).unwrap_err();
    /// assert!(error.problems()[0].starts_with("no route of the router is `/v1/files`"));
    ///
    /// let app: Router = layer.protect(Router::new().nest("/v1", api))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn protect(&self, router: axum::Router) -> Result<axum::Router, StartupError> {
        let survey = Survey::of(&router);
        let mut problems = self.unmatched(&survey);
        problems.extend(self.in_the_way(&survey));
        // In this order, since axum takes the fallback of the latter: the one that is behind the layer.
        StartupError::unless(problems, || self.well_known().merge(router.layer(self.clone())))
    }

    /// Holds the table against a router, and refuses rows that none of its routes is for.
    ///
    /// It is for a program whose layer is on a part of its router, when the router is whole; [`GateLayer::protect`]
    /// does it by itself. Nothing of the router runs. Routes of services that are nested, as by
    /// [`nest_service`](axum::Router::nest_service), are not seen.
    ///
    /// axum does not list its routes, so a path without any row is found only when a request comes for it, and reported in
    /// the log. Of a path that has rows, methods without one are reported there at once: they may be meant, as those of
    /// handlers without an attribute.
    ///
    /// # Errors
    ///
    /// A row whose path or method has no route; the error lists every one of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use scopegate::{Gate, Resource, requires_scope, scope_table};
    /// # use scopegate::{Presented, Token, TokenVerifier, VerifyError};
    /// # struct Sessions;
    /// # impl TokenVerifier for Sessions {
    /// #     async fn verify(&self, _: &Presented<'_>) -> Result<Token, VerifyError> { Err(VerifyError::expired()) }
    /// # }
    ///
    /// #[requires_scope("files:read")]
    /// async fn list() {}
    ///
    /// let resource = Resource::new("https://files.example.com")?.authorization_server("https://auth.example.com")?;
    /// let layer = Gate::new(resource, Sessions).layer(scope_table![GET "/api/files" => list])?;
    /// let api = Router::new().route("/files", get(list)).layer(layer.clone());
    /// let app = layer.well_known().nest("/api", api).route("/health", get(async || ()));
    /// layer.check(&app)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check(&self, router: &axum::Router) -> Result<(), StartupError> {
        StartupError::unless(self.unmatched(&Survey::of(router)), || ())
    }

    /// Returns which rows have no route, and reports which routes have no row.
    fn unmatched(&self, survey: &Survey) -> Vec<String> {
        let mut problems = Vec::new();
        let mut found: BTreeMap<&str, Option<Found>> = BTreeMap::new();
        for (methods, path, entry) in mounted(self.table()) {
            let found = found.entry(path).or_insert_with(|| survey.at(path));
            problems.extend(unmatched(methods, path, entry, found.as_ref()));
        }
        for (path, found) in found {
            let Some(methods) = found.filter(|found| found.path() == path).and_then(|found| found.methods)
            else {
                continue;
            };
            let without = without_row(path, &methods, self.table());
            if !without.is_empty() {
                log::without_row(path, Some(&without.join(" | ")));
            }
        }
        problems
    }

    /// Returns which routes stand where the metadata document belongs: axum would panic when the two are merged.
    fn in_the_way(&self, survey: &Survey) -> BTreeSet<String> {
        let places = well_known::looked_at(&self.discovery()).iter();
        let routes = places.flat_map(|place| {
            let at = ["", "/", "/{rest}"].map(|rest| format!("{place}{rest}"));
            let own = at.into_iter().filter_map(|path| Some(survey.at(&path)?.path().to_owned()));
            own.filter(move |path| path.starts_with(place))
        });
        let message = |path| {
            format!(
                "the router has a route at `{path}`, where clients look for the metadata document; leave that route out, or merge it outside of the layer"
            )
        };
        routes.map(message).collect()
    }
}

/// Says what is wrong with a row that has not found its route.
fn unmatched(methods: &str, path: &str, entry: &Entry, found: Option<&Found>) -> Option<String> {
    let handler = entry.handler();
    let Some(found) = found else {
        return Some(format!(
            "no route of the router is `{path}`, where the table has `{handler}`; write the whole path, that of the routers around it included"
        ));
    };
    let own = found.path();
    if own != path {
        return Some(format!(
            "no route of the router is `{path}`, where the table has `{handler}`; the route there is `{own}`, so write that"
        ));
    }
    let served = found.methods.as_ref()?;
    let is_served = |method: &&str| *method == ANY || served.iter().any(|served| served == method);
    let missing: Vec<&str> = names(methods).filter(|method| !is_served(method)).collect();
    (!missing.is_empty()).then(|| {
        let (missing, served) = (missing.join(", "), served.join(", "));
        format!("the route `{path}` does not serve {missing}, for which the table has `{handler}`; it serves {served}")
    })
}

/// Returns which methods of a route have no row; `HEAD` is that of `GET`.
fn without_row<'a>(path: &str, served: &'a [String], table: &ScopeTable) -> Vec<&'a str> {
    let rows = || mounted(table).filter(|(_, own, _)| *own == path);
    let has_row = |method: &str| {
        rows().any(|(methods, ..)| {
            names(methods).any(|own| own == method || own == ANY || (method == "HEAD" && own == "GET"))
        })
    };
    let by_get = served.iter().any(|method| method == "GET");
    let own = served.iter().map(String::as_str).filter(|method| !(by_get && *method == "HEAD"));
    own.filter(|method| !method.is_empty() && !has_row(method)).collect()
}
