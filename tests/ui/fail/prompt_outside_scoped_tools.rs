use rmcp::{model::PromptMessage, prompt, prompt_router};
use scopegate::requires_scope;

struct Files;

#[prompt_router]
impl Files {
    /// Sums up the files.
    #[requires_scope("files:read")]
    #[prompt]
    async fn sum_up(&self) -> Vec<PromptMessage> {
        Vec::new()
    }
}

fn main() {}
