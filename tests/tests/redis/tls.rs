//! A server reached over TLS.

use std::{path::Path, process::Command, time::Duration};

use scopegate::dpop::{ProofId, RedisStore, ReplayStore};

use crate::server::Server;

const URL: &str = "REDIS_URL_OF_TEST";

/// Makes a self-signed certificate for this machine.
fn make_certificate(folder: &Path) {
    let mut command = Command::new("openssl");
    command.args([
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "1",
    ]);
    command.args(["-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1"]);
    command.args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", "key.pem", "-out", "cert.pem"]);
    let made = command.current_dir(folder).output().expect("openssl is installed");
    assert!(made.status.success(), "{made:?}");
}

/// Runs the other test in a separate process, in which the system trusts the certificate in a file.
#[track_caller]
fn check(server: &Server, trusted: &Path, expected: bool) {
    let mut test = Command::new(std::env::current_exe().unwrap());
    test.args(["--ignored", "--exact", "tls::ask_over_tls"]);
    test.env("SSL_CERT_FILE", trusted).env(URL, format!("rediss://{}", server.tls_address()));
    let ran = test.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(said.contains("running 1 test"), "{said}");
    assert_eq!(ran.status.success(), expected, "{said}");
    assert_eq!(said.contains("certificate"), !expected, "{said}");
}

#[test]
#[ignore = "needs redis-server and openssl"]
fn a_server_is_trusted_by_its_certificate() {
    let mut server = Server::stopped();
    make_certificate(server.folder());
    server.listen_with_tls("cert.pem", "key.pem");
    server.start_again();

    let other = Server::stopped();
    make_certificate(other.folder());
    check(&server, &server.folder().join("cert.pem"), true);
    check(&server, &other.folder().join("cert.pem"), false);
}

#[tokio::test]
#[ignore = "is run by the other test"]
async fn ask_over_tls() {
    let store = RedisStore::new(&std::env::var(URL).unwrap()).unwrap();
    let proof = ProofId::new([1; 32], "1");

    assert!(store.insert(&proof, Duration::from_secs(9)).await.unwrap());
    assert!(!store.insert(&proof, Duration::from_secs(9)).await.unwrap());
}
