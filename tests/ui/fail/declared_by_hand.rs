// A declaration that no guard enforces would leave the handler open.
use scopegate::routing::Declared;

#[derive(Clone)]
struct Cached<H>(H);

impl<H: Declared<Args>, Args> Declared<(Cached<H>, Args)> for Cached<H> {}

fn main() {}
