use scopegate::Vocabulary;

#[derive(Vocabulary)]
enum FilesScope<const N: usize> {
    #[scope("files:read")]
    Read,
}

fn main() {
    let _ = FilesScope::<1>::Read;
}
