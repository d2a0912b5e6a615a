//! Mutates requests at the level of JSON-RPC, because libFuzzer's mutations of bytes mostly fail in the parser.

use crate::{
    apps::App,
    rules::{ANYONE, TOKENS},
};

/// Members that a parser could confuse with others.
const MEMBERS: [&str; 23] = [
    r#""name":"purge","#,
    r#""name":"list","#,
    r#""name":"hello","#,
    r#""uri":"help://hello","#,
    r#""ref":{"type":"ref/prompt","name":"hello"},"#,
    r#""n\u0061me":"purge","#,
    r#""Name":"purge","#,
    r#""method":"tools/call","#,
    r#""method":"ping","#,
    r#""m\u0065thod":"tools\/call","#,
    r#""params":{"name":"list"},"#,
    r#""params":{"name":"purge","uri":"file:///secret"},"#,
    r#""params":["purge"],"#,
    r#""uri":"file:///secret","#,
    r#""uri":"file:///a","#,
    r#""ref":{"type":"ref/prompt","name":"secret"},"#,
    r#""_meta":{"name":"list","progressToken":1},"#,
    r#""id":"a","#,
    r#""result":{},"#,
    r#""$serde_json::private::RawValue":"{}","#,
    r#""$serde_json::private::RawValue":"{\"method\":\"tools/call\",\"params\":{\"name\":\"purge\"}}","#,
    r#""Method":"tools/call","#,
    r#""":null,"#,
];

/// Words to exchange for each other: names, URIs, methods and others.
const WORDS: [&str; 22] = [
    "hello",
    "list",
    "write",
    "purge",
    "secret",
    "forgotten",
    "help://hello",
    "file:///secret",
    "file:///a",
    "tools/call",
    "prompts/get",
    "resources/read",
    "resources/subscribe",
    "resources/directory/read",
    "skills/get",
    "completion/complete",
    "ping",
    "admin/purge",
    "tasks/get",
    "*",
    "2.0",
    "null",
];

const HEADERS: [&str; 12] = [
    "mcp-protocol-version: 2025-03-26",
    "mcp-protocol-version: 2025-11-25",
    "mcp-protocol-version: 2026-07-28",
    "mcp-method: tools/call",
    "mcp-method: ping",
    "mcp-name: list",
    "mcp-name: purge",
    "mcp-name: =?base64?bGlzdA==?=",
    "mcp-session-id: SESSION",
    "content-type: text/plain",
    "content-encoding: gzip",
    "origin: https://evil.example",
];

/// Mutates a request. Returns `None` if there is nothing to change, or to leave the mutation to libFuzzer.
pub(crate) fn mutate(data: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut random = Random(u64::from(seed));
    let change = random.below(16);
    match change {
        0..4 => return None,
        4..8 => return Some(call(&mut random).into_bytes()),
        _ => {}
    }
    let text = std::str::from_utf8(data).ok()?;
    let (head, body) = text.split_once("\n\n")?;
    let (first, headers) = head.split_once('\n').unwrap_or((head, ""));
    let (mut first, mut headers, mut body) = (first.to_owned(), headers.to_owned(), body.to_owned());
    match change {
        8 => {
            let (app, token) = (random.of(&App::ALL).name(), random.of(&TOKENS).0);
            first = format!("{app} {token} POST");
        }
        9 => headers = format!("{headers}\n{}", random.word(&HEADERS)).trim_start().to_owned(),
        10 => headers = headers.lines().skip(1).collect::<Vec<_>>().join("\n"),
        11 | 12 => {
            let at = random.place(&body, |byte| matches!(byte, b'{' | b','))? + 1;
            body.insert_str(at, random.word(&MEMBERS));
        }
        13 => {
            let from = random.word_in(&body)?;
            body = body.replacen(from, random.word(&WORDS), 1);
        }
        14 => {
            let at = random.place(&body, |byte| byte.is_ascii_alphabetic())?;
            let escaped = format!("\\u{:04x}", body.as_bytes()[at]);
            body.replace_range(at..=at, &escaped);
        }
        _ => {
            let other = body.replacen(random.word_in(&body)?, random.word(&WORDS), 1);
            body = format!("[{other},{body}]");
        }
    }
    let separator = if headers.is_empty() { "" } else { "\n" };
    Some(format!("{first}{separator}{headers}\n\n{body}").into_bytes())
}

/// Makes a new call, often with a token that covers it, and sometimes with an extra member.
fn call(random: &mut Random) -> String {
    let app = random.of(&App::ALL).name();
    let token = match random.below(4) {
        0 => "full",
        1 => ANYONE,
        _ => random.of(&TOKENS).0,
    };
    let session = if app == App::Session.name() { "mcp-session-id: SESSION\n" } else { "" };
    let (name, uri) = (random.word(&WORDS[..6]), random.word(&WORDS[6..9]));
    let has_guards = app != App::Layer.name() && app != App::Plain.name();
    let method = if has_guards { "tools/call" } else { random.word(&WORDS[9..19]) };
    let extra = if random.below(4) == 0 { random.word(&MEMBERS) } else { "" };
    format!(
        r#"{app} {token} POST
{session}
{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{extra}"name":"{name}","uri":"{uri}"}}}}"#
    )
}

/// A linear congruential generator, so that the same seed gives the same mutation.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn word(&mut self, all: &[&'static str]) -> &'static str {
        all[self.below(all.len())]
    }

    fn place(&mut self, text: &str, is: impl Fn(u8) -> bool) -> Option<usize> {
        let places: Vec<usize> =
            text.bytes().enumerate().filter(|(_, byte)| is(*byte)).map(|(at, _)| at).collect();
        (!places.is_empty()).then(|| *self.of(&places))
    }

    fn word_in(&mut self, text: &str) -> Option<&'static str> {
        let words: Vec<&'static str> = WORDS.into_iter().filter(|word| text.contains(word)).collect();
        (!words.is_empty()).then(|| self.word(&words))
    }
}
