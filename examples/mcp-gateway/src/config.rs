//! The configuration file.

mod document;

use reqwest::Url;
use scopegate::{
    InvalidScope, Requirement, Resource, ScopeToken,
    mcp::{McpTable, Operation},
};

use self::document::Document;
pub use self::document::Faults;

/// The server behind the gateway, and its access rules.
#[derive(Debug)]
pub struct Config {
    /// The URL that clients call.
    pub resource: Resource,
    /// The server that answers.
    pub upstream: Url,
    /// Who has access.
    pub access: Access,
    /// The scopes that every request needs.
    pub floor: Vec<ScopeToken>,
    /// The scopes that each operation also needs.
    pub table: McpTable,
}

/// Who has access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Clients with a token of an authorization server: its issuer, and the URL of its keys if set.
    Issuer(String, Option<String>),
    /// Clients with a token of the authorization server that this program starts.
    Development,
    /// Clients with a key from the environment variable of this name.
    Keys(String),
}

/// The issuer that stands for the authorization server of this program.
const DEVELOPMENT: &str = "development";

/// The name of the row for all operations of a kind that have no row of their own.
const ANY: &str = "*";

/// The functions that make the row of a named operation, and the row for all other operations of its kind.
type Rows = (fn(String, Requirement) -> Operation, fn(Requirement) -> Operation);

/// The tables of the file.
const TABLES: [(&str, Rows); 4] = [
    ("tools", (Operation::tool_named, Operation::any_tool)),
    ("prompts", (Operation::prompt_named, Operation::any_prompt)),
    ("resources", (Operation::resource_named, Operation::any_resource)),
    ("methods", (Operation::method_named, Operation::any_method)),
];

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If something in the file is wrong or missing. The error lists all faults.
    pub fn read(text: &str) -> Result<Self, Faults> {
        let mut document = Document::read(text)?;
        let resource = resource(&mut document);
        let upstream = upstream(&mut document);
        let access = access(&mut document, resource.as_ref());
        let floor = floor(&mut document);
        let mut table = Vec::new();
        for (name, (named, any)) in TABLES {
            for text in document.take_texts(name) {
                let requirement = document.keep(&text, text.value.parse::<Requirement>());
                table.extend(requirement.map(|requirement| match text.key.as_str() {
                    ANY => any(requirement),
                    _ => named(text.key, requirement),
                }));
            }
        }
        let faults = document.into_faults();
        match (resource, upstream, access) {
            (Some(resource), Some(upstream), Some(access)) if faults.is_empty() => {
                Ok(Self { resource, upstream, access, floor, table: table.into_iter().collect() })
            }
            _ => Err(faults),
        }
    }
}

fn resource(document: &mut Document<'_>) -> Option<Resource> {
    let Some(text) = document.take_text("resource") else {
        document.missing(
            "`resource` is missing; write the URL that clients call, as in `https://mcp.example.com/mcp`",
        );
        return None;
    };
    document.keep(&text, Resource::new(text.value.as_str()))
}

fn upstream(document: &mut Document<'_>) -> Option<Url> {
    let Some(text) = document.take_text("upstream") else {
        document.missing(
            "`upstream` is missing; write the URL of the MCP server, as in `http://127.0.0.1:3000/mcp`",
        );
        return None;
    };
    let url = document.keep(&text, text.value.parse::<Url>())?;
    if !matches!(url.scheme(), "http" | "https") {
        document.fault(&text, "the URL of the MCP server begins with `http://` or `https://`");
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() {
        document.fault(&text, "a password does not belong in the file; set UPSTREAM_AUTHORIZATION");
        return None;
    }
    Some(url)
}

fn access(document: &mut Document<'_>, resource: Option<&Resource>) -> Option<Access> {
    let [issuer, jwks_uri, keys] = ["issuer", "jwks_uri", "static_keys"].map(|key| document.take_text(key));
    let is_url = issuer.as_ref().is_some_and(|issuer| issuer.value != DEVELOPMENT);
    if let Some(jwks_uri) = jwks_uri.as_ref().filter(|_| !is_url) {
        document.fault(jwks_uri, "it goes with an `issuer` that is a URL; leave it out");
    }
    match (issuer, keys) {
        (Some(_), Some(keys)) => {
            document.fault(&keys, "there is an `issuer`; leave one of the two out");
            None
        }
        (None, Some(keys)) => Some(Access::Keys(keys.value)),
        (Some(issuer), None) if !is_url => {
            // `Resource` accepts `http` only for loopback hosts.
            if resource.is_some_and(|resource| resource.identifier().starts_with("https:")) {
                document.fault(&issuer, "it serves this machine alone, and the resource is for others; write the URL of an issuer");
            }
            Some(Access::Development)
        }
        (Some(issuer), None) => Some(Access::Issuer(issuer.value, jwks_uri.map(|jwks_uri| jwks_uri.value))),
        (None, None) => {
            document.missing(
                "nobody has access; write `issuer = \"https://auth.example.com\"`, or `static_keys = \"KEYS\"` for keys from \
                 the environment variable KEYS",
            );
            None
        }
    }
}

fn floor(document: &mut Document<'_>) -> Vec<ScopeToken> {
    let Some(text) = document.take_text("floor") else { return Vec::new() };
    let scopes: Result<Vec<ScopeToken>, InvalidScope> =
        text.value.split_whitespace().map(ScopeToken::new).collect();
    document.keep(&text, scopes).unwrap_or_default()
}
