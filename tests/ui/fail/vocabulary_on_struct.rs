use scopegate::Vocabulary;

#[derive(Vocabulary)]
struct FilesScope;

fn main() {
    let _ = FilesScope;
}
