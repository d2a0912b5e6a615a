use scopegate::{Hierarchy, Vocabulary};

enum FilesScope {
    Read,
}

fn hierarchy<V: Vocabulary>() -> Hierarchy {
    Hierarchy::of(V::ENTRIES).unwrap_or_default()
}

fn main() {
    let _ = FilesScope::Read;
    hierarchy::<FilesScope>();
}
