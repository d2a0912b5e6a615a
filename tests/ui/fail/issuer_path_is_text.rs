use scopegate::Issuer;

fn main() {
    let _ = Issuer::new("https://sso.example.com").roles_at("roles", [("viewer", "files:read")]);
}
