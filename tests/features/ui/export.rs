use scopegate::export::check_lock;

fn main() {
    let _ = check_lock;
}
