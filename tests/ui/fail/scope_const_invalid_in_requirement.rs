use scopegate::{Requirement, Scope, requirement};

const READ: Scope = Scope::from_static("files read");

const LIST: Requirement = requirement!(READ);

fn main() {
    let _ = LIST;
}
