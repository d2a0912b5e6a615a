use scopegate::{Policy, Vocabulary};

enum FilesScope {
    Read,
}

fn policy<V: Vocabulary>() -> Policy {
    Policy::new().vocabulary::<V>()
}

fn main() {
    let _ = FilesScope::Read;
    policy::<FilesScope>();
}
