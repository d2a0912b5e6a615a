//! The server: three tools and a prompt with scopes, and the files as resources.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    handler::server::{tool::ToolRouter, wrapper::Parameters},
    model::{
        Implementation, ListResourceTemplatesResult, PaginatedRequestParams, PromptMessage,
        ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, ResourceContents,
        ResourceTemplate, Role, ServerCapabilities, ServerConfig,
    },
    prompt, prompt_handler, schemars,
    service::RequestContext,
    tool, tool_handler,
};
use scopegate::{
    Requirement, authenticated,
    mcp::{ANONYMOUS_DISCOVERY, McpTable, Operation},
    mcp_table, public, requires_scope, scoped_tools,
};
use serde::Deserialize;

/// The URIs of the files.
const FILE: &str = "file:///{name}";

/// Reading a file needs only the floor.
pub const RESOURCES: McpTable = mcp_table![Operation::resource(FILE, Requirement::AUTHENTICATED)];

/// Returns the table of the operations, including the public ones if `anonymous` is set.
#[must_use]
pub fn table(anonymous: bool) -> McpTable {
    let table = Files::TOOLS.and(&RESOURCES);
    if anonymous { table.and(&Files::OPEN_TOOLS).and(&ANONYMOUS_DISCOVERY) } else { table }
}

/// Files by name, in memory. Clones share them.
#[derive(Clone, Debug)]
pub struct Files {
    files: Arc<Mutex<BTreeMap<String, String>>>,
    tools: Arc<ToolRouter<Self>>,
}

/// The arguments of `write_file`.
#[derive(Deserialize, schemars::JsonSchema)]
struct WriteFile {
    /// The name of the file.
    path: String,
    /// The new content of the file.
    content: String,
}

#[expect(missing_docs, reason = "rmcp's `#[prompt]` makes public functions without documentation")]
#[scoped_tools]
impl Files {
    /// Lists the files, one name a line.
    #[authenticated]
    #[tool]
    async fn list_files(&self) -> String {
        self.files().keys().flat_map(|name| [name, "\n"]).collect()
    }

    /// Creates or overwrites a file.
    #[requires_scope("files:write")]
    #[tool]
    async fn write_file(&self, Parameters(WriteFile { path, content }): Parameters<WriteFile>) -> String {
        let said = format!("wrote {} bytes to {path}", content.len());
        self.files().insert(path, content);
        said
    }

    /// Forgets every file.
    #[requires_scope("files:admin")]
    #[tool]
    async fn purge_files(&self) -> String {
        let mut files = self.files();
        let said = format!("forgot {} files", files.len());
        files.clear();
        said
    }

    /// Asks for a summary of the files.
    #[authenticated]
    #[prompt]
    async fn summarize_files(&self) -> Vec<PromptMessage> {
        let ask = "Summarize each of these files in a sentence.".to_owned();
        let files = self.files();
        let files = files.iter().map(|(name, content)| format!("# {name}\n\n{content}"));
        std::iter::once(ask).chain(files).map(|text| PromptMessage::new_text(Role::User, text)).collect()
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(missing_docs, reason = "rmcp's attribute makes a public function without documentation")]
#[scoped_tools(router = open, vis = "pub")]
impl Files {
    /// Counts the files, for anybody.
    #[public]
    #[tool]
    async fn count_files(&self) -> String {
        format!("{} files", self.files().len())
    }
}

impl Files {
    /// Makes a server without files.
    #[must_use]
    pub fn new() -> Self {
        Self { files: Arc::default(), tools: Arc::new(Self::tool_router()) }
    }

    /// Adds the public tools.
    #[must_use]
    pub fn with_open_tools(self) -> Self {
        Self { tools: Arc::new(Self::tool_router() + Self::open()), ..self }
    }
}

impl Default for Files {
    fn default() -> Self {
        Self::new()
    }
}

#[tool_handler(router = self.tools)]
#[prompt_handler]
impl ServerHandler for Files {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_prompts().enable_resources();
        ServerConfig::new(capabilities.build())
            .with_server_info(Implementation::new("mcp-files", env!("CARGO_PKG_VERSION")))
            .with_instructions("Files in memory: list, read, write and purge them.")
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let file = ResourceTemplate::new(FILE, "file").with_description("A file, by its name");
        Ok(ListResourceTemplatesResult::with_all_items(vec![file]))
    }

    // The gate has checked this request. The server checks it again, with the same row.
    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let unknown = || ErrorData::resource_not_found("Unknown resource", None);
        let found = RESOURCES.resource(&request.uri).ok_or_else(unknown)?;
        found.authorize(&context)?;
        let name = found.part("name").ok_or_else(unknown)?;
        let text = self.files().get(name).cloned().ok_or_else(unknown)?;
        Ok(ReadResourceResult::new(vec![ResourceContents::text(text, request.uri)]).into())
    }
}
