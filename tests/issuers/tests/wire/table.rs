//! The program's answers to the tokens of one server.

use std::{
    mem,
    time::{Duration, Instant},
};

use reqwest::StatusCode;
use scopegate_tests::{challenge, exchange::Answer, program::Program};
use tokio::time::sleep;

use crate::{
    client::{Client, Tokens},
    forged::forgeries,
    golden::{Golden, Verdict},
    server::{About, OTHER_RESOURCE, RESOURCE, Server},
};

const METADATA: &str = "https://files.example.com/.well-known/oauth-protected-resource/mcp";
/// The lifetime of the tokens that must expire, in seconds.
const LIFETIME: u64 = 4;
/// How long the program may cache an introspection answer.
const REMEMBERED: Duration = Duration::from_secs(1);

/// A server, a program that trusts it, and the recorded tokens.
pub(crate) struct Table<'a> {
    form: Form,
    golden: &'a mut Golden,
    client: Client,
    program: Program,
    /// Another instance of the server, with tokens that expire soon.
    hasty: Server,
    _server: Server,
}

/// The format of a server's access tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Jwt,
    /// Each token needs introspection.
    Opaque,
    /// JWTs for requests that name a resource, and opaque tokens for others.
    Both,
}

impl<'a> Table<'a> {
    /// Starts the server of the folder `name`, and a program that trusts it.
    pub(crate) async fn start(name: &str, form: Form, golden: &'a mut Golden) -> Self {
        let variables = [("FORMAT", if form == Form::Opaque { "opaque" } else { "jwt" })];
        let mut server = Server::spawn(name, &variables);
        let lifetime = LIFETIME.to_string();
        let hasty = Server::spawn(name, &[variables[0], ("LIFETIME", &lifetime)]);
        let about = server.ready();
        golden.record(&about, server.port());
        let program = program(&about, form, &[]);
        Self { form, golden, client: Client::of(about).await, program, hasty, _server: server }
    }

    /// Sends valid and invalid tokens.
    pub(crate) async fn run(mut self) {
        self.asks_for_a_token();
        self.steps_up().await;
        let machine = self.client.machine("files:read", Some(RESOURCE)).await.access_token;
        self.accepts("access token of a client for itself", &machine, "files:read").await;

        let other = self.client.login("openid files:read", Some(OTHER_RESOURCE)).await.access_token;
        self.refuses("access token for another resource", &other, "audience").await;
        // A server that ignores `resource` has one audience per client.
        if self.client.about().other.is_none() {
            let unbound = self.client.login("openid files:read", None).await;
            self.refuses("access token asked for without a resource", &unbound.access_token, "audience")
                .await;
            if self.form != Form::Jwt {
                self.accepts_no_audience_where_the_program_says_so(unbound).await;
            }
        }
        self.refuses_forgeries().await;
        if self.form == Form::Opaque {
            self.refuses_what_was_revoked(Some(RESOURCE)).await;
        }
        self.refuses_what_expired().await;
    }

    /// The server answers 429 for the rest of a minute after too many introspections.
    pub(crate) async fn runs_into_a_limit(self) {
        let token = self.client.machine("files:read", Some(RESOURCE)).await.access_token;
        let mut asked = 0;
        while self.client.ask(&token).await != StatusCode::TOO_MANY_REQUESTS {
            asked += 1;
            assert!(asked < 100, "the server has no limit");
        }
        let answer = self.send("GET /files", &token);
        self.saw("a token that the server may not be asked about", &answer);
        assert_eq!(answer.status, 503);
        assert!(!answer.header("retry-after").is_empty());
        assert_eq!(answer.challenge(), "");
    }

    fn asks_for_a_token(&self) {
        let answer = self.program.send("GET /files", &[]);
        self.saw("no token", &answer);
        assert_eq!(answer.status, 401);
        assert_eq!(
            answer.challenge(),
            format!(r#"Bearer scope="files:read", resource_metadata="{METADATA}""#)
        );
        let document = self.program.send("GET /.well-known/oauth-protected-resource/mcp", &[]).json();
        assert_eq!(document["resource"], RESOURCE);
        assert_eq!(document["authorization_servers"][0], self.client.about().issuer);
    }

    /// A user logs in with few scopes, and again with the scopes of the challenge.
    async fn steps_up(&mut self) {
        let little = self.client.login("openid files:read", Some(RESOURCE)).await;
        self.accepts("access token", &little.access_token, "files:read").await;
        let refused = self.send("PUT /files", &little.access_token);
        self.saw("a token without the scope", &refused);
        assert_eq!(refused.status, 403);
        let asked = challenge::parse(&refused.headers["www-authenticate"]);
        assert_eq!(asked["error"], "insufficient_scope");
        assert_eq!(asked["resource_metadata"], METADATA);

        let scope = format!("openid {}", asked["scope"]);
        let more = self.client.login(&scope, Some(RESOURCE)).await;
        self.accepts("access token after a step-up", &more.access_token, "files:write").await;
        let answer = self.send("PUT /files", &more.access_token);
        self.saw("a token with the scope that was asked for", &answer);
        assert_eq!(answer.status, 200);

        let id_token = little.id_token.expect("a login with `openid` has an ID token");
        self.refuses("ID token", &id_token, "ID token").await;
        self.refuses_an_id_token_for_an_audience(&id_token, &little.access_token);
        if let Some(refresh) = &more.refresh_token {
            self.refuses("refresh token", refresh, "refresh token").await;
        }
    }

    /// If the client's id is an accepted audience, an ID token has the right audience. It must be refused for another reason.
    fn refuses_an_id_token_for_an_audience(&self, id_token: &str, access_token: &str) {
        let about = self.client.about();
        let program = self.another_program(&[("AUDIENCE", &about.client.id)]);
        assert_eq!(program.send("GET /whoami", &[&bearer(access_token)]).status, 200);
        let answer = program.send("GET /whoami", &[&bearer(id_token)]);
        self.saw("ID token where the client's id is an audience", &answer);
        assert_invalid(&answer);
    }

    async fn refuses_forgeries(&mut self) {
        let good = self.client.login("openid files:read", Some(RESOURCE)).await.access_token;
        for (name, forged) in forgeries(&good) {
            let answer = self.send("GET /whoami", &forged);
            self.saw(name, &answer);
            assert_invalid(&answer);
        }
        assert_eq!(self.send("GET /files", &good).status, 200, "what was forged was good before");
    }

    /// Checks that an opaque token without an audience is accepted if the program allows such tokens.
    async fn accepts_no_audience_where_the_program_says_so(&mut self, tokens: Tokens) {
        let mut lenient = vec![("WITHOUT_AUDIENCE", "yes")];
        if self.client.introspect(&tokens.access_token).await["token_type"].is_null() {
            // The answer does not exclude that it is a refresh token.
            let program = self.another_program(&lenient);
            assert_invalid(&program.send("GET /files", &[&bearer(&tokens.access_token)]));
            lenient.push(("WITHOUT_TOKEN_TYPE", "yes"));
        }
        let program = self.another_program(&lenient);
        let own = mem::replace(&mut self.program, program);
        assert_eq!(self.send("GET /files", &tokens.access_token).status, 200);
        if let Some(refresh) = &tokens.refresh_token {
            self.refuses("refresh token for no audience", refresh, "refresh token").await;
        }
        self.refuses_what_was_revoked(None).await;
        self.program = own;
    }

    async fn refuses_what_was_revoked(&self, resource: Option<&str>) {
        let token = self.client.login("openid files:read", resource).await.access_token;
        assert_eq!(self.send("GET /files", &token).status, 200);
        self.client.revoke(&token).await;
        sleep(REMEMBERED).await;
        let answer = self.send("GET /files", &token);
        self.saw("a token that was revoked", &answer);
        assert_invalid(&answer);
    }

    async fn refuses_what_expired(mut self) {
        let about = self.hasty.ready();
        let foreign = self.client.machine("files:read", Some(RESOURCE)).await.access_token;
        self.program = program(&about, self.form, &[]);
        let answer = self.send("GET /files", &foreign);
        self.saw("a token of another issuer", &answer);
        assert_invalid(&answer);
        self.client = Client::of(about).await;
        // The first token makes the program load the keys, so that the second one is judged at once.
        let _ =
            self.send("GET /files", &self.client.machine("files:read", Some(RESOURCE)).await.access_token);

        let (token, issued) = loop {
            let issued = Instant::now();
            let token = self.client.machine("files:read", Some(RESOURCE)).await.access_token;
            let answer = self.send("GET /files", &token);
            if answer.status == 200 {
                break (token, issued);
            }
            // On a busy machine the token may expire before it is sent.
            assert!(issued.elapsed() > Duration::from_secs(LIFETIME - 1), "{}", answer.body);
        };
        sleep(Duration::from_secs(LIFETIME + 1).saturating_sub(issued.elapsed())).await;
        let answer = self.send("GET /files", &token);
        self.saw("a token that expired", &answer);
        assert_invalid(&answer);
        // An introspection endpoint does not say why a token is not active.
        let why = if self.form == Form::Opaque { "" } else { "expired" };
        assert!(answer.challenge().contains(why), "{}", answer.challenge());
    }

    /// Checks that the program accepts a token, and names its principal and scopes.
    async fn accepts(&mut self, name: &str, token: &str, scope: &str) {
        let answer = self.send("GET /whoami", token);
        self.saw(name, &answer);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let seen = answer.json();
        assert_eq!(seen["issuer"], self.client.about().issuer);
        let scopes = seen["scopes"].as_str().expect("text").to_owned();
        assert!(scopes.split(' ').any(|granted| granted == scope), "{scopes}");
        assert_eq!(self.send("GET /files", token).status, 200);
        self.record(name, token, &Verdict::Accept(scopes)).await;
    }

    /// Checks that the program refuses a token even where any valid token suffices.
    async fn refuses(&mut self, name: &str, token: &str, reason: &'static str) {
        let answer = self.send("GET /whoami", token);
        self.saw(name, &answer);
        assert_invalid(&answer);
        self.record(name, token, &Verdict::Refuse(reason)).await;
    }

    async fn record(&mut self, name: &str, token: &str, verdict: &Verdict) {
        if token.split('.').count() == 3 {
            self.golden.token(name, token, verdict);
        } else if self.form != Form::Jwt {
            self.golden.introspection(name, &self.client.introspect(token).await, verdict);
        }
    }

    fn another_program(&self, more: &[(&str, &str)]) -> Program {
        program(self.client.about(), self.form, more)
    }

    fn send(&self, request: &str, token: &str) -> Answer {
        self.program.send(request, &[&bearer(token)])
    }

    fn saw(&self, name: &str, answer: &Answer) {
        let challenge = answer.headers.get("www-authenticate").map(challenge::parse).unwrap_or_default();
        let why = ["error", "error_description"].map(|name| challenge.get(name).map_or("", String::as_str));
        println!("{} | {name} | {} | {}", self.client.about().server, answer.status.as_u16(), why.join(" "));
    }
}

/// Starts the program. For opaque tokens it has credentials for introspection.
pub(crate) fn program(about: &About, form: Form, more: &[(&str, &str)]) -> Program {
    let introspector = format!("{} {}", about.introspector.id, about.introspector.secret);
    let remembered = REMEMBERED.as_secs().to_string();
    let mut variables = vec![("RESOURCE", RESOURCE), ("ISSUERS", &about.issuer)];
    variables.extend(more);
    if about.server.starts_with("better-auth ") {
        variables.push(("PRESET", "better_auth"));
    }
    if form != Form::Jwt {
        variables.extend([("INTROSPECTOR", &*introspector), ("REMEMBERED", &remembered)]);
    }
    Program::start(env!("CARGO_BIN_EXE_issuers"), &variables)
}

pub(crate) fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}")
}

#[track_caller]
pub(crate) fn assert_invalid(answer: &Answer) {
    assert_eq!(answer.status, 401, "{}", answer.body);
    let challenge = challenge::parse(&answer.headers["www-authenticate"]);
    assert_eq!(challenge["error"], "invalid_token");
    assert_eq!(challenge["resource_metadata"], METADATA);
}
