use scopegate::{Router, Vocabulary, requires_scope, routing::get};

#[derive(Vocabulary)]
enum FilesScope {
    #[scope("tenant:{tenant")]
    Read,
}

#[requires_scope(FilesScope::Read)]
async fn handler() {}

fn main() {
    let _ = Router::<()>::new().route("/", get(handler));
    let _: Result<FilesScope, _> = "files:read".parse();
    println!("{}", FilesScope::ALL[0]);
}
