"""`make test-newest`, `test-oldest`, `test-pythons`: the tests of values and kernels in environments of other versions.

    python -m tests.environments.lanes newest oldest pythons [--workers 2]

Each lane makes its environment under build/env from nothing, installs nbmodelver there with what the lane is about,
runs the same tests, and ends with a line that says how it went. No lane needs Node, a browser, JupyterLab or PyTorch.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.environments import bounds, pythons

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "build" / "env"
THIS = Path(sys.executable)
LAST_PANDAS_2 = "2.3.3"
UNITLESS = "ignore:The 'generic' unit for NumPy timedelta is deprecated:DeprecationWarning"
"""A warning of NumPy 2.5 about code of pandas 2."""
TESTS = (
    "tests/kernel/test_commit_and_rollback.py",  # first: where it fails, the rest is of little use
    "tests/kernel",
    "tests/panels",
    "tests/codecs",
    "tests/comparison",
    "tests/fidelity/test_cases.py",
    "tests/fidelity/test_properties.py",
    "tests/fidelity/test_sklearn.py",
    "tests/golden",
)
RERUNS = "tests/rerun_lane"
"""Notebooks of strangers run again, also with the newest releases."""

OF_PYTHON = (
    *(f"tests/kernel/test_{name}.py" for name in (
        "commit_and_rollback", "functions", "answer_display", "earlier", "trial_loads", "recreated_resources",
        "restore_cases", "unsaved_values", "selection", "session", "real_kernel",
    )),
    *TESTS[3:],
)  # fmt: skip
"""What another Python, or another release of a library, may break; other tests of the kernel depend on neither."""
OF_LIBRARY = (TESTS[0], "tests/kernel/test_restore_cases.py", *TESTS[3:])
"""What another release of a library of data may break."""
BETWEEN = tuple(test for test in OF_PYTHON if not test.startswith(("tests/comparison", "tests/fidelity")))
"""For a Python that has only this lane: the newest one runs the other tests."""
SHOWN = ("pandas", "numpy", "scikit-learn", "ipython", "ipykernel")


@dataclass(frozen=True)
class Lane:
    """One environment. constraints: lines for pip's `-c`. python: the interpreter that it is made with.

    allowed: warnings that are no errors there, as pytest's `-W` takes them. tests: what is run.
    """

    name: str
    constraints: tuple[str, ...] = ()
    python: Path = THIS
    allowed: tuple[str, ...] = ()
    tests: tuple[str, ...] = TESTS


def newest() -> list[Lane]:
    """The newest release of every dependency, on the newest Python that is found."""
    return [Lane("newest", python=[THIS, *others().values()][-1], tests=(*TESTS, RERUNS))]


def oldest() -> list[Lane]:
    """Exactly the lower bounds; and the last pandas 2, which most people have, with otherwise the newest.

    Of the Pythons that are found, the second lane takes one that no other lane takes.
    """
    exact = tuple(bounds.oldest(bounds.read()))
    middle = [*others().values()][-2:-1] or [THIS]
    # Old libraries use what newer ones of others have deprecated since.
    return [
        Lane("oldest", exact, allowed=("ignore::DeprecationWarning",), tests=OF_PYTHON),
        Lane("pandas-2", (f"pandas=={LAST_PANDAS_2}",), middle[0], (UNITLESS,), OF_LIBRARY),
    ]


def other_pythons() -> list[Lane]:
    """Each Python that neither `make test` nor another lane uses."""
    found = others()
    left = list(found.items())[:-2]
    named = ", ".join(f"{a}.{b}" for a, b in found) or "none"
    print(f"Pythons found besides this one: {named}; without a lane of their own so far: {len(left)}", flush=True)
    return [Lane(f"python{a}.{b}", (), path, tests=BETWEEN) for (a, b), path in left]


def others() -> dict[tuple[int, int], Path]:
    """The Pythons that are found, oldest first, but the one that runs this."""
    return {version: path for version, path in pythons.found().items() if version != sys.version_info[:2]}


LANES: dict[str, Callable[[], list[Lane]]] = {"newest": newest, "oldest": oldest, "pythons": other_pythons}


def run(lane: Lane, workers: int) -> tuple[int, str]:
    """Make the environment and run the tests; give the exit status and the line that says how it went."""
    print(f"\n=== lane {lane.name}", flush=True)
    began_s = time.monotonic()
    python = fresh(FOLDER / lane.name, lane.python)
    constraints = FOLDER / lane.name / "constraints.txt"
    constraints.write_text("\n".join(lane.constraints) + "\n", encoding="utf-8")
    try:
        install(python, "-c", str(constraints), "-e", ".[test]")
    except subprocess.CalledProcessError:
        return 1, f"{lane.name}: the installation failed"
    installed_s = time.monotonic() - began_s
    status, closing = tested(python, workers, lane)
    took = f"{time.monotonic() - began_s:.0f} s, {installed_s:.0f} s of them to install"
    return status, f"{lane.name}: {closing.strip('= ')} ({took}; {versions(python)})"


def fresh(folder: Path, python: Path) -> Path:
    """Make an empty environment; give its interpreter."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([python, "-m", "venv", folder], check=True)
    return folder / "bin" / "python"


def install(python: Path, *arguments: str) -> None:
    """Install into an environment, without compiling ahead: that takes as long as the rest.

    Raises CalledProcessError when pip fails.
    """
    command = [python, "-m", "pip", "install", "-qq", "--no-compile", "--prefer-binary", *arguments]
    subprocess.run(command, cwd=ROOT, check=True)


def tested(python: Path, workers: int, lane: Lane) -> tuple[int, str]:
    """Run the tests, shown as they go; give the exit status and pytest's closing line."""
    flags = [word for warning in lane.allowed for word in ("-W", warning)]
    spread = ["-n", str(workers), "--dist", "worksteal"]
    bounded = ["-m", "not every_rerun"]  # `make test-reruns` runs all of them.
    command = [python, "-m", "pytest", "-q", *spread, "-p", "no:cacheprovider", *flags, *bounded, *lane.tests]
    env = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "NBMODELVER_FRONTEND"}}
    closing = ""
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            closing = line.strip() or closing
    return process.returncode, closing


def versions(python: Path) -> str:
    """Python and the libraries that a lane is about, with their versions."""
    ask = "import platform, sys; from importlib.metadata import version; "
    ask += "print(f'Python {platform.python_version()}', *(f'{n} {version(n)}' for n in sys.argv[1:]), sep=', ')"
    return subprocess.run([python, "-c", ask, *SHOWN], capture_output=True, text=True, check=False).stdout.strip()


def main(arguments: list[str]) -> int:
    """Run the lanes that are named, all of them also when one fails; give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lanes", nargs="+", choices=LANES)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(arguments)
    done = [run(lane, asked.workers) for name in asked.lanes for lane in LANES[name]()]
    print("\n" + "\n".join(line for _, line in done) if done else "no lane to run", flush=True)
    return max((status for status, _ in done), default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
