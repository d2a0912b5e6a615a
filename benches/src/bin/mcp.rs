//! Measures the cost that a gate adds to a call to an rmcp tool with a text of 1 KiB and 1 MiB, and the cost of each option.
//!
//! ```sh
//! cargo run --release --bin mcp
//! ```

use axum::{
    Router,
    body::Body,
    http::{Request, header::AUTHORIZATION},
};
use scopegate::mcp::{Dialect, Lists};
use scopegate_benches::{
    mcp::{
        ESCAPES, LINE, LIST, bare, bare_with_sessions, call, calling, gated, gated_with, gated_with_sessions,
        open, request, session,
    },
    measure::{Cost, Meter, in_turns},
    table,
};
use tokio::runtime::{Builder, Runtime};

const HEAD: [&str; 5] = ["rmcp alone = 1", "time", "allocations", "instructions", "peak bytes, more"];
const TEXTS: [(&str, &str, usize); 3] =
    [("1 KiB", LINE, 1 << 10), ("1 MiB", LINE, 1 << 20), ("1 MiB of escapes", ESCAPES, 1 << 20)];

fn main() {
    // One thread, because allocations are counted per thread.
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let mut bench = Bench { meter: Meter::new(), runtime };
    let (texts, options) = in_turns(|| (bench.texts(), bench.options()));
    table::print(&HEAD, &texts);
    table::print(&["without the option = 1", "time", "allocations", "instructions"], &options);
}

struct Bench {
    meter: Meter,
    runtime: Runtime,
}

impl Bench {
    /// Measures what the gate adds to a call.
    fn texts(&mut self) -> [Vec<String>; 3] {
        TEXTS.map(|(name, piece, bytes)| {
            let message = calling(piece, bytes);
            let call = || request(&message, None);
            let bare = self.cost(&format!("rmcp {name}"), &bare(), "\"content\"", call);
            let gated = self.cost(&format!("gated {name}"), &gated(), "\"content\"", call);
            let mut row = row(&format!("behind `Gate::mcp`, {name}"), &gated, &bare);
            row.push(format!("{:+} of {}", gated.peak.cast_signed() - bare.peak.cast_signed(), bare.peak));
            row
        })
    }

    /// Measures the cost of each option, relative to the same request without the option.
    fn options(&mut self) -> Vec<Vec<String>> {
        let message = calling(LINE, 1 << 10);
        let with_token = || request(&message, None);
        let without_token = || stripped(request(&message, None));

        let off = self.cost("all off", &gated(), "\"content\"", with_token);
        let public = self.cost("public", &open(), "\"content\"", without_token);

        let (bare, gated_sessions) = (bare_with_sessions(), gated_with_sessions());
        let [bare_id, gated_id] =
            [&bare, &gated_sessions].map(|router| self.runtime.block_on(session(router)));
        let in_bare = self.cost("rmcp, session", &bare, "\"content\"", || request(&message, Some(&bare_id)));
        let in_session =
            self.cost("session", &gated_sessions, "\"content\"", || request(&message, Some(&gated_id)));

        let list = || request(LIST, None);
        let bare_list = self.cost("rmcp, list", &self::bare(), "\"tools\"", list);
        let all = self.cost("list, all", &gated(), "\"securitySchemes\"", list);
        let callable = gated_with(|server| server.lists(Lists::Callable));
        let callable = self.cost("list, callable", &callable, "\"securitySchemes\"", list);

        let http = self.cost("refused, http", &gated(), "\"error\"", without_token);
        let result = gated_with(|server| server.dialect(Dialect::ToolResult));
        let result = self.cost("refused, tool result", &result, "\"isError\"", without_token);
        vec![
            row("a public tool without a token; a tool with a token", &public, &off),
            row("a call in a bound session; rmcp alone in a session", &in_session, &in_bare),
            row("`tools/list` with `securitySchemes`; rmcp alone", &all, &bare_list),
            row("`tools/list` with `Lists::Callable`; rmcp alone", &callable, &bare_list),
            row("a tool without a token, `Dialect::ToolResult`; the 401", &result, &http),
        ]
    }

    /// Measures one request, whose answer must contain the text `has`.
    fn cost(&mut self, id: &str, router: &Router, has: &str, make: impl Fn() -> Request<Body>) -> Cost {
        let (status, body) = self.runtime.block_on(call(router, make()));
        let text = String::from_utf8_lossy(&body);
        assert!(text.contains(has), "{id}: {status} {text}");
        let runtime = &self.runtime;
        self.meter.cost(id, make, |request| drop(runtime.block_on(call(router, request))))
    }
}

fn stripped(mut request: Request<Body>) -> Request<Body> {
    request.headers_mut().remove(AUTHORIZATION);
    request
}

fn row(name: &str, cost: &Cost, beside: &Cost) -> Vec<String> {
    vec![
        name.to_owned(),
        table::ratio(cost.time, beside.time),
        format!("{:+}", cost.allocations_over(beside)),
        table::ratio(cost.instructions as f64, beside.instructions as f64),
    ]
}
