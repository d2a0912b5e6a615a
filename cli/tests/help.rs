//! What a person reads who asks for help.

use std::process::Command;

fn said(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-scopegate"))
        .arg("scopegate")
        .args(arguments)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help_is_there_for_the_command_and_each_subcommand() {
    let all = said(&["help"]);
    assert_eq!(all, said(&["--help"]));
    let commands = all.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let names: Vec<_> = commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, ["table", "metadata", "check", "report", "doctor", "help"]);
    for (name, line) in names.iter().zip(commands.lines()).take(names.len() - 1) {
        let help = said(&["help", name]);
        assert_eq!(help, said(&[name, "--help"]));
        // The first line of each is what the list says, and every option says what it does.
        assert!(line.ends_with(help.lines().next().unwrap()), "{line}: {help}");
        let options: Vec<_> = help.lines().filter(|line| line.trim_start().starts_with('-')).collect();
        assert!(options.len() >= 3, "{help}");
        let is_bare =
            |option: &&&str| !option.contains("  ") && !help.contains(&format!("{option}\n          "));
        assert_eq!(options.iter().find(is_bare), None, "{help}");
    }
}

#[test]
fn every_exit_code_is_listed() {
    let all = said(&["help"]);
    let listed = all.split("Exit codes:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let codes: Vec<_> = listed.lines().map(|line| line.trim().split("  ").next().unwrap()).collect();
    assert_eq!(codes, ["0", "1", "2", "3", "4", "5", "6", "7"]);
}
