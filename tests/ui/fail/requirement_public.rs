// What is public says so by its attribute.
use scopegate::{Requirement, requires_scope};

const OPEN: Requirement = Requirement::PUBLIC;

#[requires_scope(OPEN)]
async fn handler() {}

fn main() {}
