//! axum-login: sessions in memory, with a cookie instead of a token.

use std::{collections::HashSet, convert::Infallible, sync::OnceLock};

use axum::{
    Router,
    extract::Path,
    http::{
        HeaderValue, Request,
        header::{COOKIE, SET_COOKIE},
    },
    routing::{get, post},
};
use axum_login::{
    AuthManagerLayerBuilder, AuthSession, AuthUser, AuthnBackend, AuthzBackend, login_required,
    permission_required,
    tower_sessions::{MemoryStore, SessionManagerLayer},
};
use tower::ServiceExt;

use super::{READER, Subject, Tokens, WRITER, bare};
use crate::call::Case;

#[derive(Clone, Debug)]
struct User(String);

impl AuthUser for User {
    type Id = String;

    fn id(&self) -> String {
        self.0.clone()
    }

    fn session_auth_hash(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

#[derive(Clone)]
struct Users(Tokens<HashSet<String>>);

impl AuthnBackend for Users {
    type User = User;
    type Credentials = String;
    type Error = Infallible;

    async fn authenticate(&self, name: String) -> Result<Option<User>, Infallible> {
        Ok(self.0.0.contains_key(name.as_str()).then_some(User(name)))
    }

    async fn get_user(&self, name: &String) -> Result<Option<User>, Infallible> {
        self.authenticate(name.clone()).await
    }
}

impl AuthzBackend for Users {
    type Permission = String;

    async fn get_user_permissions(&self, user: &User) -> Result<HashSet<String>, Infallible> {
        Ok(self.0.get(&user.0).unwrap_or_default())
    }
}

async fn list() {}

async fn login(mut session: AuthSession<Users>, Path(name): Path<String>) {
    session.login(&User(name)).await.expect("memory does not fail");
}

/// The cookies of the reader and of the writer.
static COOKIES: OnceLock<[HeaderValue; 2]> = OnceLock::new();

pub async fn router() -> Subject {
    let users = Users(Tokens::new(|scopes| scopes.iter().map(|scope| (*scope).to_owned()).collect()));
    let sessions = SessionManagerLayer::new(MemoryStore::default());
    let router = Router::new()
        .route("/files", get(list))
        .route_layer(permission_required!(Users, "files:read"))
        .route_layer(login_required!(Users))
        .route("/login/{name}", post(login))
        .layer(AuthManagerLayerBuilder::new(users, sessions).build());
    let cookies = [cookie(&router, READER).await, cookie(&router, WRITER).await];
    COOKIES.set(cookies).expect("the router is made once");
    Subject { name: "axum-login 0.18.0, session", baseline: bare::ROUTER, router, credential }
}

async fn cookie(router: &Router, name: &str) -> HeaderValue {
    let request = Request::post(format!("/login/{name}")).body(axum::body::Body::empty());
    let answer = router.clone().oneshot(request.expect("a path is a URI")).await;
    let cookies = answer.unwrap_or_else(|never| match never {}).headers()[SET_COOKIE].clone();
    let value = cookies.to_str().expect("a cookie is ASCII").split(';').next();
    HeaderValue::try_from(value.expect("a cookie has a value")).expect("it was one")
}

fn credential(case: Case) -> Option<crate::call::Credential> {
    let [reader, writer] = COOKIES.get()?;
    Some(match case {
        Case::Allowed => Some((COOKIE, reader.clone())),
        Case::Unauthorized => None,
        Case::Forbidden => Some((COOKIE, writer.clone())),
    })
}
