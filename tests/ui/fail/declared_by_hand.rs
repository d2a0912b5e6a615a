// Who declares for a handler what no guard enforces would open it.
use scopegate::routing::Declared;

#[derive(Clone)]
struct Cached<H>(H);

impl<H: Declared<Args>, Args> Declared<(Cached<H>, Args)> for Cached<H> {}

fn main() {}
