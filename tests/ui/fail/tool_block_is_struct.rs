use scopegate::scoped_tools;

#[scoped_tools]
struct Files;

fn main() {}
