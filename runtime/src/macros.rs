//! The macros, documented on their re-exports.

/// Lets only tokens with the named scopes through to a handler.
///
/// ```text
/// #[requires_scope(need, ..)]
///
/// need  = scope | all(need, need, ..) | any(need, need, ..)
/// scope = "literal" | "literal with {parameter}" | path::to::CONST of type Scope, or a variant of a vocabulary
/// ```
///
/// A token needs every scope of the list. `any` and `all` nest freely. A requirement may have at most 16 alternatives,
/// which together name at most 128 scopes. A challenge names the first alternative that can be met, so write the least
/// powerful alternative first.
///
/// The attribute makes a [`Guard`](crate::Guard) the first argument of the handler. Access is therefore decided before
/// any other extractor runs and before the body is read. Put the attribute on a free `async` function, which can be
/// generic, or on a function of an `impl` block under [`scoped_handlers`]. Put axum's `#[debug_handler]` below this
/// attribute. For closures and for handlers of other crates, use [`guarded`](crate::guarded).
///
/// | key | meaning |
/// |---|---|
/// | `also("scope", ..)` | scopes that the handler itself may demand, with [`Access::require`](crate::Access::require) |
/// | `acr("value", ..)` | how the person must have logged in: the token's `acr` must be one of these values, listed in order of preference |
/// | `max_age = 300` | the longest allowed time since the person's login, in seconds; the token's `auth_time` says when the person logged in |
/// | `related("scope", ..)` | scopes that a 403 also asks for under [`Strategy::Recommended`](crate::Strategy::Recommended); never enforced |
/// | `crate = ::path` | the path of scopegate in the generated code, for a crate that re-exports it |
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
/// A scope can depend on the path. A legal value of the parameter has 1 to 1,024 characters, which are letters, digits,
/// `.`, `_`, `~` and `-`. The values `.` and `..` are illegal. A legal value therefore cannot change the rest of the
/// scope. An alternative with an illegal value cannot be met, but the other alternatives still count. To write a
/// literal brace, double it, as in `{{`.
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
/// An operation can demand a certain login behind the token ([RFC 9470]). The demand applies to all alternatives. A
/// token that lacks the demanded `acr` or `auth_time` is then not enough. A static key is not enough either. The answer
/// is 401 with `error="insufficient_user_authentication"`, and every challenge of the operation names `acr_values` and
/// `max_age`.
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
/// If several handlers share a requirement, give it a name. Beside the name, the attribute can have only `also` and
/// `related`:
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
/// Fails to compile if a scope is invalid or duplicate, or if an alternative adds nothing to the others:
///
/// ```compile_fail
/// #[scopegate::requires_scope("files:read files:write")]
/// async fn write() {}
/// // error: a scope cannot contain a space; write one literal per scope, as in `"files:read", "files:write"`
/// ```
///
/// # Limits
///
/// In an `impl` block the attribute needs [`scoped_handlers`] above the block. The attribute adds a type beside the
/// function, and an `impl` block cannot contain types. A function of a trait cannot be a handler.
///
/// A handler takes at most 15 extractors, because axum allows 16 and the guard is one of them.
#[cfg(feature = "axum")]
pub use scopegate_macros::requires_scope;

/// Lets only valid tokens through to a handler. The token needs no scopes beyond the gate's floor.
///
/// The attribute takes the keys `also`, `related`, `acr`, `max_age` and `crate` of [`requires_scope`].
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

/// Lets every request through to a handler, and marks the operation as `public` in the table.
///
/// The gate ignores the request's credentials. To learn who calls, take an `Option<`[`Access`](crate::Access)`>`. This
/// extractor verifies the token of the request, if there is one, and answers 401 to a bad token.
///
/// The attribute takes the key `crate` of [`requires_scope`].
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
/// | `implies(Read, ..)` | a token with this scope also has the named scopes, and all scopes that they imply; this affects the check of a token, but not the scopes that challenges name |
/// | `baseline` | clients should request the scope from the start |
/// | `unadvertised` | the metadata does not list the scope; only the challenges of operations that need the scope name it |
///
/// The first paragraph of a variant's doc comment, joined to one line, is the description of the scope on the consent
/// page.
///
/// The macro generates these items, with the visibility of the enum:
///
/// - `const ALL: &'static [Self]`, with the variants in order of declaration;
/// - `const fn as_scope(self) -> Scope`, so that attributes accept a variant wherever they accept a literal;
/// - `const fn as_str(self) -> &'static str` and `const fn description(self) -> &'static str`;
/// - `const fn entry(&self) -> VocabularyEntry`, with the scope, the description and the keys;
/// - [`Display`](std::fmt::Display), which writes the scope;
/// - [`FromStr`](std::str::FromStr), which parses the scope, and whose
///   error [`UnknownScope`](crate::UnknownScope) suggests the closest scope;
/// - [`AsRef<str>`](AsRef), so
///   that [`Access::require`](https://docs.rs/scopegate/latest/scopegate/struct.Access.html#method.require) accepts a
///   variant;
/// - [`Vocabulary`](trait@crate::Vocabulary), with the entries of all variants.
///
/// Register the vocabulary
/// with [`Gate::vocabulary`](https://docs.rs/scopegate/latest/scopegate/struct.Gate.html#method.vocabulary)
/// or [`Policy::vocabulary`](crate::Policy::vocabulary). If the vocabulary is not registered, its scopes imply nothing,
/// and its `unadvertised` scopes are advertised.
///
/// `#[scope(crate = ::path)]` on the enum sets the path of scopegate in the generated code, for a crate that re-exports
/// it.
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
/// Fails to compile if a scope is invalid or duplicate, if an implied variant does not exist, or if there is an
/// implication cycle:
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
/// `implies` cannot name a variant that `#[cfg]` removes. Write one `#[scope(..)]` with the variant and one without it,
/// each under its condition:
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

/// Makes a [`Requirement`](crate::Requirement), in the grammar of [`requires_scope`](https://docs.rs/scopegate/latest/scopegate/attr.requires_scope.html).
///
/// Use this macro where you cannot write an attribute, for example as an argument
/// of [`guarded`](https://docs.rs/scopegate/latest/scopegate/routing/fn.guarded.html), or for a constant that several
/// attributes name.
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
/// Put this attribute on the `impl` block of a type. Each function in the block that has `#[requires_scope(..)]`,
/// `#[authenticated]` or `#[public]` becomes a handler. The other functions stay as they are. Without
/// `#[scoped_handlers]` on the block, scope attributes on its functions do not compile.
///
/// A handler takes no `self`. It gets its data from extractors, such as `State`. `#[scoped_handlers(crate = ::path)]`
/// sets the path of scopegate in the generated code, for a crate that re-exports it.
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
/// - It makes a [`Guard`](crate::Guard) the first argument of each method, so that access is decided before the
///   parameters are parsed.
/// - It emits the constant `TOOLS`, a [table](crate::mcp::McpTable) of what the tools and prompts need. It also
///   implements [`ScopedTools`](crate::mcp::ScopedTools), which `Gate::mcp` reads.
/// - It emits rmcp's `#[tool_router]` if there are tools, and `#[prompt_router]` if there are prompts. The keys
///   `router`, `vis`, `server_handler` and `allow_empty` are passed on. An attribute that the block already has is not
///   emitted again.
///
/// If a block has only prompts, its table is `PROMPTS`, so that the server can also have a block of tools. Pass
/// `PROMPTS` to [`McpServer`](crate::mcp::McpServer) yourself.
///
/// | key | |
/// |---|---|
/// | `router = name` | names the router, as in rmcp. The table is then `NAME_TOOLS` (`NAME_PROMPTS` for a block without tools); pass this table to [`McpServer`](crate::mcp::McpServer) yourself |
/// | `prompt_router = name` | names the router of the prompts, in a block that also has tools |
/// | `crate = ::path` | the path of scopegate in the generated code, for a crate that re-exports it |
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
/// Use `rmcp = ::path` if the dependency on rmcp has another name, or to use the rmcp that scopegate re-exports:
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
/// rmcp's attributes emit code that names `rmcp`, and accept no other path. In the block below `#[scoped_tools(rmcp =
/// ..)]`, the name `rmcp` stands for your path, and scopegate handles `server_handler` in place of rmcp. Outside the
/// block, rmcp's attributes need the name `rmcp` in their own module. For `#[tool_handler]`, `#[prompt_handler]`, or a
/// `#[tool_router]` above `#[scoped_tools]`, write `use path as rmcp;` beside the attribute.
/// `#[tool_router(server_handler)]` works only with a dependency called `rmcp`.
///
/// # Limits
///
/// Like rmcp's own attributes, the macro does not see tools and prompts that a `macro_rules!` inside the block
/// generates, and it ignores `#[cfg]`.
#[cfg(feature = "rmcp")]
pub use scopegate_macros::scoped_tools;

/// Makes a constant [`ScopeTable`](crate::ScopeTable) from the declarations of handlers and the routes where they are
/// mounted.
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
/// Write the whole path as axum sees it, with the prefixes of all outer routers. This is
/// the [`MatchedPath`](axum::extract::MatchedPath) of a request. A route without a method matches any method. As in
/// axum, `GET` also covers `HEAD` unless `HEAD` has a row of its own. A row with a method takes precedence over a row
/// without a method.
///
/// If a row has a route, [`Gate::layer`](crate::Gate::layer) can name the handler's scopes in a 401. The lock, the JSON
/// export and the `OpenAPI` document then contain the route. The metadata lists the scopes of all handlers, even of
/// those without a route.
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
/// Name an imported handler by its module, as `files::list` in the example, because `use` does not import the items
/// that utoipa generates.
///
/// # Errors
///
/// Fails to compile if a handler has no scope attribute or no `#[utoipa::path]`:
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
