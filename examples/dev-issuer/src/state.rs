//! The state that all endpoints share.

use std::time::Duration;

use crate::authorize::Pending;
use crate::clients::Clients;
use crate::consent::Approval;
use crate::dpop;
use crate::grants::Session;
use crate::keys::SigningKey;
use crate::login;
use crate::store::Store;

/// The authorization server's settings, key and memory.
pub(crate) struct Issuer {
    pub(crate) url: String,
    pub(crate) key: SigningKey,
    pub(crate) descriptions: Vec<(String, String)>,
    pub(crate) access_token_lifetime: Duration,
    pub(crate) clients: Clients,
    pub(crate) login: login::Session,
    /// Requests whose consent page is open, by the random id in that page.
    pub(crate) pending: Store<Pending>,
    /// Approved requests, by their code.
    pub(crate) approvals: Store<Approval>,
    /// Grants that can be refreshed, by the session part of their refresh token.
    pub(crate) sessions: Store<Session>,
    pub(crate) proofs: Store<()>,
}

impl Issuer {
    pub(crate) fn new(url: String, key: SigningKey) -> Self {
        Self {
            url,
            key,
            descriptions: Vec::new(),
            access_token_lifetime: Duration::from_secs(60 * 60),
            clients: Clients::new(),
            login: login::Session::default(),
            pending: Store::new(1_000, Duration::from_secs(10 * 60)),
            approvals: Store::new(1_000, Duration::from_secs(60)),
            sessions: Store::new(1_000, Duration::from_secs(24 * 60 * 60)),
            proofs: dpop::used_proofs(),
        }
    }

    /// The description of `scope`, if there is one.
    pub(crate) fn description(&self, scope: &str) -> Option<&str> {
        self.descriptions.iter().find(|(described, _)| described == scope).map(|(_, text)| text.as_str())
    }
}
