// A public handler has the attribute `#[public]`.
use scopegate::{Requirement, requires_scope};

const OPEN: Requirement = Requirement::PUBLIC;

#[requires_scope(OPEN)]
async fn handler() {}

fn main() {}
