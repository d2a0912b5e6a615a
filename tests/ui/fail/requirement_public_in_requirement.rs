// What is public is named by itself.
use scopegate::{Requirement, requirement};

const OPEN: Requirement = Requirement::PUBLIC;

const LIST: Requirement = requirement!(OPEN);

fn main() {
    let _ = LIST;
}
