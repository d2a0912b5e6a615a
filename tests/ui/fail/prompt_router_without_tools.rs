use rmcp::{model::PromptMessage, prompt};
use scopegate::{authenticated, scoped_tools};

struct Files;

#[scoped_tools(prompt_router = more)]
impl Files {
    /// Sums up the files.
    #[authenticated]
    #[prompt]
    async fn sum_up(&self) -> Vec<PromptMessage> {
        Vec::new()
    }
}

fn main() {
    let _ = Files::PROMPTS;
}
