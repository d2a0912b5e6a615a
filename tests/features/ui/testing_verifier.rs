use scopegate::testing::TestVerifier;

fn main() {
    let _ = TestVerifier::new();
}
