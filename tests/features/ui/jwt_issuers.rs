use scopegate::{Gate, Resource};

fn gate(resource: Resource) -> Gate {
    Gate::issuers(resource, ["https://auth.example.com"])
}

fn main() {
    let _ = gate;
}
