//! A server that restarts with a new key, because it does not store keys.

use std::time::{Duration, Instant};

use scopegate_tests::{exchange::Answer, program::Program};
use tokio::time::sleep;

use crate::{
    client::Client,
    golden::part,
    server::{RESOURCE, Server},
    table::{Form, assert_invalid, bearer, program},
};

/// How a server names its keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// Each key has its own name.
    Own,
    /// All keys have the same name, so tokens of the new key look forged.
    Same,
}

/// The program loads keys at most once in ten seconds. Until the next time, a token with a new key name gets 503,
/// because a client may discard a token after a 401.
pub(crate) async fn brings_keys(name: &str, names: Names) {
    let mut server = Server::spawn(name, &[]);
    let client = Client::of(server.ready()).await;
    let program = program(client.about(), Form::Jwt, &[]);
    let old = client.machine("files:read", Some(RESOURCE)).await.access_token;
    assert_eq!(read(&program, &old).status, 200);

    let port = server.port();
    drop(server);
    let mut server = Server::spawn_on(port, name, &[]);
    let client = Client::of(server.ready()).await;
    let new = client.machine("files:read", Some(RESOURCE)).await.access_token;
    assert_eq!(part(&old, 0) == part(&new, 0), names == Names::Same);
    let started = Instant::now();
    let mut answer = read(&program, &new);
    while answer.status != 200 && started.elapsed() < Duration::from_secs(12) {
        println!(
            "{name} | a token of a new key | {} | {}",
            answer.status.as_u16(),
            answer.header("retry-after")
        );
        if names == Names::Own {
            let pause = answer.header("retry-after").parse::<u64>().ok();
            assert!(
                answer.status == 503 && pause.is_some_and(|pause| (1..=10).contains(&pause)),
                "{answer:?}"
            );
        }
        sleep(Duration::from_secs(1)).await;
        answer = read(&program, &new);
    }
    println!("{name} | a token of a new key | {} |", answer.status.as_u16());
    assert_eq!(answer.status, 200);
    assert_invalid(&read(&program, &old));
}

fn read(program: &Program, token: &str) -> Answer {
    program.send("GET /files", &[&bearer(token)])
}
