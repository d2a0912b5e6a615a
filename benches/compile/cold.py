#!/usr/bin/env python3
"""Measures what scopegate adds to a build from scratch: the processor time, and the crates for each feature.

    python3 benches/compile/cold.py

Prints the crates first, then builds axum alone and axum with scopegate in turns. `--crates` prints only the crates.
"""

import argparse
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys

import generate

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "benches/target/cold"
SCOPEGATE = f'scopegate = {{ path = "{ROOT}/runtime"%s }}'
ALONE, DEFAULT = "axum alone", "axum and scopegate"


def write(dependencies: str) -> None:
    (WORK / "src").mkdir(parents=True, exist_ok=True)
    (WORK / "src/lib.rs").write_text("")
    (WORK / "Cargo.toml").write_text(
        generate.MANIFEST.format(name="cold", dependencies=dependencies) + "\n[workspace]\n"
    )
    shutil.copy(ROOT / "benches/Cargo.lock", WORK)


def crates(dependencies: str) -> set[str]:
    """Returns the crates that a program with these dependencies compiles, without those that only build scripts use."""
    write(dependencies)
    command = ["cargo", "tree", "--edges", "normal", "--prefix", "none", "--format", "{p}"]
    tree = subprocess.run(command, cwd=WORK, check=True, capture_output=True, text=True).stdout
    return {" ".join(line.split()[:2]) for line in tree.splitlines() if line.strip()} - {"cold v0.1.0"}


def features() -> list[str]:
    metadata = subprocess.run(
        ["cargo", "metadata", "--no-deps", "--format-version", "1"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    package = next(one for one in json.loads(metadata.stdout)["packages"] if one["name"] == "scopegate")
    return sorted(set(package["features"]) - {"default"})


def print_crates() -> None:
    alone = crates("")
    default = crates(SCOPEGATE % "")
    print("| | crates | more than `axum alone` |\n|---|---|---|")
    print(f"| {ALONE} | {len(alone)} | |")
    print(f"| scopegate, default features | {len(default)} | {len(default - alone)} |")
    for feature in features():
        of_feature = crates(SCOPEGATE % f', features = ["{feature}"]')
        print(f"| and `{feature}` | {len(of_feature)} | {len(of_feature - alone)} |")
    print("\nThe default features add", ", ".join(f"`{crate}`" for crate in sorted(default - alone)))


def build(dependencies: str) -> tuple[float, collections.Counter[str]]:
    """Builds from scratch, and returns the seconds of processor time, in total and for each crate."""
    write(dependencies)
    target, log = WORK / "target", WORK / "seconds"
    shutil.rmtree(target, ignore_errors=True)
    log.unlink(missing_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARGO_")}
    environment |= {"CARGO_TARGET_DIR": str(target), "RUSTC_WRAPPER": str(WORK / "wrapper"), "SECONDS_LOG": str(log)}
    process = subprocess.Popen(["cargo", "build", "--quiet"], cwd=WORK, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("cargo build failed")
    shutil.rmtree(target)
    each: collections.Counter[str] = collections.Counter()
    for line in log.read_text().splitlines():
        crate, seconds = line.split()
        each[crate] += float(seconds)
    return usage.ru_utime + usage.ru_stime, each


def wrap(command: list[str]) -> None:
    """Runs the compiler, and logs the crate and its processor time."""
    # Cargo passes its job server to the compiler as open files.
    process = subprocess.Popen(command, close_fds=False)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    name = command[command.index("--crate-name") + 1] if "--crate-name" in command else "-"
    with open(os.environ["SECONDS_LOG"], "a") as log:
        log.write(f"{name} {usage.ru_utime + usage.ru_stime:.2f}\n")
    sys.exit(process.returncode)


def print_builds(repeat: int) -> None:
    wrapper = WORK / "wrapper"
    wrapper.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{pathlib.Path(__file__).resolve()}" --wrap "$@"\n')
    wrapper.chmod(0o755)
    dependencies = {ALONE: "", DEFAULT: SCOPEGATE % ""}
    runs = {name: [] for name in dependencies}
    for _ in range(repeat):
        for name in dependencies:
            runs[name].append(build(dependencies[name]))
    least = {name: min(each, key=lambda run: run[0]) for name, each in runs.items()}
    print("\n| build from scratch | processor time |\n|---|---|")
    for name, (seconds, _) in least.items():
        print(f"| {name} | {seconds / least[ALONE][0]:.2f} |")
    more = collections.Counter({name: seconds - least[ALONE][1][name] for name, seconds in least[DEFAULT][1].items()})
    print(f"\n{ALONE}: {least[ALONE][0]:.0f} s. scopegate adds:")
    print(", ".join(f"`{name}` {seconds:.1f} s" for name, seconds in more.most_common(12)))


def main() -> None:
    if sys.argv[1:2] == ["--wrap"]:
        wrap(sys.argv[2:])
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--crates", action="store_true", help="count crates, and build nothing")
    options = arguments.parse_args()
    print_crates()
    if not options.crates:
        print_builds(options.repeat)


if __name__ == "__main__":
    main()
