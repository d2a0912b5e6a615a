//! Makes a gate from a test's own verifier.

use scopegate::{Gate, InvalidResource, Resource, testing::TestVerifier};

pub(crate) trait IntoGate {
    /// Makes a gate for `resource` with this verifier, and with an authorization server that is never contacted.
    fn gate(self, resource: &str) -> Result<Gate, InvalidResource>;
}

impl IntoGate for TestVerifier {
    fn gate(self, resource: &str) -> Result<Gate, InvalidResource> {
        Ok(Gate::new(Resource::new(resource)?.authorization_server("https://auth.example.com")?, self))
    }
}
