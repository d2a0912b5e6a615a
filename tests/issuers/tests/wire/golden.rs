//! Records the contents of a server's tokens once, and compares them with the tokens that the server sends now.

use std::{env, fs, path::PathBuf};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use scopegate_tests::issuer::now;
use serde_json::{Map, Value, json};

use crate::server::{About, RESOURCE};

/// The program's result for a token.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// The program accepted it with these scopes.
    Accept(String),
    /// The program refused it for this reason.
    Refuse(&'static str),
}

/// The file `tests/providers/NAME.json`, made from the recorded tokens.
#[derive(Debug)]
pub(crate) struct Golden {
    name: &'static str,
    head: Map<String, Value>,
    tokens: Vec<Value>,
    introspection: Vec<Value>,
    port: u16,
}

impl Golden {
    pub(crate) fn of(name: &'static str) -> Self {
        Self { name, head: Map::new(), tokens: Vec::new(), introspection: Vec::new(), port: 0 }
    }

    /// Begins to record the tokens of the server on `port`.
    pub(crate) fn record(&mut self, about: &About, port: u16) {
        self.port = port;
        let issuer = self.on_port_9000(&json!(about.issuer));
        let source = format!("{}, which `tests/issuers/{}` starts", about.server, self.name);
        // The other servers need no preset.
        let constructor = if self.name == "better-auth" { "better_auth" } else { "new" };
        let head = json!({
            "provider": self.name, "source": source, "real": true,
            "issuer": issuer, "resource": RESOURCE, "preset": { constructor: [issuer] },
        });
        self.head = head.as_object().cloned().unwrap_or_default();
    }

    /// Records a JWT, once for each name.
    pub(crate) fn token(&mut self, name: &str, token: &str, verdict: &Verdict) {
        let row = json!({ "name": name, "header": part(token, 0), "claims": part(token, 1) });
        let row = self.on_port_9000(&row);
        push(&mut self.tokens, row, verdict);
    }

    /// Records an answer about an opaque token, once for each name.
    pub(crate) fn introspection(&mut self, name: &str, answer: &Value, verdict: &Verdict) {
        let mut row = self.on_port_9000(&json!({ "name": name, "answer": answer }));
        if let (Some(expires), None) = (answer["exp"].as_i64(), answer.get("iat")) {
            row["answer"]["exp"] = format!("+{}", expires - now()).into();
        }
        let verdict = match verdict {
            Verdict::Refuse(reason) => Verdict::Refuse(reason_in(answer).unwrap_or(reason)),
            Verdict::Accept(_) => verdict.clone(),
        };
        push(&mut self.introspection, row, &verdict);
    }

    /// Compares the recording with the file, or writes the file if `UPDATE_PROVIDERS` is set.
    pub(crate) fn check(self) {
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../providers/{}.json", self.name));
        let mut seen = self.head;
        for (name, rows) in [("tokens", self.tokens), ("introspection", self.introspection)] {
            if !rows.is_empty() {
                seen.insert(name.to_owned(), rows.into());
            }
        }
        let seen = Value::Object(seen);
        if env::var_os("UPDATE_PROVIDERS").is_some() {
            let text = serde_json::to_string_pretty(&seen).expect("JSON") + "\n";
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(&file, text).expect("the file is written");
        }
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let known: Value = serde_json::from_str(&text).expect("JSON");
        for rows in ["tokens", "introspection"] {
            assert_eq!(
                shape(&seen[rows]),
                shape(&known[rows]),
                "{} sends other tokens than {} has; compare both, and update the file with UPDATE_PROVIDERS=1",
                self.name,
                file.display()
            );
        }
    }

    /// Replaces the server's port, which differs in every run.
    fn on_port_9000(&self, value: &Value) -> Value {
        let text = value.to_string().replace(&format!("127.0.0.1:{}", self.port), "127.0.0.1:9000");
        serde_json::from_str(&text).expect("replacing a port keeps the JSON valid")
    }
}

/// Reads the header or the claims of a JWT.
pub(crate) fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap_or_else(|| panic!("{token} is no JWT"));
    let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_else(|error| panic!("{error} in {token}"));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{error} in {token}"))
}

/// Returns the reason why an introspection answer is refused, if the answer shows that it is not about an access token for the
/// resource.
fn reason_in(answer: &Value) -> Option<&'static str> {
    match (answer["active"].as_bool(), answer["token_type"].as_str(), answer.get("aud")) {
        (Some(false), ..) => Some("inactive"),
        (_, Some("refresh_token"), _) => Some("`token_type`"),
        (.., None) => Some("audience"),
        _ => None,
    }
}

fn push(rows: &mut Vec<Value>, mut row: Value, verdict: &Verdict) {
    match verdict {
        Verdict::Accept(scopes) => {
            row["expect"] = "accept".into();
            row["scopes"] = scopes.as_str().into();
        }
        Verdict::Refuse(reason) => {
            row["expect"] = "refuse".into();
            row["reason"] = (*reason).into();
        }
    }
    match rows.iter().find(|known| known["name"] == row["name"]) {
        Some(known) => assert_eq!(shape(known), shape(&row), "one name for two kinds of tokens"),
        None => rows.push(row),
    }
}

/// Keeps names and types, and the values that are the same in every run.
fn shape(value: &Value) -> Value {
    const KEPT: [&str; 12] = [
        "name",
        "expect",
        "scopes",
        "reason",
        "typ",
        "alg",
        "iss",
        "aud",
        "scope",
        "active",
        "token_use",
        "token_type",
    ];
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| {
                // Some servers choose random client ids.
                let kept = KEPT.contains(&name.as_str()) && !(name == "aud" && value.is_string());
                (name.clone(), if kept { value.clone() } else { shape(value) })
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(_) => "text".into(),
        Value::Number(number) if number.is_f64() => "fraction".into(),
        Value::Number(_) => "number".into(),
        Value::Bool(_) => "bool".into(),
        Value::Null => Value::Null,
    }
}
