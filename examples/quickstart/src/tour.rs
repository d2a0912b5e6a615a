//! The requests to try, each with the expected answer.

use std::fmt;

use scopegate::Resource;

/// A shell command, and lines of its output.
#[derive(Clone, Debug)]
pub struct Step {
    what: &'static str,
    command: String,
    expect: Vec<String>,
}

/// Lists the steps for `resource`, which listens at `api`, and the embedded authorization server `issuer`.
#[must_use]
pub fn steps(api: &str, resource: &Resource, issuer: &str) -> Vec<Step> {
    let (metadata, metadata_path) = (resource.metadata_url(), resource.metadata_path());
    let resource = resource.identifier();
    let token = |name: &str, scope: &str| {
        format!(
            "{name}=$(curl -s -u dev:dev {issuer}/token -d grant_type=client_credentials -d 'scope={scope}' \
             -d resource={resource} | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')"
        )
    };
    let challenge =
        |params: &str| format!("www-authenticate: Bearer {params}, resource_metadata=\"{metadata}\"");
    let lacks = ", error_description=\"The access token lacks a scope that this request needs\"";
    vec![
        step(
            "Without a token: 401. The challenge names the scope to ask for.",
            format!("curl -i -w '\\n' {api}/files"),
            ["HTTP/1.1 401 Unauthorized".to_owned(), challenge("scope=\"files:read\"")],
        ),
        step(
            "The metadata that the challenge points to names the authorization server.",
            format!("curl -s -w '\\n' {api}{metadata_path}"),
            [format!(
                "{{\"resource\":\"{resource}\",\"authorization_servers\":[\"{issuer}\"],\
                 \"scopes_supported\":[\"files:admin\",\"files:read\",\"files:write\"],\
                 \"bearer_methods_supported\":[\"header\"],\"resource_name\":\"Quickstart files\"}}"
            )],
        ),
        step("Get a token with files:read.", token("READ", "files:read"), []),
        step(
            "The token lists the files.",
            format!("curl -i -w '\\n' -H \"Authorization: Bearer $READ\" {api}/files"),
            ["HTTP/1.1 200 OK".to_owned(), "[\"hello.txt\"]".to_owned()],
        ),
        step(
            "The token cannot write: 403. The challenge names every scope that writing needs.",
            format!(
                "curl -i -w '\\n' -X PUT -d 'Good day!' -H \"Authorization: Bearer $READ\" {api}/files/new.txt"
            ),
            [
                "HTTP/1.1 403 Forbidden".to_owned(),
                challenge("error=\"insufficient_scope\", scope=\"files:read files:write\"") + lacks,
            ],
        ),
        step("Get a token with both scopes.", token("WRITE", "files:read files:write"), []),
        step(
            "The new token writes a file.",
            format!(
                "curl -i -w '\\n' -X PUT -d 'Good day!' -H \"Authorization: Bearer $WRITE\" {api}/files/new.txt"
            ),
            ["HTTP/1.1 201 Created".to_owned()],
        ),
        step(
            "The new token deletes the file.",
            format!("curl -i -X DELETE -H \"Authorization: Bearer $WRITE\" {api}/files/new.txt"),
            ["HTTP/1.1 204 No Content".to_owned()],
        ),
        step("A public route needs no token.", format!("curl -s {api}/health"), ["ok".to_owned()]),
    ]
}

/// Lists the steps with tokens bound to a key. They end where a client must sign proofs, which a shell cannot do.
#[must_use]
pub fn steps_with_dpop(api: &str, resource: &Resource) -> Vec<Step> {
    vec![
        step(
            "Without a token: 401. The challenge `DPoP` asks for a token that is bound to a key.",
            format!("curl -i -w '\\n' {api}/files"),
            ["HTTP/1.1 401 Unauthorized".to_owned()],
        ),
        step(
            "The metadata also announces `DPoP`. For a client that continues from here, see tests/clients/typescript/dpop.test.mjs.",
            format!("curl -s -w '\\n' {api}{}", resource.metadata_path()),
            [],
        ),
    ]
}

fn step<const N: usize>(what: &'static str, command: String, expect: [String; N]) -> Step {
    Step { what, command, expect: expect.into() }
}

/// Writes the purpose of the step, the command, and the expected lines.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# {}", self.what)?;
        writeln!(f, "{}", self.command)?;
        self.expect.iter().try_for_each(|line| writeln!(f, "#> {line}"))
    }
}
