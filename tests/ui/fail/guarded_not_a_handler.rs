use scopegate::{Router, guarded, requirement, routing::get};

async fn list(_name: String, _size: u8) {}

fn main() {
    let _ = Router::<()>::new().route("/", get(guarded(requirement!("files:list"), list)));
}
