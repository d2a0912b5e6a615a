use axum::http::HeaderMap;
use scopegate::{Access, Router, authenticated, public, routing::get, scoped_handlers};

#[public]
async fn greet(_headers: HeaderMap, access: Option<&Access>) -> String {
    access.and_then(Access::subject).unwrap_or("stranger").to_owned()
}

#[public]
async fn welcome(access: &scopegate::Access) -> String {
    access.subject().unwrap_or("stranger").to_owned()
}

#[authenticated]
async fn rename<'a>(access: &'a mut Access, _body: String) -> String {
    let again: &'a Access = access;
    again.subject().unwrap_or("stranger").to_owned()
}

struct Files;

#[scoped_handlers]
impl Files {
    #[authenticated]
    async fn list(access: &Access) -> String {
        access.subject().unwrap_or("nobody").to_owned()
    }

    #[public]
    async fn count(access: &Option<Access>) -> String {
        access.as_ref().and_then(Access::subject).unwrap_or("nobody").to_owned()
    }
}

fn main() {
    let _ = Router::<()>::new()
        .route("/greet", get(greet).post(rename))
        .route("/welcome", get(welcome))
        .route("/files", get(Files::list).post(Files::count));
}
