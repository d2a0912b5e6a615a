use scopegate::Router;

fn document(routes: &Router) {
    let document = routes.openapi(());
    drop(document);
}

fn main() {
    let _ = document;
}
