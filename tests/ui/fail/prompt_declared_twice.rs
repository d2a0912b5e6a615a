use rmcp::{model::PromptMessage, prompt};
use scopegate::{authenticated, requires_scope, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Sums up the files.
    #[authenticated]
    #[requires_scope("files:read")]
    #[prompt]
    async fn sum_up(&self) -> Vec<PromptMessage> {
        Vec::new()
    }
}

fn main() {
    let _ = Files::PROMPTS;
}
