use scopegate::Introspection;

fn main() {
    let _ = Introspection::new("https://auth.example.com/introspect");
}
