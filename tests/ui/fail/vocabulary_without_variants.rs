use scopegate::Vocabulary;

#[derive(Vocabulary)]
enum FilesScope {}

fn main() {
    let _: Option<FilesScope> = None;
}
