#!/usr/bin/env python3
"""Measures the compile time of annotated handlers, relative to the same handlers without annotations.

    python3 benches/compile/compile.py

Prints one table for handlers of three lines, and one for handlers of twenty. Builds the dependencies first. The compile
time is the processor time of cargo and the compiler, so that other programs on the machine hardly affect it.
"""

import argparse
import os
import pathlib
import shutil
import subprocess

import generate

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "benches/target/compile"
BASELINE = "bare axum"


def cargo(*arguments: str) -> float:
    """Runs cargo, and returns the seconds of processor time that cargo and its children used."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARGO_")}
    environment["CARGO_TARGET_DIR"] = str(WORK / "target")
    process = subprocess.Popen(["cargo", *arguments, "--quiet", "--offline"], cwd=WORK, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"cargo {' '.join(arguments)} failed")
    return usage.ru_utime + usage.ru_stime


def measure(size: str, touched: dict[str, pathlib.Path], commands: list[str], repeat: int) -> dict[str, dict[str, float]]:
    """Returns the lowest time of each command for each crate, in seconds.

    The crates take turns, because a machine is slower at some times than at others.
    """
    seconds: dict[str, dict[str, list[float]]] = {variant: {} for variant in touched}
    for turn in range(repeat):
        for command in commands:
            for variant, file in touched.items():
                crate, times = generate.crate_name(variant, size), seconds[variant]
                cargo("clean", "-p", crate)
                times.setdefault(command, []).append(cargo(command, "-p", crate))
                touch(file, turn)
                times.setdefault(f"{command}, one handler changed", []).append(cargo(command, "-p", crate))
                # The build of a thousand handlers takes a gigabyte of disk space.
                cargo("clean", "-p", crate)
    return {variant: {command: min(each) for command, each in times.items()} for variant, times in seconds.items()}


def touch(file: pathlib.Path, turn: int) -> None:
    """Changes the body of one handler."""
    file.write_text(file.read_text().replace("+ 1000", f"+ {turn + 1} + 1000", 1))


def binary_size(variant: str, size: str) -> float:
    """Returns the size of the optimised and stripped program, in bytes."""
    crate = generate.crate_name(variant, size)
    cargo("build", "-p", crate, "--release", "--config", "profile.release.strip=true")
    return float((WORK / "target/release" / crate).stat().st_size)


def prepare(variants: list[str], sizes: list[str], handlers: int, commands: list[str]) -> dict[str, dict[str, pathlib.Path]]:
    """Writes all crates, and builds their dependencies."""
    # The target folder stays, so that a later run need not build the dependencies again.
    WORK.mkdir(parents=True, exist_ok=True)
    generate.write_nothing(WORK / "nothing")
    touched: dict[str, dict[str, pathlib.Path]] = {}
    for size in sizes:
        for variant in variants:
            folder = WORK / generate.crate_name(variant, size)
            shutil.rmtree(folder, ignore_errors=True)
            touched.setdefault(size, {})[variant] = generate.write(variant, size, handlers, folder, ROOT)
    members = ["nothing", *(generate.crate_name(variant, size) for size in sizes for variant in variants)]
    (WORK / "Cargo.toml").write_text(f'[workspace]\nresolver = "3"\nmembers = {members!r}\n'.replace("'", '"'))
    shutil.copy(ROOT / "benches/Cargo.lock", WORK)
    subprocess.run(["cargo", "fetch"], cwd=WORK, check=True)
    for variant in variants:
        for command in commands:
            crate = generate.crate_name(variant, sizes[0])
            cargo(command, "-p", crate)
            cargo("clean", "-p", crate)
    return touched


def print_table(rows: dict[str, dict[str, float]]) -> None:
    columns = list(rows[BASELINE])
    print("|".join(["", "", *(f" {column} " for column in columns), ""]))
    print("|" + "---|" * (len(columns) + 1))
    for name, row in rows.items():
        print("|".join(["", f" {name} ", *(f" {row[column] / rows[BASELINE][column]:.2f} " for column in columns), ""]))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--handlers", type=int, default=1000)
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--sizes", nargs="+", choices=generate.HANDLERS, default=list(generate.HANDLERS))
    arguments.add_argument("--commands", nargs="+", choices=["check", "build"], default=["check", "build"])
    arguments.add_argument("--variants", nargs="+", choices=generate.VARIANTS, default=list(generate.VARIANTS))
    arguments.add_argument("--binary-size", action="store_true", help="build optimised programs, too, and compare them")
    options = arguments.parse_args()

    variants = [BASELINE, *(variant for variant in options.variants if variant != BASELINE)]
    prepared = prepare(variants, options.sizes, options.handlers, options.commands)
    for size, touched in prepared.items():
        rows = measure(size, touched, options.commands, options.repeat)
        if options.binary_size:
            for variant, row in rows.items():
                row["size, optimised"] = binary_size(variant, size)
        print(f"\n{options.handlers} handlers of {size} lines, `{BASELINE}` = 1\n")
        print_table(rows)
        print(f"\n`{BASELINE}`:", ", ".join(f"{command} {seconds:.2f} s" for command, seconds in rows[BASELINE].items()))


if __name__ == "__main__":
    main()
