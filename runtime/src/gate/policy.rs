//! The methods of a gate that return or change its policy.

use super::Gate;
use crate::{
    policy::{Advertise, Policy, Strategy},
    scope::{ScopeToken, Vocabulary, Wildcards},
};

/// Methods that return or change the policy. If [`Policy`] has a method with the same name, the gate's method makes the
/// same change to the gate's policy.
impl Gate {
    /// Sets the whole policy.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, Policy, Scope, StaticKeys};
    ///
    /// let policy = Policy::new().floor([Scope::from_static("files")]);
    /// let gate = Gate::static_keys("files", StaticKeys::parse("sk_read=files files:read")?).with_policy(policy);
    /// # Ok::<(), scopegate::InvalidKey>(())
    /// ```
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Self {
        self.changing_policy(|_| policy)
    }

    /// Returns the policy. Code that decides without the gate, such as a test or a server over stdio, can use this
    /// policy.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// Sets the scopes that every protected operation needs in addition to its own scopes; see [`Policy::floor`].
    ///
    /// The argument is an array or another collection, even if there is only one scope.
    ///
    /// # Examples
    ///
    /// ```
    /// use scopegate::{Gate, StaticKeys, Vocabulary};
    ///
    /// #[derive(Clone, Copy, Vocabulary)]
    /// enum Notes {
    ///     /// Use the notes.
    ///     #[scope("notes")]
    ///     Use,
    /// }
    ///
    /// let gate = Gate::static_keys("notes", StaticKeys::parse("sk_use=notes")?).floor([Notes::Use]);
    /// # Ok::<(), scopegate::InvalidKey>(())
    /// ```
    #[must_use]
    pub fn floor(self, scopes: impl IntoIterator<Item: Into<ScopeToken>>) -> Self {
        self.changing_policy(|policy| policy.floor(scopes))
    }

    /// Registers the scopes of `V`, and what they imply; see [`Policy::vocabulary`].
    #[must_use]
    pub fn vocabulary<V: Vocabulary>(self) -> Self {
        self.changing_policy(Policy::vocabulary::<V>)
    }

    /// Sets which scopes imply other scopes; see [`Policy::implies`].
    #[must_use]
    pub fn implies<S, I>(self, relations: impl IntoIterator<Item = (S, I)>) -> Self
    where
        S: Into<ScopeToken>,
        I: IntoIterator<Item: Into<ScopeToken>>,
    {
        self.changing_policy(|policy| policy.implies(relations))
    }

    /// Lets granted scopes that end in `*` cover other scopes; see [`Policy::wildcards`].
    #[must_use]
    pub fn wildcards(self, wildcards: Wildcards) -> Self {
        self.changing_policy(|policy| policy.wildcards(wildcards))
    }

    /// Sets whether a 403 also names the operation's related scopes; see [`Policy::strategy`].
    #[must_use]
    pub fn strategy(self, strategy: Strategy) -> Self {
        self.changing_policy(|policy| policy.strategy(strategy))
    }

    /// Sets which scopes the metadata lists; see [`Policy::advertise`].
    #[must_use]
    pub fn advertise(self, advertise: Advertise) -> Self {
        self.changing_policy(|policy| policy.advertise(advertise))
    }

    /// Sets the name by which clients request a scope, if tokens use another name; see [`Policy::asked_as`].
    #[must_use]
    pub fn asked_as(self, asked: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.changing_policy(|policy| policy.asked_as(asked))
    }

    fn changing_policy(mut self, change: impl FnOnce(Policy) -> Policy) -> Self {
        let policy = &mut self.change().policy;
        *policy = change(std::mem::take(policy));
        self
    }
}
