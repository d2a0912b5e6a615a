//! Records the handlers and services of a router. The router's table is made from these records. The records contain
//! the slots into which `protect` puts the plans of the handlers.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

#[cfg(feature = "utoipa")]
use crate::routing::documentation::Documentation;
use crate::{
    enforce::{Group, Places, Plan, Prebuilt, REST, Slot},
    gate::Gate,
    routing::{gated::Mounted, method_router::ANY},
    scope::{Entry, Requirement, RowRef, ScopeTable, parameters},
};

/// The mounted handlers and services, in the order in which they were added.
#[derive(Default)]
pub(super) struct Mounts {
    all: Vec<Mount>,
    /// The paths that were added with `Router::route`. If no handler of the path accepts all methods, the path answers
    /// 405 to each method without a handler.
    by_method: BTreeSet<String>,
    problems: Vec<String>,
}

/// A handler or a service at a path. Mounts that share a slot come from the same call, such as a call to
/// `nest_service`. So each call to `requiring` covers either all of these mounts or none.
struct Mount {
    path: String,
    place: Place,
    mounted: Mounted,
    group: Option<Arc<Group>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The path itself.
    Path,
    /// Every path below a nested service. axum has no named parameter for the part of the path below the service.
    Below,
    /// Every path without a route.
    Fallback,
}

/// The path that the table shows for a router's fallback, relative to the path of the router.
const FALLBACK: &str = "/*";

impl Mounts {
    /// Adds the handlers of a path, by method.
    pub(super) fn add_methods(&mut self, path: &str, handlers: Vec<Mounted>) {
        self.by_method.insert(path.to_owned());
        self.all.extend(handlers.into_iter().map(|mounted| Mount::new(path, Place::Path, mounted)));
    }

    pub(super) fn add_service(&mut self, path: &str, service: Mounted) {
        self.all.push(Mount::new(path, Place::Path, service));
    }

    /// Adds a service at the two or three paths at which axum mounts a nested service.
    pub(super) fn add_nested_service(&mut self, path: &str, service: &Mounted) {
        let with_slash = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        let below = format!("{with_slash}{{*{REST}}}");
        let mut paths = vec![(path.to_owned(), Place::Path)];
        if with_slash != path {
            paths.push((with_slash, Place::Path));
        }
        paths.push((below, Place::Below));
        self.all.extend(paths.into_iter().map(|(path, place)| Mount::new(&path, place, service.clone())));
    }

    /// Sets the router's own fallback, which replaces the former fallback.
    pub(super) fn set_fallback(&mut self, fallback: Mounted) {
        self.all.retain(|mount| mount.place != Place::Fallback || mount.path != FALLBACK);
        self.all.push(Mount::new(FALLBACK, Place::Fallback, fallback));
    }

    /// Removes the fallback of the router and the fallbacks of all nested routers.
    pub(super) fn remove_fallbacks(&mut self) {
        self.all.retain(|mount| mount.place != Place::Fallback);
    }

    /// Adds `handler` to each path that answers 405 to some methods. The handler then answers these methods.
    pub(super) fn add_for_other_methods(&mut self, handler: &Mounted) {
        let taken: BTreeSet<&str> =
            self.all.iter().filter(|mount| mount.is_for_any()).map(|mount| &*mount.path).collect();
        let free = self.by_method.iter().filter(|path| !taken.contains(path.as_str()));
        let added: Vec<Mount> = free.map(|path| Mount::new(path, Place::Path, handler.clone())).collect();
        self.all.extend(added);
    }

    pub(super) fn nest(&mut self, prefix: &str, nested: Self) {
        self.by_method.extend(nested.by_method.iter().map(|path| joined(prefix, path)));
        self.all
            .extend(nested.all.into_iter().map(|mount| Mount { path: joined(prefix, &mount.path), ..mount }));
        self.problems.extend(nested.problems);
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.by_method.extend(other.by_method);
        self.all.extend(other.all);
        self.problems.extend(other.problems);
    }

    /// Adds a requirement to all mounted handlers, in addition to their own requirements.
    pub(super) fn require(&mut self, requirement: &Requirement) {
        if requirement.is_public() {
            self.problems.push(
                "`requiring(public)` demands nothing; name the scopes that the routes need, or remove it"
                    .to_owned(),
            );
            return;
        }
        if self.all.is_empty() {
            self.problems.push(format!(
                "`requiring({requirement})` covers no route, because it covers only routes that were added before it; call it after you add the routes"
            ));
        }
        for mount in &mut self.all {
            self.problems.extend(mount.require(requirement).err());
        }
    }

    pub(super) fn table(&self) -> ScopeTable {
        self.all.iter().map(Mount::entry).collect()
    }

    /// Iterates over the handlers that have documentation from utoipa. Each item is a pair: the handler's path in this
    /// router, and the handler's documentation.
    #[cfg(feature = "utoipa")]
    pub(super) fn documented(&self) -> impl Iterator<Item = (&str, &Documentation)> {
        self.all.iter().filter_map(|mount| Some((&*mount.path, mount.mounted.documentation.as_ref()?)))
    }

    /// Returns the problems of the routes, except problems that depend on the gate.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = self.problems.clone();
        problems.extend(self.all.iter().filter_map(Mount::nameless_parameters));
        problems
    }

    /// Makes the plan of each mounted handler, and puts the plan into the handler's slot.
    pub(super) fn fill(&self, gate: &Gate) {
        let prebuilt = Prebuilt::of(gate, self.all.iter().map(|mount| &**mount.row()));
        // Handlers that share a slot get one plan, which covers all of their places.
        let mut sharing: HashMap<*const Slot, Vec<Entry>> = HashMap::new();
        for mount in &self.all {
            sharing.entry(Arc::as_ptr(&mount.mounted.slot)).or_default().push(mount.entry());
        }
        for mount in &self.all {
            let places = || sharing.get(&Arc::as_ptr(&mount.mounted.slot)).into_iter().flatten().collect();
            mount.mounted.slot.get_or_init(|| mount.plan(gate, &prebuilt, places()).into());
        }
    }
}

impl Mount {
    fn new(path: &str, place: Place, mounted: Mounted) -> Self {
        Self { path: path.to_owned(), place, mounted, group: None }
    }

    /// Returns the row that the gate enforces and the table shows.
    fn row(&self) -> &RowRef {
        self.group.as_ref().map_or(&self.mounted.row, |group| group.row())
    }

    fn entry(&self) -> Entry {
        Entry::route(self.mounted.methods.clone(), self.path.clone(), (**self.row()).clone())
    }

    fn plan(&self, gate: &Gate, prebuilt: &Prebuilt, places: Places) -> Plan {
        let (gate, prebuilt) = (gate.clone(), prebuilt.clone());
        match &self.group {
            Some(group) => Plan::in_group(gate, group, prebuilt, places),
            None => Plan::new(gate, self.mounted.row.clone(), prebuilt, places),
        }
    }

    fn is_for_any(&self) -> bool {
        self.place == Place::Path && self.mounted.methods == ANY
    }

    fn require(&mut self, requirement: &Requirement) -> Result<(), String> {
        let (own, handler) = (&self.mounted.row, self.mounted.row.handler());
        if own.requirement().is_public() {
            return Err(format!(
                "`{handler}` is public, but `requiring({requirement})` demands a token; mount it after `requiring`, or declare its scopes"
            ));
        }
        let all = match &self.group {
            Some(inner) => requirement.and(inner.requirement()),
            None => Ok(requirement.clone()),
        };
        let group = all.and_then(|all| Group::new(all, own.clone())).map_err(|invalid| {
            format!(
                "`{handler}` cannot need `{requirement}` besides `{}`: {invalid}",
                self.row().requirement()
            )
        })?;
        self.group = Some(Arc::new(group));
        Ok(())
    }

    /// Returns a problem if a template needs a parameter from the path below a nested service. axum gives no names to
    /// the parts of this path.
    fn nameless_parameters(&self) -> Option<String> {
        if self.place != Place::Below {
            return None;
        }
        let template =
            self.row().terms().templates().find(|template| parameters(template).any(|name| name == REST))?;
        Some(format!(
            "`{}` needs `{template}`, but the path below `{}` has no named parameters; use a parameter of the path before it",
            self.row().handler(),
            self.path.trim_end_matches(&format!("{{*{REST}}}")),
        ))
    }
}

/// Joins the path of a route to the path of its router, as axum does.
fn joined(prefix: &str, path: &str) -> String {
    if prefix.ends_with('/') {
        format!("{prefix}{}", path.trim_start_matches('/'))
    } else if path == "/" {
        prefix.to_owned()
    } else {
        format!("{prefix}{path}")
    }
}
