//! The connection to Redis: made when it is needed, shared by all requests, and made again when it is lost.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, ErrorKind, ProtocolVersion, PushInfo, PushKind,
    RedisError, RedisResult, ServerErrorKind, aio::MultiplexedConnection,
};
use tokio::sync::Mutex;

/// The way to a server.
///
/// The client's own connection manager connects in the background, and a request hears how the attempt before it ended: after a
/// quiet time that is an old failure. Here the request that needs a connection makes it.
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
        // With RESP3 the client tells when the connection is closed, also where nobody waits for an answer.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings))?;
        Ok(Self { client, current: Mutex::default() })
    }

    /// Returns the host and the port, or the path of the socket.
    pub(super) fn address(&self) -> String {
        self.client.get_connection_info().addr().to_string()
    }

    /// Returns the connection, or connects.
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
        // The requests have deadlines, which cover connecting as well.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None)
            .set_push_sender(push);
        let multiplexed = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        Ok(Connection { multiplexed, closed })
    }
}

/// Chooses who does the cryptography of TLS, unless the program has. The client would panic where its dependencies enable two of them.
#[cfg(feature = "redis-tls")]
fn settle_cryptography(info: &ConnectionInfo) {
    use rustls::crypto::{CryptoProvider, aws_lc_rs};

    let tls = matches!(info.addr(), redis::ConnectionAddr::TcpTls { .. });
    if tls && CryptoProvider::get_default().is_none() {
        // It fails if another thread has chosen meanwhile, which is as good.
        let _ = aws_lc_rs::default_provider().install_default();
    }
}

impl Connection {
    /// Has the next request connect again. Requests that wait for an answer still get it.
    pub(super) fn close(&self) {
        self.closed.store(true, Relaxed);
    }

    /// Closes the connection unless the error is the server's answer over a connection that works.
    pub(super) fn close_after(&self, error: &RedisError) {
        match error.kind() {
            // A primary that became a replica: its name may stand for another server by now.
            ErrorKind::Server(ServerErrorKind::ReadOnly) => self.close(),
            ErrorKind::Server(_) | ErrorKind::Extension => {}
            _ => self.close(),
        }
    }
}
