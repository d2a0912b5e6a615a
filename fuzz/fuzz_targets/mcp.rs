//! The input is a request to an MCP server: the server, the token, header lines and a body. The server's tools, prompts and
//! resources record their calls and callers. None may run for a token that does not cover it.
#![no_main]

#[path = "mcp/apps.rs"]
mod apps;
#[path = "mcp/mutate.rs"]
mod mutate;
#[path = "mcp/plain.rs"]
mod plain;
#[path = "mcp/request.rs"]
mod request;
#[path = "mcp/rules.rs"]
mod rules;
#[path = "mcp/server.rs"]
mod server;

use fuzzing::{Tally, run};
use libfuzzer_sys::{Corpus, fuzz_mutator, fuzz_target, fuzzer_mutate};

use self::{apps::Apps, request::Request};

thread_local! {
    static APPS: Apps = run(async { Apps::new() });
}

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some(request) = Request::read(data) else { return Corpus::Reject };
    let ran = APPS.with(|apps| run(apps.send(&request)));
    for what in &ran {
        assert_eq!(what.caller, request.token, "{what:?} ran for another caller");
        assert!(rules::covers(request.token, &what.subject), "{what:?} ran, and the token does not cover it");
    }
    COVERED.note(!ran.is_empty());
    Corpus::Keep
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    match mutate::mutate(&data[..size], seed) {
        Some(changed) if changed.len() <= max_size => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        _ => fuzzer_mutate(data, size, max_size),
    }
});

static COVERED: Tally = Tally::new("ran something, which their token covers");
