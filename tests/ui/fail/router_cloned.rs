// A copy would share the places that `protect` fills, and stand behind the gate of the first.
use scopegate::Router;

fn main() {
    let _ = Router::<()>::new().clone();
}
