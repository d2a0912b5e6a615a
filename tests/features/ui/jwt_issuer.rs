use scopegate::Issuer;

fn main() {
    let _ = Issuer::new("https://auth.example.com");
}
