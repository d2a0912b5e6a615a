use rmcp::{handler::server::wrapper::Parameters, model::JsonObject, tool};
use scopegate::{Access, authenticated, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Counts the files.
    #[authenticated]
    #[tool]
    async fn count_files(&self, access: &Access, Parameters(_): Parameters<JsonObject>) -> String {
        access.subject().unwrap_or("nobody").to_owned()
    }
}

fn main() {}
