// `tenant.acme.billing.read` could belong to `acme.billing`, or to a part of `acme`.
use scopegate::{Router, requires_scope, routing::get};

#[requires_scope("tenant.{tenant}.read")]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
