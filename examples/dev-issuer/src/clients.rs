//! The clients that the server knows.

use std::time::Duration;

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::grants::GrantType;
use crate::redirect::RedirectUri;
use crate::store::Store;

/// The id and the secret of the built-in client.
pub(crate) const BUILT_IN: &str = "dev";

/// An application that may request tokens.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) id: String,
    /// A public client has none.
    pub(crate) secret: Option<String>,
    /// The name that the client gave itself, unverified.
    pub(crate) name: Option<String>,
    pub(crate) redirect_uris: Vec<RedirectUri>,
    pub(crate) grant_types: Vec<GrantType>,
}

impl Client {
    pub(crate) fn may_use(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }

    /// Tells whether `presented` authenticates this client. A public client has no secret to present.
    pub(crate) fn accepts(&self, presented: Option<&str>) -> bool {
        match (&self.secret, presented) {
            (None, None) => true,
            (Some(secret), Some(presented)) => {
                verify_slices_are_equal(secret.as_bytes(), presented.as_bytes()).is_ok()
            }
            _ => false,
        }
    }
}

/// The built-in client and those that registered.
pub(crate) struct Clients {
    registered: Store<Client>,
}

impl Clients {
    pub(crate) fn new() -> Self {
        Self { registered: Store::new(1_000, Duration::from_secs(30 * 24 * 60 * 60)) }
    }

    pub(crate) fn add(&self, client: Client) {
        self.registered.insert(client.id.clone(), client);
    }

    pub(crate) fn find(&self, id: &str) -> Option<Client> {
        if id == BUILT_IN {
            return Some(built_in());
        }
        self.registered.with(id, |client| client.clone())
    }
}

fn built_in() -> Client {
    Client {
        id: BUILT_IN.to_owned(),
        secret: Some(BUILT_IN.to_owned()),
        name: None,
        redirect_uris: Vec::new(),
        grant_types: vec![GrantType::ClientCredentials],
    }
}
