use scopegate::{Gate, Resource};

fn gate(resource: Resource) -> Gate {
    Gate::jwt(resource)
}

fn main() {
    let _ = gate;
}
