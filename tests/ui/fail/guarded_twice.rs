use scopegate::{Router, guarded, public, requirement, routing::get};

async fn list() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(public(guarded(requirement!("files:list"), list))));
}
