//! The macros, documented on their re-exports.

/// Runs a handler only if the request's token grants the named scopes.
///
/// ```text
/// #[requires_scope(need, ..)]
///
/// need  = scope | all(need, need, ..) | any(need, need, ..)
/// scope = "literal" | "literal with {parameter}" | path::to::CONST of type Scope, or a variant of a vocabulary
/// ```
///
/// A token must meet every `need` of the list. `any` and `all` can be nested. A requirement can have at most 16
/// alternatives, which together name at most 128 scopes. A challenge names only the first alternative that can be met,
/// so write the least powerful alternative first.
///
/// The attribute adds a [`Guard`](crate::Guard) as the first argument of the handler. Access is therefore decided
/// before any other extractor runs and before the body is read. Put the attribute on a free `async` function, or on a
/// function of an `impl` block that has [`scoped_handlers`]. A free function can be generic. Put `#[debug_handler]`
/// below this attribute. For closures and for handlers from other crates, use [`guarded`](crate::guarded).
///
/// | key | meaning |
/// |---|---|
/// | `also("scope", ..)` | scopes that the handler itself may demand, with [`Access::require`](crate::Access::require) |
/// | `acr("value", ..)` | how the person must have logged in: the token's `acr` must be one of these values, listed in order of preference |
/// | `max_age = 300` | the person must have logged in during the last 300 seconds, according to the token's `auth_time` |
/// | `related("scope", ..)` | scopes that a 403 also asks for under [`Strategy::Recommended`](crate::Strategy::Recommended); never enforced |
/// | `crate = ::path` | the path of scopegate in the generated code, for a crate that re-exports scopegate |
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
/// A scope can contain parameters of the path. A legal value of a parameter has 1 to 1,024 characters: ASCII letters,
/// digits, `.`, `_`, `~` and `-`. The values `.` and `..` are illegal. A legal value therefore cannot change the rest
/// of the scope. If a value is illegal, no token meets the alternatives that contain this scope. A token can still meet
/// one of the other alternatives, and the challenge names the first of these. Write a literal brace twice, as in `{{`.
/// A constant or a variant is also a template if its text has a parameter in braces.
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
/// An operation can also demand a login by a certain method, or a recent login ([RFC 9470]). The demand applies to all
/// alternatives. If the token's `acr` or `auth_time` does not meet the demand, the answer is 401 with
/// `error="insufficient_user_authentication"`. A static key never meets the demand, because it has no login. Every
/// challenge of the operation names the demand in `acr_values`, `max_age` or both.
///
/// ```
/// use scopegate::requires_scope;
///
/// #[requires_scope("files:admin", acr("urn:example:mfa"), max_age = 300)]
/// async fn purge() {}
/// ```
///
/// To accept a scope in place of a recent login, declare the scope with `also(..)`. In the handler, ask
/// [`Access::covers`](https://docs.rs/scopegate/latest/scopegate/struct.Access.html#method.covers) about
/// `requirement!(max_age = 300)`, and demand the scope if the answer is `false`.
///
/// [RFC 9470]: https://www.rfc-editor.org/rfc/rfc9470
///
/// If several handlers share a requirement, define it as a constant. An attribute that names the constant can also have
/// the keys `also` and `related`. The attribute cannot require other scopes, and cannot have `acr` or `max_age`:
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
/// The code does not compile if a list contains the same scope twice, or if an alternative needs all scopes of another
/// alternative. An invalid scope does not compile either:
///
/// ```compile_fail
/// #[scopegate::requires_scope("files:read files:write")]
/// async fn write() {}
/// // error: a scope cannot contain a space; write one literal per scope, as in `"files:read", "files:write"`
/// ```
///
/// # Limits
///
/// The attribute adds a type beside the function, but an `impl` block cannot contain types. In an `impl` block, the
/// attribute therefore works only if the block has [`scoped_handlers`], or `scoped_tools` for MCP tools and prompts. A
/// function of a trait cannot be a handler.
///
/// A handler takes at most 15 extractors, because axum allows 16 and the guard is the first.
#[cfg(feature = "axum")]
pub use scopegate_macros::requires_scope;

/// Runs a handler only if the request has a valid token. The token needs no scopes except the gate's floor (the scopes
/// that every protected operation needs).
///
/// Like [`requires_scope`], the attribute takes the keys `also`, `related`, `acr`, `max_age` and `crate`.
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

/// Runs a handler for every request, even without a token, and marks the operation as `public` in the table.
///
/// For a public handler, the gate ignores the request's credentials. To learn who calls the handler, take an
/// `Option<`[`Access`](crate::Access)`>`. This extractor verifies the token of the request, if there is one, and
/// answers 401 to a bad token. The token does not need the scopes of the gate's floor. To run the handler even for a
/// request with a bad token, take a `Result<Option<Access>, Rejection>`.
///
/// For a public tool or prompt of an MCP server, the gate verifies the token of the request, if there is one, and
/// answers 401 to a bad token. To learn who calls the tool or prompt, take a
/// [`Caller`](https://docs.rs/scopegate/latest/scopegate/mcp/struct.Caller.html).
///
/// Like [`requires_scope`], the attribute takes the key `crate`.
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

/// Makes a [`Vocabulary`](trait@crate::Vocabulary) from an enum, with one scope for each variant.
///
/// ```text
/// #[scope("literal", key, ..)]
///
/// key = implies(Variant, ..) | baseline | unadvertised
/// ```
///
/// | key | meaning |
/// |---|---|
/// | `implies(Read, ..)` | a token with this scope also has the named scopes, and all scopes that they imply; this affects the check of a token, but not the list of scopes in a challenge |
/// | `baseline` | clients should request the scope from the start |
/// | `unadvertised` | the metadata does not list the scope; clients learn of it only from the challenges of the operations that need it |
///
/// A scope with a parameter in braces, such as `tenant:{tenant}:read`, is a template, as in
/// [`requires_scope`](https://docs.rs/scopegate/latest/scopegate/attr.requires_scope.html). A template has no keys, and
/// the metadata never lists it. A variant's scope can have literal braces only if the scope also has a parameter. For a
/// scope with literal braces and no parameter, write a string in the handler's attribute, as in
/// `#[requires_scope("a{{b}}")]`.
///
/// The first paragraph of a variant's doc comment, joined into one line, is the description of the scope.
/// `cargo scopegate table --format json` prints the descriptions. Register the descriptions at the authorization
/// server, so that its consent page can show them.
///
/// The macro generates these items, with the visibility of the enum:
///
/// - `const ALL: &'static [Self]`, in order of declaration;
/// - `const fn as_scope(self) -> Scope`, so that an attribute can contain a variant wherever it can contain a literal;
/// - `const fn as_str(self) -> &'static str` and `const fn description(self) -> &'static str`;
/// - `const fn entry(&self) -> VocabularyEntry`, with the scope, the description and the keys;
/// - [`Display`](std::fmt::Display), which writes the scope;
/// - [`FromStr`](std::str::FromStr), which parses the scope; the error [`UnknownScope`](crate::UnknownScope) suggests
///   the closest scope;
/// - [`AsRef<str>`](AsRef), so
///   that [`Access::require`](https://docs.rs/scopegate/latest/scopegate/struct.Access.html#method.require) accepts a
///   variant;
/// - [`From`] for [`ScopeToken`](crate::ScopeToken), so
///   that [`Gate::floor`](https://docs.rs/scopegate/latest/scopegate/struct.Gate.html#method.floor) accepts a variant;
/// - [`Vocabulary`](trait@crate::Vocabulary), with the entries of all variants.
///
/// Register the vocabulary
/// with [`Gate::vocabulary`](https://docs.rs/scopegate/latest/scopegate/struct.Gate.html#method.vocabulary)
/// or [`Policy::vocabulary`](crate::Policy::vocabulary). If you do not register the vocabulary, no scope implies
/// another scope, and the metadata also lists the `unadvertised` scopes.
///
/// If another crate re-exports scopegate, write `#[scope(crate = ::path)]` on the enum. The generated code then uses
/// this path for scopegate.
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
/// The code does not compile if a scope is invalid, if two variants have the same scope, if an implied variant does not
/// exist, if a template has a key, or if variants imply each other in a cycle:
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
/// `implies` cannot name a variant that `#[cfg]` removes. If a scope implies a variant that `#[cfg]` can remove, give
/// the scope two `#[cfg_attr]` attributes. One attribute names the variant, and the other does not:
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

/// Makes a [`Requirement`](crate::Requirement) from arguments in the grammar of [`requires_scope`](https://docs.rs/scopegate/latest/scopegate/attr.requires_scope.html).
///
/// Use this macro for a constant that several attributes name. Also use it where you cannot write an attribute, such as
/// in an argument of [`guarded`](https://docs.rs/scopegate/latest/scopegate/routing/fn.guarded.html).
///
/// # Examples
///
/// ```
/// use scopegate::{Requirement, requirement};
///
/// const EXPORT: Requirement = requirement!("files:read", any("files:export", "files:admin"));
/// assert_eq!(EXPORT.to_string(), "files:read files:export | files:read files:admin");
///
/// // Any valid token of a person who logged in during the last 300 seconds.
/// const RECENT: Requirement = requirement!(max_age = 300);
/// ```
pub use scopegate_macros::requirement;

/// Allows scope attributes on functions of an `impl` block, so that these functions can be handlers.
///
/// Put this attribute on the `impl` block of a type. In the block, each function with `#[requires_scope(..)]`,
/// `#[authenticated]` or `#[public]` becomes a handler. The other functions stay as they are. Without
/// `#[scoped_handlers]` on the block, scope attributes on its functions do not compile.
///
/// A handler takes no `self`, and gets its data from extractors such as `State`. If another crate re-exports scopegate,
/// `#[scoped_handlers(crate = ::path)]` sets the path that the generated code uses for scopegate.
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
/// The macro does not see functions that a `macro_rules!` inside the block generates. A scope attribute inside
/// `#[cfg_attr]` does not compile. axum's `#[debug_handler]` does not work on functions of `impl` blocks.
#[cfg(feature = "axum")]
pub use scopegate_macros::scoped_handlers;

/// Puts scopes on the tools and prompts of an MCP server that is made with rmcp.
///
/// Put this attribute on an `impl` block whose methods have rmcp's `#[tool]` or `#[prompt]`. Each of these methods
/// needs `#[requires_scope(..)]`, `#[authenticated]` or `#[public]`. The macro does three things:
///
/// - The macro adds a [`Guard`](crate::Guard) as the first argument of each method, so that access is decided before
///   the parameters are parsed.
/// - The macro emits the constant `TOOLS`, a [table](crate::mcp::McpTable) of what the tools and prompts need. It also
///   implements [`ScopedTools`](crate::mcp::ScopedTools), which `Gate::mcp` reads.
/// - The macro emits rmcp's `#[tool_router]` if there are tools, and `#[prompt_router]` if there are prompts. The keys
///   `router`, `vis`, `server_handler` and `allow_empty` are passed on to these attributes. If the block already has
///   one of the attributes, the macro does not emit it again.
///
/// The table and the routers are private to the module of the block. If another module, such as `main.rs`, uses them,
/// write `#[scoped_tools(vis = "pub")]`.
///
/// If a block has only prompts, the constant is called `PROMPTS`. A second `impl` block of the same type can then
/// contain the tools and define `TOOLS`. Pass `PROMPTS` to [`McpServer`](crate::mcp::McpServer) yourself.
///
/// | key | |
/// |---|---|
/// | `vis = "pub"` | the visibility of the table and of the routers; private unless set |
/// | `router = name` | names the router, as in rmcp. If a type has several blocks with tools, every block except one needs this key. The table is then called `NAME_TOOLS`, or `NAME_PROMPTS` for a block without tools; pass this table to [`McpServer`](crate::mcp::McpServer) yourself |
/// | `prompt_router = name` | names the router of the prompts, in a block that also has tools |
/// | `crate = ::path` | the path of scopegate in the generated code, for a crate that re-exports scopegate |
/// | `rmcp = ::path` | the path of rmcp in the generated code; see [below](#rmcp-by-another-path) |
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
/// Use `rmcp = ::path` if the dependency on rmcp has another name, or if you use the rmcp that scopegate re-exports:
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
/// rmcp's attributes emit code that uses the name `rmcp`, and they have no option for another path. Inside a block with
/// `#[scoped_tools(rmcp = ..)]`, the name `rmcp` stands for your path. For attributes outside this block
/// (`#[tool_handler]`, `#[prompt_handler]`, or a `#[tool_router]` above `#[scoped_tools]`), write `use path as rmcp;`
/// in the same module. `#[tool_router(server_handler)]` works only with a dependency called `rmcp`. Therefore, add
/// `server_handler` to `#[scoped_tools]` instead, as in the example.
///
/// # Limits
///
/// Like rmcp's own attributes, the macro does not see tools and prompts that a `macro_rules!` inside the block
/// generates. If `#[cfg]` removes a tool or prompt, the router's code still names this tool or prompt, because neither
/// the macro nor rmcp evaluates `#[cfg]`.
///
/// A tool or prompt cannot call another tool or prompt, because the call would lack the `Guard` argument. Move the code
/// that they share into a method without an attribute, and call this method from both.
#[cfg(feature = "rmcp")]
pub use scopegate_macros::scoped_tools;

/// Makes a constant [`ScopeTable`](crate::ScopeTable) from the routes and handlers that you list. The handlers must
/// have scope attributes.
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
/// Write the whole path in axum's syntax, with the prefixes of all outer routers. The path must equal
/// the [`MatchedPath`](axum::extract::MatchedPath) of a request for the route. A row without a method is for any
/// method. As in axum, `GET` also covers `HEAD` unless `HEAD` has a row of its own. A row with a method takes precedence
/// over a row without a method.
///
/// If a row has a route, [`Gate::layer`](crate::Gate::layer) can name the handler's scopes in a 401. The lock, the
/// table as JSON and the `OpenAPI` document then also contain the route. The metadata includes the scopes of a
/// handler even if the handler has no route.
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

/// Mounts handlers at the paths of their `#[utoipa::path]`, with [`Router::routes`](crate::Router::routes).
///
/// The path and the methods come from utoipa, and the requirement comes from the scope attribute. The router keeps
/// utoipa's operations and schemas, and [`Router::openapi`](crate::Router::openapi) puts them into a document.
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
/// If a handler is in another module, name the handler by its module path, as in `files::list` above. `use files::list`
/// is not enough, because it does not import the items that utoipa generates.
///
/// # Errors
///
/// Each handler needs a scope attribute and `#[utoipa::path]`. If one of these attributes is missing, the code does not
/// compile:
///
/// ```compile_fail
/// #[scopegate::requires_scope("files:read")]
/// async fn list() {}
///
/// let routes: scopegate::Router = scopegate::Router::new().routes(scopegate::routes!(list));
/// // error: this handler has no `#[utoipa::path]` of utoipa 6
/// ```
#[cfg(feature = "utoipa")]
#[macro_export]
macro_rules! routes {
    ($($handlers:tt)*) => {
        $crate::__private::routes!([$crate] $($handlers)*)
    };
}
