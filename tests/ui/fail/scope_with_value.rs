use scopegate::{Router, requires_scope, routing::get};

mod scopes {
    use scopegate::Scope;
    pub const READ: Scope = Scope::from_static("files:read");
}

#[requires_scope(scopes::READ = 1)]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
