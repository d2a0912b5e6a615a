use scopegate::Gate;

fn bound<D>(gate: Gate, dpop: D) -> Gate {
    gate.dpop(dpop)
}

fn main() {
    let _ = bound::<()>;
}
