//! The server: three tools, each saying what it needs.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rmcp::{ServerHandler, handler::server::wrapper::Parameters, schemars, tool, tool_handler};
use scopegate::{authenticated, requires_scope, scoped_tools};
use serde::Deserialize;

/// Files by name, in memory. Copies share them.
#[derive(Clone, Debug, Default)]
pub struct Files(Arc<Mutex<BTreeMap<String, String>>>);

/// What `write_file` takes.
#[derive(Deserialize, schemars::JsonSchema)]
struct WriteFile {
    /// The name of the file.
    path: String,
    /// What it is to hold.
    content: String,
}

#[scoped_tools]
impl Files {
    /// Lists the files, one name a line.
    #[authenticated]
    #[tool]
    async fn list_files(&self) -> String {
        self.files().keys().flat_map(|name| [name, "\n"]).collect()
    }

    /// Writes a file, new or not.
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

    fn files(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tool_handler(name = "mcp-files", instructions = "Files in memory: list, write and purge them.")]
impl ServerHandler for Files {}
