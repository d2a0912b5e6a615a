// A clone would share the routes that `protect` fills in, and so use the gate of the original.
use scopegate::Router;

fn main() {
    let _ = Router::<()>::new().clone();
}
