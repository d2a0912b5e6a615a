use scopegate::scoped_tools;

struct Files;

#[scoped_tools]
impl Clone for Files {
    fn clone(&self) -> Self {
        Files
    }
}

fn main() {}
