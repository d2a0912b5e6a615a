//! The official Rust client logs in separately at two resources of one family.

use std::net::SocketAddr;

use dev_issuer::DevIssuer;
use reqwest::{Client, Url, redirect::Policy};
use rmcp::{
    RoleClient, ServerHandler, ServiceExt,
    model::{CallToolRequestParams, ClientConfig},
    service::RunningService,
    tool, tool_handler,
    transport::{
        StreamableHttpClientTransport,
        auth::{AuthClient, AuthorizationRequest, OAuthState},
        streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use scopegate::{Access, Gate, Issuer, Resource, requires_scope, scoped_tools};
use tokio::net::TcpListener;

const CALLBACK: &str = "http://127.0.0.1:9/callback";

struct Notes;

#[scoped_tools]
impl Notes {
    /// Says whose notes these are.
    #[requires_scope("notes:read", "org:{org}:member")]
    #[tool]
    async fn whose(&self, access: Access) -> String {
        access.resource().and_then(|resource| resource.parameter("org")).unwrap_or_default().to_owned()
    }
}

#[tool_handler]
impl ServerHandler for Notes {}

/// Starts an authorization server, and a server with the notes of each organization at `/mcp/{org}`.
async fn start() -> String {
    let issuer = DevIssuer::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let family = Resource::family(format!("{origin}/mcp/{{org}}")).unwrap();
    let family = family.authorization_server(issuer.issuer()).unwrap();
    let app = Gate::issuers(family, Issuer::new(issuer.issuer())).mcp(|| Notes).unwrap();
    tokio::spawn(issuer.serve());
    tokio::spawn(async { axum::serve(listener, app).await });
    origin
}

/// Opens the consent page as a browser does, allows everything, and returns the redirect.
async fn consent(authorization_url: &Url) -> String {
    let browser = Client::builder().redirect(Policy::none()).build().unwrap();
    let page = browser.get(authorization_url.clone()).send().await.unwrap().text().await.unwrap();
    let (_, rest) = page.split_once(r#"name="request" value=""#).expect("a consent page");
    let request = rest.split_once('"').unwrap().0;
    let asked = asked(authorization_url, "scope");
    let mut form = vec![("request", request), ("decision", "allow")];
    form.extend(asked.split(' ').map(|scope| ("scope", scope)));
    let decided = browser.post(authorization_url.join("/consent").unwrap()).form(&form).send().await.unwrap();
    decided.headers()["location"].to_str().unwrap().to_owned()
}

fn asked(authorization_url: &Url, name: &str) -> String {
    let found = authorization_url.query_pairs().find(|(known, _)| known == name);
    found.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

async fn challenge(url: &str, token: Option<&str>, body: &str) -> String {
    let request = Client::new().post(url).header("accept", "application/json, text/event-stream");
    let request = request.header("content-type", "application/json").body(body.to_owned());
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let answer = request.send().await.unwrap();
    answer.headers()["www-authenticate"].to_str().unwrap().to_owned()
}

struct LoggedIn {
    client: RunningService<RoleClient, ClientConfig>,
    token: String,
}

/// Logs a client in according to the challenge, and connects it.
async fn log_in(url: &str, challenge: String) -> LoggedIn {
    let mut state = OAuthState::new(url, None).await.unwrap();
    state.start_authorization(AuthorizationRequest::new(CALLBACK).with_challenge(challenge)).await.unwrap();
    let authorization_url: Url = state.get_authorization_url().await.unwrap().parse().unwrap();
    assert_eq!(asked(&authorization_url, "resource"), url, "the client asks for this resource");
    state.handle_callback_url(&consent(&authorization_url).await).await.unwrap();
    let manager = state.into_authorization_manager().unwrap();
    let token = manager.get_access_token().await.unwrap();
    let http = AuthClient::new(Client::new(), manager);
    let config = StreamableHttpClientTransportConfig::with_uri(url);
    let transport = StreamableHttpClientTransport::with_client(http, config);
    LoggedIn { client: ClientConfig::default().serve(transport).await.unwrap(), token }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_logs_in_at_two_resources_of_one_family() {
    const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whose"}}"#;
    let origin = start().await;
    let url = |org: &str| format!("{origin}/mcp/{org}");
    let mut tokens = Vec::new();
    for org in ["acme", "globex"] {
        let stranger = challenge(&url(org), None, CALL).await;
        let metadata =
            format!(r#"resource_metadata="{origin}/.well-known/oauth-protected-resource/mcp/{org}""#);
        assert!(stranger.contains(&metadata), "{stranger}");
        // With a token for the resource but no scope, the client learns which scopes the tool needs.
        let little = log_in(&url(org), stranger).await;
        let more = challenge(&url(org), Some(&little.token), CALL).await;
        assert!(more.contains(&format!(r#"scope="notes:read org:{org}:member""#)), "{more}");
        let member = log_in(&url(org), more).await;
        let result = member.client.call_tool(CallToolRequestParams::new("whose")).await.unwrap();
        assert_eq!(serde_json::to_value(&result).unwrap()["content"][0]["text"], org);
        tokens.push((org, member.token));
    }
    for (org, token) in tokens {
        let other = if org == "acme" { "globex" } else { "acme" };
        assert!(challenge(&url(other), Some(&token), CALL).await.contains(r#"error="invalid_token""#));
    }
}
