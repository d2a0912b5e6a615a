//! The macros, documented where their users meet them.

/// Lets only tokens with the named scopes through to a handler.
///
/// ```text
/// #[requires_scope(need, ..)]
///
/// need  = scope | all(need, need, ..) | any(need, need, ..)
/// scope = "literal" | "literal with {parameter}" | path::to::CONST of type Scope, or a variant of a vocabulary
/// ```
///
/// A token needs all scopes of the list. `any` and `all` nest freely; together they make at most 16 alternatives, which name
/// at most 128 scopes. Clients are told to ask for the first alternative that can be met, so write the least powerful one
/// first.
///
/// The attribute makes a [`Guard`](crate::Guard) the first argument of the handler, so access is decided before any other
/// extractor runs and before the body is read. It goes on free `async` functions, generic ones too, and on functions of an
/// `impl` block under [`scoped_handlers`]; `#[debug_handler]` belongs below it. For closures and handlers of other crates
/// there is [`guarded`](crate::guarded).
///
/// | key | meaning |
/// |---|---|
/// | `also("scope", ..)` | what the handler itself may demand, by [`Access::require`](crate::Access::require) |
/// | `acr("value", ..)` | how the person must have logged in: the token's `acr` has to be one of these values, which stand in order of preference |
/// | `max_age = 300` | how many seconds ago the person may have logged in, by the token's `auth_time` |
/// | `related("scope", ..)` | what a client does well to ask for along with it, under [`Strategy::Recommended`](crate::Strategy::Recommended); never enforced |
/// | `crate = ::path` | where the generated code finds scopegate, for a crate that re-exports it |
///
/// # Examples
///
/// ```
/// use axum::extract::{Path, State};
/// use scopegate::{Scope, requires_scope};
///
/// mod scopes {
///     use scopegate::Scope;
///     pub const ADMIN: Scope = Scope::from_static("files:admin");
/// }
///
/// #[requires_scope("files:read", "files:write")]
/// async fn write(Path(name): Path<String>, body: String) {}
///
/// #[requires_scope(any(all("files:read", "files:write"), scopes::ADMIN))]
/// async fn delete(Path(name): Path<String>) {}
/// ```
///
/// A scope can depend on the path. The value of the parameter has 1 to 1,024 letters, digits and `.`, `_`, `~`, `-`,
/// and is neither `.` nor `..`, so it cannot reach into the rest of the scope. An alternative whose value is illegal cannot be
/// met, and the others still count. Write a literal brace twice.
///
/// ```
/// use axum::extract::Path;
/// use scopegate::requires_scope;
///
/// // For `/tenants/{tenant}/files`
/// #[requires_scope("tenant:{tenant}:read")]
/// async fn files(Path(tenant): Path<String>) {}
/// ```
///
/// An operation can ask for a certain login behind the token ([RFC 9470]), whichever alternative is granted. A token without `acr`
/// or `auth_time` does not suffice then, and neither does a static key. The answer is 401 with
/// `error="insufficient_user_authentication"`, and every challenge of the operation names `acr_values` and `max_age`.
///
/// ```
/// use scopegate::requires_scope;
///
/// #[requires_scope("files:admin", acr("urn:example:mfa"), max_age = 300)]
/// async fn purge() {}
/// ```
///
/// [RFC 9470]: https://www.rfc-editor.org/rfc/rfc9470
///
/// What several handlers need can have a name. It stands alone in the list, but for `also` and `related`:
///
/// ```
/// use scopegate::{Requirement, requirement, requires_scope};
///
/// const EXPORT: Requirement = requirement!("files:read", any("files:export", "files:admin"));
///
/// #[requires_scope(EXPORT, also("files:audit"))]
/// async fn export() {}
/// ```
///
/// # Errors
///
/// An invalid or duplicate scope, or an alternative that adds nothing to the others, does not compile:
///
/// ```compile_fail
/// #[scopegate::requires_scope("files:read files:write")]
/// async fn write() {}
/// // error: a scope cannot contain a space; write one literal per scope, as in `"files:read", "files:write"`
/// ```
///
/// # Limits
///
/// In an `impl` block the attribute needs [`scoped_handlers`] above the block: it adds a type beside the function, and an `impl`
/// block cannot contain types. A function of a trait cannot be a handler.
///
/// A handler takes at most 15 extractors: the guard is one of axum's 16.
#[cfg(feature = "axum")]
pub use scopegate_macros::requires_scope;

/// Lets only valid tokens through to a handler, whatever scopes they grant beyond the gate's floor.
///
/// It takes the keys `also`, `related`, `acr`, `max_age` and `crate` of [`requires_scope`].
///
/// # Examples
///
/// ```
/// use scopegate::{Access, authenticated};
///
/// #[authenticated]
/// async fn whoami(access: Access) -> String {
///     access.subject().unwrap_or("nobody").to_owned()
/// }
/// ```
#[cfg(feature = "axum")]
pub use scopegate_macros::authenticated;

/// Lets everybody through to a handler, and says so in the table.
///
/// The gate ignores the request's credentials. A handler that wants to know who calls, if anybody, takes an
/// `Option<`[`Access`](crate::Access)`>`. That extractor verifies a token that is present, and answers 401 to a bad one.
///
/// It takes the key `crate` of [`requires_scope`].
///
/// # Examples
///
/// ```
/// use scopegate::{Access, public};
///
/// #[public]
/// async fn health() {}
///
/// #[public]
/// async fn greet(access: Option<Access>) -> String {
///     let name = access.as_ref().and_then(Access::subject).unwrap_or("stranger");
///     format!("hello, {name}")
/// }
/// ```
#[cfg(feature = "axum")]
pub use scopegate_macros::public;

/// Makes a [`Vocabulary`](trait@crate::Vocabulary) of an enum: one variant a scope.
///
/// ```text
/// #[scope("literal", key, ..)]
///
/// key = implies(Variant, ..) | baseline | unadvertised
/// ```
///
/// | key | meaning |
/// |---|---|
/// | `implies(Read, ..)` | a token with this scope has those too, and what they imply; this counts when a token is judged, and never changes what clients are told |
/// | `baseline` | a client does well to ask for the scope from the start |
/// | `unadvertised` | clients are not told that the scope exists, except by a challenge that asks for it |
///
/// The first paragraph of a variant's doc comment, joined to one line, is the scope's description: the words in which a
/// person is asked for consent.
///
/// The enum gets, as visible as it is itself,
///
/// - `const ALL: &'static [Self]`, in order of declaration;
/// - `const fn as_scope(self) -> Scope`, so that an attribute takes a variant wherever it takes a literal;
/// - `const fn as_str(self) -> &'static str` and `const fn description(self) -> &'static str`;
/// - `const fn entry(&self) -> VocabularyEntry`, all of this and the keys;
/// - [`Display`](std::fmt::Display), which writes the scope, and [`FromStr`](std::str::FromStr), which reads it and says
///   of an [`UnknownScope`](crate::UnknownScope) what it may have meant;
/// - [`AsRef<str>`](AsRef), so that [`Access::require`](https://docs.rs/scopegate/latest/scopegate/struct.Access.html#method.require) takes a variant;
/// - [`Vocabulary`](trait@crate::Vocabulary), the whole as data.
///
/// Register it with [`Gate::vocabulary`](https://docs.rs/scopegate/latest/scopegate/struct.Gate.html#method.vocabulary) or [`Policy::vocabulary`](crate::Policy::vocabulary). Without
/// that, no scope implies another, and `unadvertised` scopes are advertised.
///
/// `#[scope(crate = ::path)]` on the enum says where the generated code finds scopegate, for a crate that re-exports it.
///
/// # Examples
///
/// ```
/// use scopegate::{Vocabulary, requires_scope};
///
/// /// What this API knows.
/// #[derive(Clone, Copy, Debug, PartialEq, Eq, Vocabulary)]
/// pub enum FilesScope {
///     /// See your files.
///     #[scope("files:read", baseline)]
///     Read,
///     /// Change your files.
///     #[scope("files:write", implies(Read))]
///     Write,
///     /// Everything, for support staff.
///     #[scope("files:admin", implies(Write), unadvertised)]
///     Admin,
/// }
///
/// #[requires_scope(FilesScope::Write)]
/// async fn write(body: String) {}
///
/// assert_eq!(FilesScope::Write.to_string(), "files:write");
/// assert_eq!(FilesScope::Write.description(), "Change your files.");
/// assert_eq!("files:read".parse(), Ok(FilesScope::Read));
///
/// let unknown = "files:raed".parse::<FilesScope>().unwrap_err();
/// assert_eq!(unknown.to_string(), "unknown scope `files:raed`; did you mean `files:read`?");
/// ```
///
/// # Errors
///
/// An invalid or duplicate scope, an implied variant that does not exist, and an implication cycle do not compile:
///
/// ```compile_fail
/// #[derive(scopegate::Vocabulary)]
/// enum FilesScope {
///     #[scope("files:read", implies(Write))]
///     Read,
///     #[scope("files:write", implies(Read))]
///     Write,
/// }
/// // error: `Read` implies `Write` implies `Read`; leave one of these out
/// ```
///
/// # Variants under `#[cfg]`
///
/// `implies` cannot name a variant that `#[cfg]` leaves out. Choose the attribute by the same condition:
///
/// ```
/// #[derive(scopegate::Vocabulary)]
/// enum FilesScope {
///     #[scope("files:read")]
///     Read,
///     #[cfg(feature = "purge")]
///     #[scope("files:purge")]
///     Purge,
///     #[cfg_attr(feature = "purge", scope("files:admin", implies(Read, Purge)))]
///     #[cfg_attr(not(feature = "purge"), scope("files:admin", implies(Read)))]
///     Admin,
/// }
/// ```
pub use scopegate_macros::Vocabulary;

/// Makes a [`Requirement`](crate::Requirement), in the grammar of [`requires_scope`](https://docs.rs/scopegate/latest/scopegate/attr.requires_scope.html): for what no attribute can stand on, as
/// [`guarded`](https://docs.rs/scopegate/latest/scopegate/fn.guarded.html) takes it, or as a constant that several attributes name.
///
/// # Examples
///
/// ```
/// use scopegate::{Requirement, requirement};
///
/// const EXPORT: Requirement = requirement!("files:read", any("files:export", "files:admin"));
/// assert_eq!(EXPORT.to_string(), "files:read files:export | files:read files:admin");
///
/// // Any valid token, of a person who logged in not long ago.
/// const RECENT: Requirement = requirement!(max_age = 300);
/// ```
pub use scopegate_macros::requirement;

/// Lets functions of an `impl` block be handlers with scope attributes.
///
/// It stands on the `impl` block of a type. Each function in it that has `#[requires_scope(..)]`, `#[authenticated]` or
/// `#[public]` becomes a handler, and the others stay as they are. Without this attribute, those of the functions do not compile.
///
/// A handler takes no `self`; it gets what it needs by extractors, such as `State`. `#[scoped_handlers(crate = ::path)]` says
/// where the generated code finds scopegate, for a crate that re-exports it.
///
/// # Examples
///
/// ```
/// use axum::extract::State;
/// use scopegate::{Router, requires_scope, routing::get, scoped_handlers};
///
/// trait Store: Clone + Send + Sync + 'static {
///     fn names(&self) -> Vec<String>;
/// }
///
/// struct Files<T>(T);
///
/// #[scoped_handlers]
/// impl<T: Store> Files<T> {
///     #[requires_scope("files:read")]
///     async fn list(State(store): State<T>) -> String {
///         Self::joined(&store.names())
///     }
///
///     fn joined(names: &[String]) -> String {
///         names.join(" ")
///     }
/// }
///
/// # #[derive(Clone)]
/// # struct Disk;
/// # impl Store for Disk { fn names(&self) -> Vec<String> { Vec::new() } }
/// let routes: Router = Router::new().route("/files", get(Files::<Disk>::list)).with_state(Disk);
/// assert!(routes.table().entries()[0].handler().ends_with("::Files<T>::list"));
/// ```
///
/// # Limits
///
/// Functions that a `macro_rules!` inside the block generates are not seen. A scope attribute inside of `#[cfg_attr]` is refused.
/// axum's `#[debug_handler]` takes no functions of `impl` blocks.
#[cfg(feature = "axum")]
pub use scopegate_macros::scoped_handlers;

/// Puts scopes on the tools and prompts of an MCP server that is made with rmcp.
///
/// It stands on an `impl` block whose methods have rmcp's `#[tool]` or `#[prompt]`. Each of them says what it needs, by
/// `#[requires_scope(..)]` or `#[authenticated]`; one that says nothing does not compile. The attribute
///
/// - makes a [`Guard`](crate::Guard) the first argument of each of them, so that it is judged before its parameters are read;
/// - emits the constant `TOOLS`, a [table](crate::mcp::McpTable) of what the tools and prompts need, and implements
///   [`ScopedTools`](crate::mcp::ScopedTools), from which `Gate::mcp` takes it;
/// - emits rmcp's `#[tool_router]` if there are tools, and `#[prompt_router]` if there are prompts, with the keys `router`,
///   `vis`, `server_handler` and `allow_empty` that are given to it, unless the block has that attribute already.
///
/// A block of prompts alone has its table in `PROMPTS`, which is given to [`McpServer`](crate::mcp::McpServer) by name, so
/// that it can stand beside a block of tools.
///
/// | key | |
/// |---|---|
/// | `router = name` | names the router, as in rmcp. The table is then `NAME_TOOLS` (of prompts alone, `NAME_PROMPTS`), and is given to [`McpServer`](crate::mcp::McpServer) by name |
/// | `prompt_router = name` | names the router of the prompts, in a block that has tools, too |
/// | `crate = ::path` | where the generated code finds scopegate, for a crate that re-exports it |
/// | `rmcp = ::path` | where the generated code finds rmcp; see [below](#rmcp-by-another-path) |
///
/// # Examples
///
/// ```
/// use rmcp::{
///     ServerHandler, handler::server::wrapper::Parameters, model::{PromptMessage, Role}, prompt, prompt_handler, schemars,
///     tool, tool_handler,
/// };
/// use scopegate::{authenticated, requires_scope, scoped_tools};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct WriteFile {
///     path: String,
///     content: String,
/// }
///
/// #[derive(Clone)]
/// struct Files;
///
/// #[scoped_tools]
/// impl Files {
///     /// Lists the files.
///     #[authenticated]
///     #[tool]
///     async fn list_files(&self) -> String {
///         "hello.txt".to_owned()
///     }
///
///     /// Writes a file.
///     #[requires_scope("files:write")]
///     #[tool]
///     async fn write_file(&self, Parameters(WriteFile { path, content }): Parameters<WriteFile>) -> String {
///         format!("{path} has {} bytes", content.len())
///     }
///
///     /// Asks for a summary.
///     #[requires_scope("files:read")]
///     #[prompt]
///     async fn summarize(&self) -> Vec<PromptMessage> {
///         vec![PromptMessage::new_text(Role::User, "Summarize hello.txt")]
///     }
/// }
///
/// #[tool_handler]
/// #[prompt_handler]
/// impl ServerHandler for Files {}
///
/// assert_eq!(
///     Files::TOOLS.to_string(),
///     "tools/call   list_files  authenticated\n\
///      tools/call   write_file  files:write\n\
///      prompts/get  summarize   files:read\n",
/// );
/// ```
///
/// # rmcp by another path
///
/// `rmcp = ::path` is for a program whose dependency on rmcp has another name, or which uses the rmcp that scopegate has:
///
/// ```
/// use scopegate::{mcp::rmcp::tool, requires_scope, scoped_tools};
///
/// #[derive(Clone)]
/// struct Files;
///
/// #[scoped_tools(rmcp = ::scopegate::mcp::rmcp, server_handler)]
/// impl Files {
///     /// Forgets every file.
///     #[requires_scope("files:admin")]
///     #[tool]
///     async fn purge_files(&self) {}
/// }
/// ```
///
/// The attributes of rmcp emit code that names `rmcp`, and take no other path. `#[scoped_tools(rmcp = ..)]` makes that name
/// stand for the path inside its block, and takes `server_handler` from rmcp. An attribute of rmcp's that stands elsewhere finds
/// the path only if its module has the name: write `use path as rmcp;` beside `#[tool_handler]`, `#[prompt_handler]` or a
/// `#[tool_router]` above `#[scoped_tools]`. `#[tool_router(server_handler)]` works with a dependency called `rmcp` alone.
///
/// # Limits
///
/// As with rmcp's own attributes, tools and prompts that a `macro_rules!` inside the block generates are not seen, and neither are
/// `#[cfg]`s.
#[cfg(feature = "rmcp")]
pub use scopegate_macros::scoped_tools;

/// Lists what handlers declare, and where they are mounted, as a constant [`ScopeTable`](crate::ScopeTable).
///
/// ```text
/// scope_table![row, ..]
///
/// row = handler
///     | "/path" => handler
///     | GET "/path" => handler
///     | GET | PUT "/path" => handler
/// ```
///
/// The path is the whole path as axum has it, that of the routers around it included: the
/// [`MatchedPath`](axum::extract::MatchedPath) of a request. A route without a method is one for any. As in axum, `GET` is
/// `HEAD`, too, where `HEAD` has no row of its own, and a row with a method comes before one without.
///
/// [`Gate::layer`](crate::Gate::layer) then names the scopes of the route in a 401, and the lock, the JSON and the
/// `OpenAPI` document know the route. A handler without a route is in the metadata all the same.
///
/// # Examples
///
/// ```
/// use scopegate::{ScopeTable, requires_scope, scope_table};
///
/// #[requires_scope("files:read")]
/// async fn list() {}
///
/// #[requires_scope("files:read", "files:write")]
/// async fn write<T>() {}
///
/// #[requires_scope("files:admin")]
/// async fn admin() {}
///
/// const TABLE: ScopeTable = scope_table![
///     GET "/files" => list,
///     PUT | PATCH "/files/{name}" => write::<String>,
///     "/admin" => admin,
///     write::<Vec<u8>>,
/// ];
/// assert!(TABLE.entries().iter().map(|entry| entry.methods().zip(entry.path())).eq([
///     Some(("GET", "/files")),
///     Some(("PUT,PATCH", "/files/{name}")),
///     Some(("*", "/admin")),
///     None,
/// ]));
/// ```
#[cfg(feature = "axum")]
#[macro_export]
macro_rules! scope_table {
    ($($rows:tt)*) => {
        $crate::__private::scope_rows!($crate; $($rows)*)
    };
}

/// Mounts handlers with `#[utoipa::path]` where their documentation says, by [`Router::routes`](crate::Router::routes).
///
/// Path and methods are utoipa's, and what a handler needs is its scope attribute's. The router keeps operations and schemas, and
/// [`Router::openapi`](crate::Router::openapi) puts them into a document.
///
/// # Examples
///
/// ```
/// use scopegate::{Router, requires_scope, routes};
///
/// mod files {
///     #[utoipa::path(get, path = "/files", responses((status = 200)))]
///     #[scopegate::requires_scope("files:read")]
///     pub async fn list() {}
/// }
///
/// #[utoipa::path(post, path = "/files", responses((status = 201)))]
/// #[requires_scope("files:write")]
/// async fn create() {}
///
/// let routes: Router = Router::new().routes(routes!(files::list, create));
/// assert_eq!(routes.table().to_string(), "GET   /files  files:read\nPOST  /files  files:write\n");
/// ```
///
/// Name an imported handler by its module, as `files::list` here: `use` does not import what utoipa knows of it.
///
/// # Errors
///
/// A handler without a scope attribute does not compile, and neither does one without `#[utoipa::path]`:
///
/// ```compile_fail
/// #[scopegate::requires_scope("files:read")]
/// async fn list() {}
///
/// let routes: scopegate::Router = scopegate::Router::new().routes(scopegate::routes!(list));
/// // error: this handler has no `#[utoipa::path]`
/// ```
#[cfg(feature = "utoipa")]
#[macro_export]
macro_rules! routes {
    ($($handlers:tt)*) => {
        $crate::__private::routes!([$crate] $($handlers)*)
    };
}
