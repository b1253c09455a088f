"""`make test`: runs everything that this machine can run, and says first and last what it cannot.

    python -m tests.environments.everything make

With NBMODELVER_BROWSER=required, as in continuous integration, nothing may be missing. Knows the targets of the
Makefile and what each needs; `machine.py` knows how that is installed.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.environments import machine

TARGETS: dict[str, tuple[tuple[machine.Tool, ...], str]] = {
    "lint": ((), "the linters"),
    "test-frontend": ((machine.NPM,), "the front-end's checks and its build"),
    "test-python": ((), "the Python tests"),
    "test-browser": ((machine.NPM, machine.CHROMIUM), "the browser tests"),
}
"""In this order; what each needs, and what it is for a reader."""
SERVERS: dict[machine.Tool, str] = {
    machine.S3: "the tests of S3 remotes",
    machine.AZURITE: "the tests of Azure remotes",
    machine.SSHD: "the tests of SSH remotes",
}
"""Parts of the Python tests that are not collected without a server (tests/servers.py)."""
TOOLS = (machine.NPM, machine.CHROMIUM, *SERVERS)


def main(make: str) -> int:
    """Run the targets; give the exit status of the first that fails, else 0."""
    missing = machine.bring(TOOLS)
    lines = not_run(missing)
    print("\n".join(lines), end="\n" if lines else "", flush=True)
    status = (
        1 if missing and os.environ.get("NBMODELVER_BROWSER") == "required" else run(make, runnable(missing), missing)
    )
    print("\n".join(lines), end="\n" if lines else "", flush=True)
    return status


def run(make: str, targets: list[str], missing: list[machine.Tool]) -> int:
    """Run the targets one after the other, to the first that fails; give its exit status."""
    demanded = {} if machine.NPM in missing else {"NBMODELVER_FRONTEND": "required"}
    for target in targets:
        done = subprocess.run([make, "--no-print-directory", target], env={**os.environ, **demanded}, check=False)
        if done.returncode:
            return done.returncode
    return 0


def runnable(missing: list[machine.Tool]) -> list[str]:
    """The targets that need none of what is missing."""
    return [target for target, (needs, _) in TARGETS.items() if not set(needs) & set(missing)]


def not_run(missing: list[machine.Tool]) -> list[str]:
    """One line for all that is missing: what is not run, and how to get it. None when nothing is missing."""
    if not missing:
        return []
    left = [what for target, (_, what) in TARGETS.items() if target not in runnable(missing)]
    left += [what for tool, what in SERVERS.items() if tool in missing]
    absent = " and ".join(tool.name for tool in missing)
    return [
        f"NOT RUN: {' and '.join(left)}, without {absent}. To run them: {'; '.join(tool.hint for tool in missing)}."
    ]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
