// `tenant.acme.billing.read` could be for `acme.billing`, or for something below `acme`.
use scopegate::{Router, requires_scope, routing::get};

#[requires_scope("tenant.{tenant}.read")]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
}
