use scopegate::Vocabulary;

#[derive(Vocabulary)]
union FilesScope {
    read: u8,
}

fn main() {
    let _ = FilesScope { read: 0 };
}
