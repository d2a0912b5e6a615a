use scopegate::{authenticated, scoped_handlers};

struct Files;

#[scoped_handlers]
impl Files {
    #[authenticated]
    async fn read() {}

    #[cfg_attr(unix, authenticated)]
    async fn list() {}
}

fn main() {}
