use scopegate::{Requirement, requirement};

const EMPTY: Requirement = requirement!();

fn main() {
    let _ = EMPTY;
}
