//! Proofs that are not good for the request, each with its exact answer; the handler never runs.

use super::server::{Server, accepted};

#[tokio::test]
async fn a_good_proof_gets_through_once() {
    let server = Server::new(accepted());
    let proof = server.client.sign(&server.proof());
    assert_eq!(server.send_signed(&proof).await.status, 200);
    assert_eq!(server.send_signed(&proof).await.status, 401);
    assert_eq!(server.calls.get(), 1);
    assert_eq!(server.send(&server.proof()).await.status, 200);
    assert_eq!(server.calls.get(), 2);
}
