use rmcp::{ErrorData, model::PromptMessage, prompt};
use scopegate::{Access, authenticated, scoped_tools};

struct Files;

#[scoped_tools]
impl Files {
    /// Sums up the files.
    #[authenticated]
    #[prompt]
    async fn sum_up(&self, access: Access) -> Result<Vec<PromptMessage>, ErrorData> {
        access.require("files:read")?;
        Ok(Vec::new())
    }
}

fn main() {
    let _ = Files::PROMPTS;
}
