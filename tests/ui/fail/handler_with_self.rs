use scopegate::requires_scope;

struct Files;

impl Files {
    #[requires_scope("files:read")]
    async fn list(&self) {}
}

fn main() {
    let _ = Files.list();
}
