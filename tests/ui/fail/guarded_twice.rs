use scopegate::{Router, guarded, public, requirement, routing::get};

fn main() {
    let _ = Router::<()>::new().route("/", get(public(guarded(requirement!("files:list"), async || "hello.txt"))));
}
