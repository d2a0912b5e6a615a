//! Messages to an MCP server that parsers could read differently.

/// A method, and the parameter that names its target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    method: &'static str,
    key: &'static str,
    forbidden: &'static str,
    allowed: &'static str,
}

/// The operations of a server that has a tool, a prompt and a resource, each named `list` and `purge`.
pub const TARGETS: [Target; 3] = [
    Target { method: "tools/call", key: "name", forbidden: "purge", allowed: "list" },
    Target { method: "prompts/get", key: "name", forbidden: "purge", allowed: "list" },
    Target { method: "resources/read", key: "uri", forbidden: "file:///purge", allowed: "file:///list" },
];

impl Target {
    /// Returns the forbidden call.
    #[must_use]
    pub fn call(self) -> Vec<u8> {
        let Self { method, key, forbidden, .. } = self;
        let params = format!(r#"{{"{key}":"{forbidden}","arguments":{{}}}}"#);
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#).into_bytes()
    }

    /// Returns the allowed call.
    #[must_use]
    pub fn allowed_call(self) -> Vec<u8> {
        replace(&self.call(), self.forbidden, self.allowed)
    }

    /// Returns bodies that make the forbidden call, or that some parser could read as the forbidden call.
    #[must_use]
    pub fn shapes(self) -> Vec<Vec<u8>> {
        let Self { method, key, forbidden, allowed } = self;
        // The bodies are written for tools, and then translated for the target.
        let words = [
            ("list", allowed),
            ("purge", forbidden),
            ("tools/call", method),
            ("\"name\"", &format!("\"{key}\"")),
        ];
        let about = |shape: Vec<u8>| words.iter().fold(shape, |shape, (from, to)| replace(&shape, from, to));
        let mut shapes: Vec<Vec<u8>> = shapes().into_iter().map(about).collect();
        if key == "uri" {
            shapes.extend(URIS.map(|uri| replace(&self.call(), forbidden, uri)));
        }
        shapes
    }
}

/// Replaces in bytes that need not be UTF-8.
fn replace(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut replaced = Vec::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        if let Some(behind) = rest.strip_prefix(from.as_bytes()) {
            replaced.extend(to.as_bytes());
            rest = behind;
        } else {
            replaced.push(*first);
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    replaced
}

/// Spellings of the forbidden URI.
const URIS: [&str; 12] = [
    "file:///%70urge",
    "file:///./purge",
    "file:////purge",
    "file:///list/../purge",
    "file:///list?/purge",
    "file:///list#purge",
    "file://localhost/purge",
    "FILE:///purge",
    "file:///purge ",
    "file:///purge\\u0000",
    "file:/purge",
    "file:///list\\u000afile:///purge",
];

/// Returns bodies that call `purge`, or that some parser could read as a call to `purge`.
#[must_use]
pub fn shapes() -> Vec<Vec<u8>> {
    let call = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"purge","arguments":{}}}"#;
    let list = call.replace("purge", "list");
    let deep = format!(r#"{{"x":{}{},{}"#, "[".repeat(200), "]".repeat(200), &call[1..]);
    let mut shapes: Vec<Vec<u8>> = [
        call.to_owned(),
        format!("\u{feff}{call}"),
        format!("{call}{list}"),
        format!("{list}{call}"),
        format!("{list}\n{call}\n"),
        format!("{call}\0"),
        format!("[{call}]"),
        format!("[{list},{call}]"),
        format!("[[{call}]]"),
        format!(" \t\r\n{call}"),
        deep,
        call.replace("\"method\"", "\"\\u006dethod\""),
        call.replace("purge", "\\u0070urge"),
        call.replace("tools/call", "tools\\/call"),
        call.replace("\"id\":1,", ""),
        call.replace("\"id\":1", "\"id\":null"),
        call.replace("\"id\":1", "\"id\":\"a\",\"result\":{}"),
        call.replace("\"jsonrpc\":\"2.0\",", ""),
        call.replace("\"name\":\"purge\"", "\"name\":\"list\",\"name\":\"purge\""),
        call.replace("\"name\":\"purge\"", "\"name\":\"purge\",\"name\":\"list\""),
        call.replace("\"name\":\"purge\"", "\"name\":\"list\",\"n\\u0061me\":\"purge\""),
        call.replace("\"method\"", "\"method\":\"ping\",\"method\""),
        call.replace("\"params\"", "\"params\":{\"name\":\"list\"},\"params\""),
        call.replace("\"params\":{", "\"params\":{\"_meta\":{\"name\":\"list\",\"method\":\"ping\"},"),
        call.replace("{\"name\":\"purge\",\"arguments\":{}}", "[null,\"purge\",{}]"),
        call.replace("\"purge\"", "{\"$serde_json::private::RawValue\":\"\\\"purge\\\"\"}"),
        call.replace("\"purge\"", "[\"purge\"]"),
        call.replace(
            "\"purge\"",
            "\"list\",\"_meta\":{\"name\":\"purge\",\"io.modelcontextprotocol/name\":\"purge\"}",
        ),
        call.replace("\"method\"", "\"_meta\":{\"method\":\"ping\"},\"method\""),
        call.replace("\"method\":\"tools/call\",\"params\"", "\"result\""),
        call.replace("\"params\"", "\"error\":{\"code\":1},\"params\""),
        call.replace("\"params\"", "\"Params\""),
        call.replace("\"id\"", "\"$serde_json::private::RawValue\":\"{}\",\"id\""),
        call.replace("tools/call", "tools/call "),
        call.replace("tools/call", "Tools/Call"),
        call.replace("tools/call", "tools/call\\u0000"),
        call.replace("purge", "PURGE"),
        call.replace("purge", "purge "),
        call.replace("purge", "\u{feff}purge"),
        format!(r#"{{"$serde_json::private::RawValue":{call:?}}}"#),
        format!(r#"{{"$serde_json::private::Number":"1",{}"#, &call[1..]),
        r#"["2.0",1,"tools/call",{"name":"purge"}]"#.to_owned(),
    ]
    .map(String::into_bytes)
    .into();
    shapes.push(call.encode_utf16().flat_map(u16::to_le_bytes).collect());
    shapes.push([b"\xff".as_slice(), call.as_bytes()].concat());
    shapes.push(call.replace("\"id\"", "\"x\":\"\u{1}\",\"id\"").into_bytes());
    shapes
}

/// Headers that claim another operation.
pub const CLAIMS: [&[&str]; 9] = [
    &[],
    &["mcp-method: tools/call", "mcp-name: list"],
    &["mcp-protocol-version: 2025-03-26"],
    &["mcp-protocol-version: 2025-11-25", "mcp-method: ping"],
    &["mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", "mcp-name: list"],
    &["mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", "mcp-name: =?base64?bGlzdA==?="],
    &["mcp-protocol-version: 2026-07-28", "mcp-method: tools/call", "mcp-name: list", "mcp-name: purge"],
    &["mcp-protocol-version: 2026-07-28", "mcp-method: tools/list", "mcp-session-id: x"],
    &["content-encoding: gzip", "transfer-encoding: chunked", "x-http-method-override: GET"],
];
