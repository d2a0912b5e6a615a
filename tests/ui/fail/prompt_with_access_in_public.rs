use rmcp::{model::PromptMessage, prompt};
use scopegate::{Access, public, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Sums up the files.
    #[public]
    #[prompt]
    async fn sum_up(&self, _access: Access) -> Vec<PromptMessage> {
        Vec::new()
    }
}

fn main() {
    let _ = Files::PROMPTS;
}
