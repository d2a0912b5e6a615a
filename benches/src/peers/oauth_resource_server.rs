//! oauth-resource-server with static keys, which have no scopes. The program `tokens` measures this crate with JWTs.

use axum::{Router, routing::get};
use oauth_resource_server::axum::AuthLayer;

use super::{READER, Subject, bare};
use crate::call::{Case, bearer};

async fn list() {}

pub fn router() -> Subject {
    let layer = AuthLayer::builder().static_token(READER).build().expect("there is a key");
    let router = Router::new().route("/files", get(list)).layer(layer);
    Subject {
        name: "oauth-resource-server 0.4.1, static key",
        baseline: bare::ROUTER,
        router,
        credential: |case| match case {
            Case::Allowed => Some(bearer(READER)),
            Case::Unauthorized => Some(None),
            Case::Forbidden => None,
        },
    }
}
