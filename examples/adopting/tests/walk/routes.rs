//! Every route of the program, with a request and the required scopes after each step.

/// The program behind the layer, as a position in [`Route::needs`].
pub(crate) const LAYER: usize = 0;
/// The program with attributes.
pub(crate) const ATTRIBUTES: usize = 1;
/// The program in the router.
pub(crate) const ROUTER: usize = 2;

/// How to read an answer.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// The request has this body; the answer is read to its end.
    Whole(&'static str),
    /// Server-sent events; the first is read.
    Events,
    /// A WebSocket; the first message is read.
    Socket,
}

/// A request, and the scopes that it needs behind the layer, with attributes, and with the router. `None` means that it
/// needs no token.
pub(crate) struct Route {
    pub(crate) request: &'static str,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) kind: Kind,
    pub(crate) needs: [Option<&'static str>; 3],
    /// Whether the layer's table cannot list the route, so that the layer's 401 names only the floor.
    pub(crate) is_unlisted: bool,
}

impl Route {
    const fn new(request: &'static str, kind: Kind, needs: [Option<&'static str>; 3]) -> Self {
        Self { request, headers: &[], kind, needs, is_unlisted: false }
    }

    /// Returns the scopes that the 401 names after this step.
    pub(crate) fn asked(&self, step: usize) -> &'static str {
        let needs = if step == ATTRIBUTES && self.is_unlisted { FLOOR } else { self.needs[step] };
        needs.unwrap_or_default()
    }

    const fn unlisted(mut self) -> Self {
        self.is_unlisted = true;
        self
    }

    const fn with(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.headers = headers;
        self
    }
}

const DOCUMENT: Kind = Kind::Whole(r#"{"title":"Plan","text":"None yet"}"#);
const EMPTY: Kind = Kind::Whole("");

/// The scope that every route behind the gate needs.
const FLOOR: Option<&str> = Some("documents");
const READ: Option<&str> = Some("documents documents:read");
const WRITE: Option<&str> = Some("documents documents:write");
const TALK: Option<&str> = Some("documents documents:read documents:write");
const ADMIN: Option<&str> = Some("documents documents:admin");
const COMMENTS: Option<&str> = Some("documents comments:read");
const COMMENT: Option<&str> = Some("documents comments:write");

const PREFLIGHT: &[(&str, &str)] =
    &[("access-control-request-method", "PUT"), ("access-control-request-headers", "content-type")];

/// The requests in order. Later requests see the changes of earlier ones.
pub(crate) const ROUTES: &[Route] = &[
    Route::new("GET /api/v1/documents", EMPTY, [FLOOR, READ, READ]),
    Route::new("POST /api/v1/documents", DOCUMENT, [FLOOR, WRITE, WRITE]),
    Route::new("POST /api/v1/documents", Kind::Whole("{}"), [FLOOR, WRITE, WRITE]),
    Route::new("GET /api/v1/documents/2", EMPTY, [FLOOR, READ, READ]),
    Route::new("HEAD /api/v1/documents/2", EMPTY, [FLOOR, READ, READ]),
    Route::new("GET /api/v1/documents/nine", EMPTY, [FLOOR, READ, READ]),
    Route::new("PUT /api/v1/documents/2", DOCUMENT, [FLOOR, WRITE, WRITE]),
    Route::new("PUT /api/v1/documents/9", DOCUMENT, [FLOOR, WRITE, WRITE]),
    Route::new("POST /api/v1/documents/2/comments", Kind::Whole("Nice"), [FLOOR, COMMENT, COMMENT]),
    Route::new("GET /api/v1/documents/2/comments", EMPTY, [FLOOR, COMMENTS, COMMENTS]),
    Route::new("DELETE /api/v1/documents/2", EMPTY, [FLOOR, WRITE, WRITE]),
    Route::new("DELETE /api/v1/documents/2", EMPTY, [FLOOR, WRITE, WRITE]),
    Route::new("GET /api/v1/events", Kind::Events, [FLOOR, READ, READ]),
    Route::new("GET /api/v1/socket", Kind::Socket, [FLOOR, TALK, TALK]),
    // This request is not a WebSocket handshake.
    Route::new("GET /api/v1/socket", EMPTY, [FLOOR, TALK, TALK]),
    Route::new("GET /admin/count", EMPTY, [FLOOR, ADMIN, ADMIN]).unlisted(),
    Route::new("POST /admin/purge", EMPTY, [FLOOR, ADMIN, ADMIN]),
    Route::new("GET /admin/count", EMPTY, [FLOOR, ADMIN, ADMIN]).unlisted(),
    // In axum's router, a service cannot declare a requirement.
    Route::new("GET /handbook", EMPTY, [FLOOR, FLOOR, READ]),
    Route::new("GET /handbook", EMPTY, [FLOOR, FLOOR, READ]).with(&[("range", "bytes=0-4")]),
    Route::new("GET /assets", EMPTY, [None; 3]),
    Route::new("GET /assets/", EMPTY, [None; 3]),
    Route::new("GET /assets/style.css", EMPTY, [None; 3]),
    Route::new("GET /assets/nothing.css", EMPTY, [None; 3]),
    Route::new("GET /health", EMPTY, [None; 3]),
    Route::new("GET /openapi.json", EMPTY, [None; 3]),
    Route::new("GET /nowhere", EMPTY, [None; 3]),
    Route::new("GET /api/v1/nowhere", EMPTY, [None; 3]),
    Route::new("PATCH /api/v1/documents", EMPTY, [None; 3]),
    Route::new("DELETE /api/v1/documents/2/comments", EMPTY, [None; 3]),
    Route::new("POST /api/v1/documents/1", DOCUMENT, [None; 3]),
    Route::new("POST /api/v1/events", EMPTY, [None; 3]),
    Route::new("PUT /admin/count", EMPTY, [None; 3]),
    Route::new("GET /admin/purge", EMPTY, [None; 3]),
    Route::new("POST /health", EMPTY, [None; 3]),
    Route::new("POST /openapi.json", EMPTY, [None; 3]),
    Route::new("OPTIONS /api/v1/documents/1", EMPTY, [None; 3]).with(PREFLIGHT),
];
