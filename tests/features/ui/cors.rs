fn main() {
    let _ = scopegate::cors::layer();
}
