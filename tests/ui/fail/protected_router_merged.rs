use scopegate::{Gate, Router, requires_scope, routing::get};

#[requires_scope("files:read")]
async fn list() {}

fn app(gate: Gate) -> Result<axum::Router, scopegate::StartupError> {
    let files = Router::new().route("/", get(list)).protect(gate.clone())?;
    Router::new().merge(files).protect(gate)
}

fn main() {
    let _ = app;
}
