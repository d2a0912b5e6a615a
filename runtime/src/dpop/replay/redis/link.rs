//! The connection to Redis. The first request opens the connection, and all requests share it. If the connection is
//! lost, the next request opens a new one.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, ErrorKind, ProtocolVersion, PushInfo, PushKind,
    RedisError, RedisResult, ServerErrorKind, aio::MultiplexedConnection,
};
use tokio::sync::Mutex;

/// Connects to a server.
///
/// If a request finds no open connection, the request opens a new connection. The client library's connection manager
/// is not used, because it connects in the background. With this manager, a request would get the result of an earlier
/// attempt to connect, even if that attempt failed long ago.
pub(super) struct Link {
    client: Client,
    current: Mutex<Option<Connection>>,
}

/// A connection that requests share.
#[derive(Clone)]
pub(super) struct Connection {
    pub(super) multiplexed: MultiplexedConnection,
    closed: Arc<AtomicBool>,
}

impl Link {
    pub(super) fn to(info: ConnectionInfo) -> RedisResult<Self> {
        #[cfg(feature = "redis-tls")]
        settle_cryptography(&info);
        // With RESP3 the client library reports a closed connection even if no request waits for an answer.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings))?;
        Ok(Self { client, current: Mutex::default() })
    }

    /// Returns the server's host and port, or the path of the server's socket.
    pub(super) fn address(&self) -> String {
        self.client.get_connection_info().addr().to_string()
    }

    /// Returns the connection, and opens it if needed.
    pub(super) async fn connection(&self) -> RedisResult<Connection> {
        let mut current = self.current.lock().await;
        if let Some(connection) = current.as_ref().filter(|connection| !connection.closed.load(Relaxed)) {
            return Ok(connection.clone());
        }
        *current = None;
        let connection = self.connect().await?;
        Ok(current.insert(connection).clone())
    }

    async fn connect(&self) -> RedisResult<Connection> {
        let closed = Arc::new(AtomicBool::new(false));
        let told = closed.clone();
        let push = move |push: PushInfo| {
            if push.kind == PushKind::Disconnection {
                told.store(true, Relaxed);
            }
            Ok::<_, ()>(())
        };
        // The client library needs no timeouts, because each request has a deadline, which includes the time to
        // connect.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None)
            .set_push_sender(push);
        let multiplexed = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        Ok(Connection { multiplexed, closed })
    }
}

/// Selects the TLS cryptography provider, unless the program has selected one. The client library panics if two
/// providers are enabled and none is selected.
#[cfg(feature = "redis-tls")]
fn settle_cryptography(info: &ConnectionInfo) {
    use rustls::crypto::{CryptoProvider, aws_lc_rs};

    let tls = matches!(info.addr(), redis::ConnectionAddr::TcpTls { .. });
    if tls && CryptoProvider::get_default().is_none() {
        // This fails only if another thread has just selected a provider, which does not matter.
        let _ = aws_lc_rs::default_provider().install_default();
    }
}

impl Connection {
    /// Makes the next request connect again. Requests that wait for an answer still get their answer.
    pub(super) fn close(&self) {
        self.closed.store(true, Relaxed);
    }

    /// Closes the connection after most errors. If the error is an answer from Redis, the connection still works, so it
    /// stays open. But if Redis answers that the server is read-only, the connection is closed.
    pub(super) fn close_after(&self, error: &RedisError) {
        match error.kind() {
            // The server is no longer the primary, so its host name possibly points to another server now.
            ErrorKind::Server(ServerErrorKind::ReadOnly) => self.close(),
            ErrorKind::Server(_) | ErrorKind::Extension => {}
            _ => self.close(),
        }
    }
}
