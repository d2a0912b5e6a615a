// The prompt router would be called `prompt_router` in this block and in every other.
use rmcp::{model::PromptMessage, prompt, tool};
use scopegate::{authenticated, scoped_tools};

struct Files;

#[scoped_tools(router = admin)]
impl Files {
    /// Lists the files.
    #[authenticated]
    #[tool]
    async fn list_files(&self) {}

    /// Sums up the files.
    #[authenticated]
    #[prompt]
    async fn sum_up(&self) -> Vec<PromptMessage> {
        Vec::new()
    }
}

fn main() {
    let _ = Files::ADMIN_TOOLS;
}
