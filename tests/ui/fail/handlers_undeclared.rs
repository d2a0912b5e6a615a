use scopegate::scoped_handlers;

struct Files;

#[scoped_handlers]
impl Files {
    async fn list() {}
}

fn main() {}
