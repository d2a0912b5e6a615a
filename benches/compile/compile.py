#!/usr/bin/env python3
"""How long it takes to compile annotated handlers, beside the same handlers without annotation.

    python3 benches/compile/compile.py --handlers 1000

prints a table. Dependencies are built before anything is measured.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import time

import generate

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "benches/target/compile"


def cargo(*arguments: str, target: pathlib.Path = WORK / "target") -> float:
    """Runs cargo, and returns the seconds that it took."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CARGO_")}
    environment["CARGO_TARGET_DIR"] = str(target)
    start = time.monotonic()
    subprocess.run(["cargo", *arguments, "--quiet", "--offline"], cwd=WORK, env=environment, check=True)
    return time.monotonic() - start


def measure(touched: dict[str, pathlib.Path], repeat: int) -> dict[str, dict[str, float]]:
    """Returns the median seconds of each command for each crate, one after the other in turns: machines tire."""
    seconds: dict[str, dict[str, list[float]]] = {variant: {} for variant in touched}
    for turn in range(repeat):
        for command in ("check", "build"):
            for variant, file in touched.items():
                crate, times = generate.crate_name(variant), seconds[variant]
                cargo("clean", "-p", crate)
                times.setdefault(command, []).append(cargo(command, "-p", crate))
                touch(file, turn)
                times.setdefault(f"{command}, one handler changed", []).append(cargo(command, "-p", crate))
    return {
        variant: {command: statistics.median(each) for command, each in times.items()} for variant, times in seconds.items()
    }


def touch(file: pathlib.Path, turn: int) -> None:
    """Changes the body of one handler."""
    source = file.read_text()
    limit = next(line for line in source.splitlines() if "wanted.count >" in line)
    file.write_text(source.replace(limit, limit.replace(" {", f" + {turn + 1} {{"), 1))


def size(variant: str) -> float:
    """Returns the bytes of the program, optimised and stripped."""
    crate = generate.crate_name(variant)
    cargo("build", "-p", crate, "--release", "--config", "profile.release.strip=true")
    return float((WORK / "target/release" / crate).stat().st_size)


def cold(dependencies: str) -> float:
    """Returns the seconds that a crate with these dependencies and nothing of its own takes, with all that it needs."""
    folder = WORK / "cold"
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src/lib.rs").write_text("")
    (folder / "Cargo.toml").write_text(
        generate.MANIFEST.format(name="compile-cold", dependencies=dependencies.format(root=ROOT))
    )
    target = WORK / "target-cold"
    shutil.rmtree(target, ignore_errors=True)
    seconds = cargo("build", "-p", "compile-cold", target=target)
    shutil.rmtree(target)
    return seconds


def prepare(handlers: int) -> dict[str, pathlib.Path]:
    """Writes all crates, and builds what they depend on."""
    # The target folder stays: what the crates depend on need not be built again.
    WORK.mkdir(parents=True, exist_ok=True)
    for variant in generate.VARIANTS:
        shutil.rmtree(WORK / generate.crate_name(variant), ignore_errors=True)
    touched = {
        variant: generate.write(variant, handlers, WORK / generate.crate_name(variant), ROOT)
        for variant in generate.VARIANTS
    }
    cold_folder = WORK / "cold/src"
    cold_folder.mkdir(parents=True, exist_ok=True)
    (cold_folder / "lib.rs").write_text("")
    (cold_folder.parent / "Cargo.toml").write_text(generate.MANIFEST.format(name="compile-cold", dependencies=""))
    members = [generate.crate_name(variant) for variant in generate.VARIANTS] + ["cold"]
    (WORK / "Cargo.toml").write_text(f'[workspace]\nresolver = "3"\nmembers = {members!r}\n'.replace("'", '"'))
    shutil.copy(ROOT / "benches/Cargo.lock", WORK)
    subprocess.run(["cargo", "fetch"], cwd=WORK, check=True)
    for variant in generate.VARIANTS:
        for command in (["check"], ["build"]):
            cargo(*command, "-p", generate.crate_name(variant))
    return touched


def print_table(rows: dict[str, dict[str, float]], baseline: str) -> None:
    columns = list(rows[baseline])
    print("|".join(["", "", *(f" {column} " for column in columns), ""]))
    print("|" + "---|" * (len(columns) + 1))
    for name, row in rows.items():
        print("|".join(["", f" {name} ", *(f" {row[column] / rows[baseline][column]:.2f} " for column in columns), ""]))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--handlers", type=int, default=1000)
    arguments.add_argument("--repeat", type=int, default=3)
    arguments.add_argument("--without-size", action="store_true", help="leave the optimised builds out")
    options = arguments.parse_args()

    touched = prepare(options.handlers)
    rows = measure(touched, options.repeat)
    if not options.without_size:
        for variant, row in rows.items():
            row["size, optimised"] = size(variant)
    seconds = {"axum alone": cold(""), "axum and scopegate": cold(generate.VARIANTS["scopegate"].dependencies)}
    print(f"\n{options.handlers} handlers, `bare axum` = 1\n")
    print_table(rows, "bare axum")
    print("\nall dependencies from nothing, `axum alone` = 1\n")
    print_table({name: {"build": value} for name, value in seconds.items()}, "axum alone")


if __name__ == "__main__":
    main()
