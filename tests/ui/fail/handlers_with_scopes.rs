use scopegate::{authenticated, scoped_handlers};

struct Files;

#[scoped_handlers("files:read")]
impl Files {
    #[authenticated]
    async fn list() {}
}

fn main() {}
