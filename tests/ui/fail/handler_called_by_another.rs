use scopegate::requires_scope;

#[requires_scope("files:read")]
async fn find() -> String {
    "hello.txt".to_owned()
}

#[requires_scope("files:read")]
async fn read() -> String {
    find().await
}

fn main() {
    let _ = read;
}
