use scopegate::{Gate, dpop::Dpop};

fn gate(gate: Gate) -> Gate {
    gate.dpop(Dpop::required())
}

fn main() {
    let _ = gate;
}
