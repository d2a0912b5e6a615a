use rmcp::{model::PromptMessage, prompt};
use scopegate::scoped_tools;

struct Files;

#[scoped_tools]
impl Files {
    /// Sums up the files.
    #[prompt]
    async fn sum_up(&self) -> Vec<PromptMessage> {
        Vec::new()
    }
}

fn main() {
    let _ = Files::PROMPTS;
    let _ = Files::prompt_router();
}
