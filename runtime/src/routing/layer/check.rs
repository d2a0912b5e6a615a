//! Compares a layer's table with the routes of a router.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter::once,
};

use super::{
    GateLayer,
    routes::{mounted, names},
    survey::{Found, Survey},
};
use crate::{
    gate::log,
    policy::StartupError,
    resource::WELL_KNOWN,
    routing::method_router::ANY,
    scope::{Entry, ScopeTable},
    well_known,
};

impl GateLayer {
    /// Puts the layer around every route of a router, and adds the routes of the metadata document outside the layer.
    ///
    /// Like [`Router::protect`](crate::Router::protect), this method is for a server with one gate at the root. Pass
    /// the whole router. If you nest the router afterwards, its paths no longer match the rows of the table.
    ///
    /// # Errors
    ///
    /// Fails if the router has no route for a row's path or method, or has a route at the path of the metadata
    /// document.
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
    /// assert!(error.problems()[0].starts_with("the router has no route `/v1/files`"));
    ///
    /// let app: Router = layer.protect(Router::new().nest("/v1", api))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn protect(&self, router: axum::Router) -> Result<axum::Router, StartupError> {
        let survey = Survey::of(&router);
        let mut problems = self.unmatched(&survey);
        problems.extend(self.in_the_way(&survey));
        StartupError::unless(problems, || well_known::around(self.well_known(), router.layer(self.clone())))
    }

    /// Compares the table with a router, and rejects rows without a matching route. Also rejects a router that serves
    /// the metadata document at a nested path, where no client looks for the document.
    ///
    /// If only a part of the router has the layer, pass the complete router to this method. You do not need this method
    /// if you call [`GateLayer::protect`], which checks the rows and adds the metadata document. The check does not run
    /// any code of the router. The check does not see routes inside a service that was added with
    /// [`nest_service`](axum::Router::nest_service).
    ///
    /// A missing route for the metadata document is not an error, because [another server](crate::guide::operating) can
    /// serve the document. The check only logs a warning. To find a document that is nested at a path such as `/api`,
    /// the check tries every prefix of each row's path and of the resource's path.
    ///
    /// An axum router does not list its routes, so the check cannot find paths that have no row. The layer logs such a
    /// path at the first request for it, if at least one row of the table has a route. If the table has a row for a
    /// path, the check logs which methods of this path have no row. A method without a row is not an error, because an
    /// axum router can contain handlers without a declaration. A handler can have a row only if it has an attribute, or
    /// if [`guarded`](crate::guarded) wraps it.
    ///
    /// # Errors
    ///
    /// Fails if a row's path or method has no route, or if the router serves the metadata document only at a nested
    /// path. The error lists all problems.
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
        let survey = Survey::of(router);
        let mut problems = self.unmatched(&survey);
        problems.extend(self.misplaced(&survey));
        StartupError::unless(problems, || ())
    }

    /// Returns a problem for each row that matches no route, and logs the methods without a row.
    fn unmatched(&self, survey: &Survey) -> Vec<String> {
        let mut problems = Vec::new();
        let mut found: BTreeMap<&str, Option<Found>> = BTreeMap::new();
        for (methods, path, entry) in mounted(self.table()) {
            let at = || survey.at(path).or_else(|| survey.at(&with_or_without_slash(path)));
            let found = found.entry(path).or_insert_with(at);
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

    /// Returns a problem if the router serves the metadata document only at a nested path. If the router does not serve
    /// the document at all, this method only logs a warning, because another server can serve the document.
    fn misplaced(&self, survey: &Survey) -> Option<String> {
        let discovery = self.discovery();
        let path = discovery.paths().first()?;
        // The program can serve a copy of the document from its own route.
        let is_in_place = |found: Found| found.path().starts_with("/.well-known/") && found.serves("GET");
        if survey.at(path).is_some_and(is_in_place) {
            return None;
        }
        let Some(nested) = self.nested(path, survey) else {
            log::warning(&format!(
                "the router has no route for `GET {path}`, where clients look for the metadata document; merge `layer.well_known()` into the outermost router, unless another server or a nested service serves the document"
            ));
            return None;
        };
        Some(format!(
            "the router serves the metadata document at `{nested}`, but clients look for it at `{path}`; merge `layer.well_known()` into the outermost router"
        ))
    }

    /// Finds the nested path at which the router serves the document. The survey cannot list nested routers. This
    /// method therefore tries every path at which a router could be nested: every prefix of a row's path or of the
    /// resource's path.
    fn nested(&self, path: &str, survey: &Survey) -> Option<String> {
        let of_resource = path.strip_prefix(WELL_KNOWN).unwrap_or_default();
        let rows = mounted(self.table()).map(|(_, path, _)| path);
        let outer: BTreeSet<&str> = rows.chain(once(of_resource)).flat_map(beginnings).collect();
        let mounted = outer.into_iter().filter(|outer| has_well_known(outer, survey));
        let mut nested = mounted.map(|outer| format!("{outer}{path}"));
        nested.find(|nested| survey.at(nested).is_some_and(|found| found.serves("GET")))
    }

    /// Returns a problem for each route at the path of the metadata document. axum would panic if it merged this route
    /// with the route that serves the document.
    fn in_the_way(&self, survey: &Survey) -> BTreeSet<String> {
        let places = well_known::looked_at(&self.discovery()).iter();
        let routes = places.flat_map(|place| {
            let at = ["", "/", "/{rest}"].map(|rest| format!("{place}{rest}"));
            let own = at.into_iter().filter_map(|path| Some(survey.at(&path)?.path().to_owned()));
            own.filter(move |path| path.starts_with(place))
        });
        let message = |path| {
            format!(
                "the router has a route at `{path}`, where clients look for the metadata document; remove that route, or merge it outside the layer"
            )
        };
        routes.map(message).collect()
    }
}

/// Iterates over the prefixes of `path` at which a router can be nested: for `/api/files`, these are `/api` and
/// `/api/files`.
fn beginnings(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
    ends.filter(|end| *end > 0).filter_map(|end| path.get(..end))
}

/// Tells whether the router of [`GateLayer::well_known`] is nested at a path. This router has a route that has no
/// methods and answers 404. The function looks for this route. The program itself may serve a copy of the metadata
/// document at a path below an endpoint. This copy is not a mistake, so the function returns `false` for it.
fn has_well_known(outer: &str, survey: &Survey) -> bool {
    let beside = format!("{WELL_KNOWN}/");
    let found = survey.at(&format!("{outer}{beside}")).filter(|found| found.path().ends_with(&beside));
    found.is_some_and(|found| found.methods.is_some_and(|methods| methods.is_empty()))
}

/// Removes the slash at the end of a path, or adds one if the path does not end with a slash. axum distinguishes the
/// two paths, and a row can name the wrong one.
fn with_or_without_slash(path: &str) -> String {
    path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned)
}

/// Returns a problem if a row's path or method has no route.
fn unmatched(methods: &str, path: &str, entry: &Entry, found: Option<&Found>) -> Option<String> {
    let handler = entry.handler();
    let Some(found) = found else {
        return Some(format!(
            "the router has no route `{path}`, where the table has `{handler}`; write the whole path, including the paths of the routers around it"
        ));
    };
    let own = found.path();
    if own != path {
        return Some(format!(
            "the router has no route `{path}`, where the table has `{handler}`; write `{own}`, as the router does"
        ));
    }
    let served = found.methods.as_ref()?;
    let missing: Vec<&str> =
        names(methods).filter(|method| *method != ANY && !found.serves(method)).collect();
    (!missing.is_empty()).then(|| {
        let (missing, served) = (missing.join(", "), served.join(", "));
        format!("the route `{path}` does not serve {missing}, for which the table has `{handler}`; it serves {served}")
    })
}

/// Returns the route's methods that have no row in the table. A row for `GET` also covers `HEAD`.
fn without_row<'a>(path: &str, served: &'a [String], table: &ScopeTable) -> Vec<&'a str> {
    let rows = || mounted(table).filter(|(_, own, _)| *own == path);
    let has_row = |method: &str| {
        rows().any(|(methods, ..)| {
            names(methods).any(|own| own == method || own == ANY || (method == "HEAD" && own == "GET"))
        })
    };
    let by_get = served.iter().any(|method| method == "GET");
    let own = served.iter().map(String::as_str).filter(|method| !(by_get && *method == "HEAD"));
    own.filter(|method| !has_row(method)).collect()
}
