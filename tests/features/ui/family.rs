use scopegate::{InvalidResource, Resource};

fn resource() -> Result<Resource, InvalidResource> {
    Resource::family("https://h.example/mcp/{org}")
}

fn main() {
    let _ = resource;
}
