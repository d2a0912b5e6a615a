//! Proofs of DPoP in a real Redis server. `.ci/redis` runs these tests; they need `redis-server` and `openssl`.

mod gate;
mod server;
mod store;
mod tls;
