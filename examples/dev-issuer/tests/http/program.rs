//! The arguments of the program.

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    let program =
        Command::new(env!("CARGO_BIN_EXE_dev-issuer")).args(arguments).env("RUST_BACKTRACE", "1").output();
    program.unwrap()
}

#[test]
fn the_program_tells_how_to_log_in() {
    for help in ["--help", "-h"] {
        let output = run(&[help]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{text}");
        for expected in ["PORT=8081", "curl -u dev:dev", "/login -d user=alice", "/authorize", "auth_time"] {
            assert!(text.contains(expected), "{expected} in {text}");
        }
    }
}

#[test]
fn another_argument_is_refused_in_one_line() {
    let output = run(&["--port", "9000"]);
    assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(2), true));
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(told, "dev-issuer takes no arguments except `--help`; to change its port, set PORT\n");
}
