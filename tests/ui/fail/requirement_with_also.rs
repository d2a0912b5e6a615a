use scopegate::{Requirement, requirement};

const EXPORT: Requirement = requirement!("files:read", also("files:share"));

fn main() {
    let _ = EXPORT;
}
