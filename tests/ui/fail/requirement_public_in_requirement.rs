// A public requirement is used directly, without `requirement!`.
use scopegate::{Requirement, requirement};

const OPEN: Requirement = Requirement::PUBLIC;

const LIST: Requirement = requirement!(OPEN);

fn main() {
    let _ = LIST;
}
