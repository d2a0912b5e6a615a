//! Makes the gate of one resource from the gate of a family of resources. The request says which resource it is for.

use std::sync::Arc;

use http::{Uri, request::Parts};

use super::Gate;
use crate::{
    resource::{Place, Resource, is_within, misplaced},
    scope::{Entry, ScopeTable},
};

/// The result of `Gate::spot`: the gate for a request, or the reason why no gate exists for the request.
pub(crate) enum Spot {
    /// The request is for a resource of the family, and this is the resource's gate.
    Member(Gate),
    Illegal,
    Outside,
}

impl Gate {
    /// Tells whether this is the gate of a whole family. For each request, `spot` turns the gate of a family into the
    /// gate of one resource.
    pub(crate) fn is_of_family(&self) -> bool {
        self.resource().is_some_and(Resource::is_family)
    }

    /// Finds the gate of the resource that a request is for.
    pub(crate) fn spot(&self, parts: &Parts) -> Spot {
        match self.resource().map_or(Place::Outside, |family| family.find(arrived(parts).path())) {
            Place::At(member) => Spot::Member(Self(self.0.clone(), Some(Arc::from(member)))),
            Place::Illegal => Spot::Illegal,
            Place::Outside => Spot::Outside,
        }
    }

    /// Describes each route that needs a token but is outside the family. No token is valid outside the family, so no
    /// request could reach the handler of such a route. Also describes each route inside the family that has a
    /// parameter of the family's pattern at another position in the path.
    pub(crate) fn routes_outside(&self, table: &ScopeTable) -> Vec<String> {
        let family = self.resource().filter(|resource| resource.is_family());
        let routes = table.entries().iter().filter_map(|entry| Some((entry, entry.path()?)));
        family
            .into_iter()
            .flat_map(|family| routes.clone().filter_map(|route| fault(family, route)))
            .collect()
    }
}

/// Returns the request's original URI. Inside a nested router, `parts.uri` lacks the router's prefix.
pub(super) fn arrived(parts: &Parts) -> &Uri {
    #[cfg(any(feature = "dpop", feature = "family"))]
    if let Some(axum::extract::OriginalUri(original)) = parts.extensions.get() {
        return original;
    }
    &parts.uri
}

fn fault(family: &Resource, (entry, path): (&Entry, &str)) -> Option<String> {
    let (handler, pattern, below) = (entry.handler(), family.identifier(), family.path());
    if !is_within(path, below) {
        return (!entry.requirement().is_public()).then(|| {
            format!(
                "`{handler}` is mounted at `{path}`, and no token can be valid there: the resources of `{pattern}` are below `{below}`"
            )
        });
    }
    let name = misplaced(path, family)?;
    Some(format!(
        "`{handler}` is mounted at `{path}`, whose `{{{name}}}` is not that of the resources of `{pattern}`; give it another name"
    ))
}
