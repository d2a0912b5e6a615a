//! How much changes from step to step, and that the guide shows just that.

use adopting::{Difference, Program};

fn step(old: &str, new: &str) -> Difference {
    let [old, new] = [old, new].map(|name| Program::read(name).unwrap());
    old.difference(&new)
}

#[test]
fn each_step_is_small() {
    for (old, new, most) in [("before", "layer", 40)].iter().copied() {
        let lines = step(old, new).lines();
        assert!(0 < lines && lines <= most, "from {old} to {new} are {lines} lines, more than {most}");
    }
}

#[test]
fn each_changed_line_counts_twice() {
    assert_eq!(step("before", "before").lines(), 0);
}
