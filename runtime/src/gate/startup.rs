//! The problems that keep a gate from starting.

use std::sync::Arc;

use super::{Gate, log};
use crate::{
    policy::{Demand, each_once, step_up_of},
    refuse::{Asked, Reason},
    resource::Resource,
    scope::{Filled, ScopeTable},
    token::Scheme,
    verify::{StaticKeys, keys_in},
};
#[cfg(feature = "jwt")]
use crate::{
    shown,
    verify::{Issuer, issuers_in},
};

impl Gate {
    /// Returns the problems of the configuration, and logs scopes that are probably misspelt.
    pub(crate) fn problems(&self, table: &ScopeTable) -> Vec<String> {
        let mut problems = self.0.problems.clone();
        if let Some(resource) = self.resource()
            && resource.authorization_servers().is_empty()
        {
            let id = resource.identifier();
            problems.push(format!(
                "resource `{id}` names no authorization server, so no client can get a token; add `.authorization_server(\"https://..\")`"
            ));
        }
        if self.is_of_family() && self.0.metadata_at_root {
            problems.push(format!(
                "`{}` is a family, so the document at the root could not describe all of its resources; remove `.metadata_at_root()`",
                self.resource().map(Resource::identifier).unwrap_or_default(),
            ));
        }
        problems.extend(self.0.verifier.problems());
        problems.extend(self.0.sources.problems());
        problems.extend(self.binding_problems());
        problems.extend(self.0.policy.problems(table));
        self.0.policy.alike(table).iter().for_each(log::warning);
        self.useless_grants(table).iter().for_each(log::warning);
        problems.extend(self.oversized(table));
        problems.extend(self.logins_of_keys(table));
        // Rows made in a loop have the same handler, so several problems can have the same text.
        each_once(problems.into_iter())
    }

    /// Describes each scope that a role or a static key grants in vain, because no operation of this gate needs the
    /// scope. Such a grant is not an error. Several gates can share an issuer or static keys, so a role or a static key
    /// can grant a scope that only another gate uses.
    pub(crate) fn useless_grants(&self, table: &ScopeTable) -> Vec<String> {
        let verifier = self.0.verifier.as_any();
        let of_keys = keys_in(verifier).flat_map(StaticKeys::grants);
        #[cfg(feature = "jwt")]
        let of_roles = issuers_in(verifier)
            .flat_map(Issuer::roles)
            .map(|(role, scope)| (format!("the role `{}` grants", shown::text(role)), scope));
        #[cfg(not(feature = "jwt"))]
        let of_roles = std::iter::empty();
        let useless = |(by, scope): (String, &str)| self.0.policy.useless(scope, &by, table);
        // If two static keys have no name, their warnings can have the same text.
        each_once(of_roles.chain(of_keys).filter_map(useless))
    }

    /// Describes the rows whose challenge can become too long for servers and proxies.
    fn oversized(&self, table: &ScopeTable) -> impl Iterator<Item = String> {
        table.entries().iter().filter_map(|entry| {
            let filled = Filled::default();
            let also: Vec<_> = entry.row().terms().also.iter().copied().map(Into::into).collect();
            // In the worst case, the handler demands all scopes of `also(..)`, one after the other, and the challenge
            // names them all.
            let demand = Demand { one_of: &also, ..Demand::of(entry.row(), &filled) };
            let each = also.iter().map(|need| Demand { one_of: std::slice::from_ref(need), ..demand });
            let demands: Vec<Demand<'_>> = each.chain([Demand::of(entry.row(), &filled)]).collect();
            let scopes = self.0.policy.to_ask(&demands, true);
            let asked = Asked { scopes, step_up: step_up_of(&demands) };
            let of_both = [Scheme::Bearer, Scheme::Dpop].into_iter().flat_map(|scheme| {
                self.challenges(Reason::InsufficientScope, scheme, &asked).into_iter().flatten()
            });
            let fits = of_both.into_iter().all(|challenge| challenge.fits());
            let handler = entry.handler();
            (!fits).then(|| {
                format!("the challenge of `{handler}` has more than 8 KiB; use fewer or shorter scopes")
            })
        })
    }

    /// Describes the rows that require a login, if the gate accepts only static keys. Static keys have no login, so
    /// nobody can call the handlers of these rows.
    fn logins_of_keys(&self, table: &ScopeTable) -> impl Iterator<Item = String> {
        let keys_alone = self.verifies_keys_alone();
        let asking = table
            .entries()
            .iter()
            .filter(move |entry| keys_alone && !entry.requirement().step_up().is_none());
        asking.map(|entry| {
            let handler = entry.handler();
            format!(
                "`{handler}` requires a login, but static keys have none; remove `acr` and `max_age`, leave the handler out of the router or table of this gate, or add a token verifier with `StaticKeys::or`"
            )
        })
    }

    /// Tells whether the gate accepts only static keys.
    pub(super) fn verifies_keys_alone(&self) -> bool {
        let verifier = self.0.verifier.as_any();
        verifier.is::<StaticKeys>() || verifier.is::<Arc<StaticKeys>>()
    }
}
