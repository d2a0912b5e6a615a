//! The official Rust client discovers the authorization server, logs in with few scopes, and steps up.

use reqwest::{Client, Url, redirect::Policy};
use rmcp::{
    RoleClient, ServiceExt,
    model::{
        CallToolRequestParams, ClientCapabilities, ClientConfig, GetPromptRequestParams, Implementation,
        ProtocolVersion, ReadResourceRequestParams,
    },
    service::{RunningService, ServiceError},
    transport::{
        StreamableHttpClientTransport,
        auth::{AuthClient, AuthorizationCallback, AuthorizationManager, AuthorizationRequest, OAuthState},
        streamable_http_client::{StreamableHttpClientTransportConfig, StreamableHttpError},
    },
};
use scopegate_tests::program::{Program, free_port};
use serde_json::json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_mcp-files");
const CALLBACK: &str = "http://127.0.0.1:9/callback";

/// The scopes for writing.
const BOTH: [&str; 2] = ["files:read", "files:write"];

type Running = RunningService<RoleClient, ClientConfig>;

/// Starts the program with only a port set, so that it starts its own authorization server.
fn start(variables: &[(&str, &str)]) -> (Program, String) {
    let port = free_port().to_string();
    let variables = [&[("PORT", port.as_str())], variables].concat();
    let program = Program::start(PROGRAM, &variables);
    let url = format!("http://{}/mcp", program.address());
    (program, url)
}

fn client(version: ProtocolVersion) -> ClientConfig {
    let client = ClientConfig::new(ClientCapabilities::default(), Implementation::new("test", "1"));
    client.with_protocol_version(version)
}

/// Opens the consent page as a browser does, ticks some scopes, and returns the redirect.
async fn consent(authorization_url: &str, ticked: &[&str]) -> String {
    let browser = Client::builder().redirect(Policy::none()).build().unwrap();
    let url: Url = authorization_url.parse().unwrap();
    let page = browser.get(url.clone()).send().await.unwrap().text().await.unwrap();
    let (_, rest) = page.split_once(r#"name="request" value=""#).expect("a consent page");
    let request = rest.split_once('"').unwrap().0.to_owned();
    let mut form = vec![("request".to_owned(), request), ("decision".to_owned(), "allow".to_owned())];
    form.extend(ticked.iter().map(|scope| ("scope".to_owned(), (*scope).to_owned())));
    let decided = browser.post(url.join("/consent").unwrap()).form(&form).send().await.unwrap();
    decided.headers()["location"].to_str().unwrap().to_owned()
}

fn asked(authorization_url: &str) -> Vec<String> {
    let authorization_url: Url = authorization_url.parse().unwrap();
    let scope = authorization_url.query_pairs().find(|(name, _)| name == "scope").map(|(_, scope)| scope);
    scope.unwrap_or_default().split(' ').map(str::to_owned).collect()
}

async fn challenge_of_a_stranger(url: &str) -> String {
    let answer = Client::new().post(url).body("{}").send().await.unwrap();
    assert_eq!(answer.status(), 401);
    answer.headers()["www-authenticate"].to_str().unwrap().to_owned()
}

/// Logs a client in. It requests all scopes, as rmcp does, and is granted the scopes of the first challenge.
async fn log_in(url: &str) -> AuthorizationManager {
    let challenge = challenge_of_a_stranger(url).await;
    let mut state = OAuthState::new(url, None).await.unwrap();
    state.start_authorization(AuthorizationRequest::new(CALLBACK).with_challenge(challenge)).await.unwrap();
    let authorization_url = state.get_authorization_url().await.unwrap();
    assert_eq!(asked(&authorization_url), ["files:read", "files:admin", "files:write"]);
    state.handle_callback_url(&consent(&authorization_url, &["files:read"]).await).await.unwrap();
    state.into_authorization_manager().unwrap()
}

async fn connect(url: &str, token: &str, version: ProtocolVersion) -> Running {
    let config = StreamableHttpClientTransportConfig::with_uri(url).auth_header(token);
    client(version).serve(StreamableHttpClientTransport::from_config(config)).await.unwrap()
}

async fn call(client: &Running, tool: &'static str) -> Result<String, ServiceError> {
    let arguments = json!({ "path": "hello.txt", "content": "Hello!" });
    let request = CallToolRequestParams::new(tool).with_arguments(arguments.as_object().unwrap().clone());
    let result = client.call_tool(request).await?;
    Ok(serde_json::to_value(&result).unwrap()["content"][0]["text"].as_str().unwrap().to_owned())
}

/// Returns the scope of a refusal's challenge.
fn required(error: &ServiceError) -> String {
    let ServiceError::TransportSend(error) = error else { panic!("{error:?}") };
    let refusal = error.error.downcast_ref::<StreamableHttpError<reqwest::Error>>();
    match refusal {
        Some(StreamableHttpError::InsufficientScope(refusal)) => refusal.required_scope.clone().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_logs_in_steps_up_once_and_goes_on() {
    // With `DPOP`, the answer also has a challenge for bound tokens, which this client does not know.
    for (version, variable) in [
        (ProtocolVersion::V_2025_03_26, ("SESSIONS", "0")),
        (ProtocolVersion::V_2025_06_18, ("SESSIONS", "1")),
        (ProtocolVersion::V_2025_11_25, ("SESSIONS", "0")),
        (ProtocolVersion::V_2025_11_25, ("SESSIONS", "1")),
        (ProtocolVersion::V_2025_11_25, ("DPOP", "accepted")),
    ] {
        let (_program, url) = start(&[variable]);
        let http = AuthClient::new(Client::new(), log_in(&url).await);
        let manager = http.auth_manager.clone();
        let config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
        let transport = StreamableHttpClientTransport::with_client(http, config);
        let running = client(version.clone()).serve(transport).await.unwrap();

        assert_eq!(call(&running, "list_files").await.unwrap(), "", "{version}");
        let refused = call(&running, "write_file").await.unwrap_err();
        assert_eq!(required(&refused), "files:read files:write");

        let upgrade = manager.lock().await.request_scope_upgrade(&required(&refused)).await.unwrap();
        assert_eq!(asked(&upgrade), BOTH);
        let back = AuthorizationCallback::from_redirect_url(&consent(&upgrade, &BOTH).await).unwrap();
        let AuthorizationCallback { code, csrf_token, issuer, .. } = back;
        let manager = manager.lock().await;
        manager.exchange_code_for_token_with_issuer(&code, &csrf_token, issuer.as_deref()).await.unwrap();
        drop(manager);

        assert_eq!(call(&running, "write_file").await.unwrap(), "wrote 6 bytes to hello.txt");
        assert_eq!(call(&running, "list_files").await.unwrap(), "hello.txt\n");
        assert_eq!(required(&call(&running, "purge_files").await.unwrap_err()), "files:read files:admin");
        assert_eq!(call(&running, "list_files").await.unwrap(), "hello.txt\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_key_it_does_what_the_key_may() {
    let keys = "sk_read=files:read;sk_write=files:read files:write";
    for (version, sessions) in [
        (ProtocolVersion::V_2025_06_18, "0"),
        (ProtocolVersion::V_2025_11_25, "0"),
        (ProtocolVersion::V_2025_11_25, "1"),
    ] {
        let (_program, url) =
            start(&[("AUTH_MODE", "static"), ("STATIC_KEYS", keys), ("SESSIONS", sessions)]);
        let reader = connect(&url, "sk_read", version.clone()).await;
        assert!(call(&reader, "list_files").await.is_ok());
        assert_eq!(required(&call(&reader, "write_file").await.unwrap_err()), "files:read files:write");
        let writer = connect(&url, "sk_write", version).await;
        assert!(call(&writer, "write_file").await.is_ok());
        look_around(&reader).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_uses_an_open_tool_without_a_login_and_logs_in_for_another() {
    for version in [ProtocolVersion::V_2025_06_18, ProtocolVersion::V_2025_11_25] {
        let (_program, url) = start(&[("ANONYMOUS", "1")]);
        let stranger = StreamableHttpClientTransportConfig::with_uri(url.as_str());
        let transport = StreamableHttpClientTransport::from_config(stranger);
        let stranger = client(version.clone()).serve(transport).await.unwrap();
        assert_eq!(call(&stranger, "count_files").await.unwrap(), "0 files");
        let challenge = challenge_in(&call(&stranger, "write_file").await.unwrap_err());
        assert!(
            challenge.starts_with("Bearer scope=\"files:read files:write\", resource_metadata="),
            "{challenge}"
        );

        let mut state = OAuthState::new(&url, None).await.unwrap();
        let request = AuthorizationRequest::new(CALLBACK).with_challenge(challenge);
        state.start_authorization(request).await.unwrap();
        let authorization_url = state.get_authorization_url().await.unwrap();
        state.handle_callback_url(&consent(&authorization_url, &BOTH).await).await.unwrap();
        let http = AuthClient::new(Client::new(), state.into_authorization_manager().unwrap());
        let config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
        let known =
            client(version).serve(StreamableHttpClientTransport::with_client(http, config)).await.unwrap();
        assert_eq!(call(&known, "write_file").await.unwrap(), "wrote 6 bytes to hello.txt");
        assert_eq!(call(&known, "count_files").await.unwrap(), "1 files");
        assert_eq!(required(&call(&known, "purge_files").await.unwrap_err()), "files:read files:admin");
        assert_eq!(call(&stranger, "count_files").await.unwrap(), "1 files");
    }
}

/// Returns the challenge of a 401.
fn challenge_in(error: &ServiceError) -> String {
    let ServiceError::TransportSend(error) = error else { panic!("{error:?}") };
    match error.error.downcast_ref::<StreamableHttpError<reqwest::Error>>() {
        Some(StreamableHttpError::AuthRequired(refusal)) => refusal.www_authenticate_header.clone(),
        other => panic!("{other:?}"),
    }
}

/// Finds and reads the written file, as a resource and with the prompt.
async fn look_around(client: &Running) {
    let templates = client.list_all_resource_templates().await.unwrap();
    assert_eq!(templates[0].uri_template, "file:///{name}");
    let read = async |uri: &str| client.read_resource(ReadResourceRequestParams::new(uri)).await;
    let hello = serde_json::to_value(read("file:///hello.txt").await.unwrap()).unwrap();
    assert_eq!(hello["contents"][0]["text"], "Hello!");
    for unknown in ["file:///other", "file:///../hello.txt", "file:///%68ello.txt", "other"] {
        assert!(matches!(read(unknown).await, Err(ServiceError::McpError(_))), "{unknown}");
    }
    assert_eq!(client.list_all_prompts().await.unwrap()[0].name, "summarize_files");
    let prompt = client.get_prompt(GetPromptRequestParams::new("summarize_files")).await.unwrap();
    let prompt = serde_json::to_string(&prompt).unwrap();
    assert!(prompt.contains("# hello.txt") && prompt.contains("Hello!"), "{prompt}");
}

#[tokio::test]
async fn sessions_are_there_if_they_are_wanted() {
    for (sessions, expected) in [("0", false), ("1", true)] {
        let (_program, url) =
            start(&[("AUTH_MODE", "static"), ("STATIC_KEYS", "sk=files:read"), ("SESSIONS", sessions)]);
        let initialize = json!({
            "jsonrpc": "2.0", "id": 1, "method": "initialize",
            "params": {
                "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" },
            },
        });
        let request = Client::new().post(&url).bearer_auth("sk").json(&initialize);
        let answer = request.header("accept", "application/json, text/event-stream").send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers().contains_key("mcp-session-id"), expected, "{sessions}");
    }
}
