//! DPoP proofs in a real Redis server. `.ci/redis` runs these tests. They need `redis-server` and `openssl`.

mod gate;
mod server;
mod store;
mod tls;
