use scopegate::{Router, guarded, requirement, routing::get};

fn main() {
    let _ = Router::<()>::new().route("/", get(guarded(requirement!("files:list"), async |name: String, size: u8| {})));
}
