//! A gate around a verifier that a test writes.

use scopegate::{Gate, InvalidResource, Resource, testing::TestVerifier};

pub(crate) trait IntoGate {
    /// Puts the verifier into a gate for `resource`, with an authorization server that nobody asks.
    fn gate(self, resource: &str) -> Result<Gate, InvalidResource>;
}

impl IntoGate for TestVerifier {
    fn gate(self, resource: &str) -> Result<Gate, InvalidResource> {
        Ok(Gate::new(Resource::new(resource)?.authorization_server("https://auth.example.com")?, self))
    }
}
