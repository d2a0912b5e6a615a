use rmcp::{model::PromptMessage, prompt, tool};
use scopegate::{authenticated, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Lists the files.
    #[authenticated]
    #[tool]
    async fn list_files(&self) {}

    /// Sums up the files.
    #[prompt(name = "sum-up")]
    async fn sum_up(&self) -> Vec<PromptMessage> {
        Vec::new()
    }
}

fn main() {
    let _ = Files::TOOLS;
    let _ = (Files::tool_router(), Files::prompt_router());
}
