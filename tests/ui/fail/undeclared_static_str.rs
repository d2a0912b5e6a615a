use scopegate::{Router, routing::get};

fn main() {
    let _ = Router::<()>::new().route("/", get("hello.txt"));
}
