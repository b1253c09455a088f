"""A process that has imported the large libraries once, and forks a real kernel for each notebook.

Reads lines of JSON from stdin: "connection", "folder" and "variables" of a kernel. It ends with its input.
"""

from __future__ import annotations

import json
import os
import random
import sys
from contextlib import suppress
from importlib import import_module

IMPORTED = (
    "numpy", "pandas", "pyarrow", "sklearn.linear_model", "sklearn.ensemble", "sklearn.model_selection",
    "sklearn.datasets", "polars", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "statsmodels.api",
    "ipykernel.kernelapp", "nbmodelver.extension", "nbmodelver.kernel.notebook", "nbmodelver.bundle",
)  # fmt: skip


def main() -> None:
    """Fork a kernel for each line."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # As the kernel sets it before any import.
    for name in IMPORTED:
        with suppress(ImportError):
            import_module(name)
    for line in sys.stdin:
        request = json.loads(line)
        if os.fork() == 0:
            _become_kernel(**request)


def _become_kernel(connection: str, folder: str, variables: dict[str, str]) -> None:
    """Run a kernel in this process until it is shut down. Its random generators have their own state."""
    from ipykernel.kernelapp import IPKernelApp

    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.setsid()
    os.chdir(folder)
    os.environ.update(variables)
    sys.path[0] = ""
    random.seed()
    sys.modules["numpy"].random.seed()  # type: ignore[attr-defined]
    IPKernelApp.launch_instance(argv=["-f", connection, "--log-level=ERROR"])
    os._exit(0)


if __name__ == "__main__":
    main()
