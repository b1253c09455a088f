"""`%load_ext nbmodelver` stands at the top of every notebook: it may not be what its author waits for."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("nbformat", "jsonschema", "lark", "ipywidgets", "anywidget", "jupyterlab", "pandas", "scipy")
SOURCE = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell(history_length=0)
before = set(sys.modules)
shell.run_line_magic("load_ext", "nbmodelver")
print(*sorted(m for m in set(sys.modules) - before if "." not in m))
shell.atexit_operations()
"""


@pytest.mark.filterwarnings("ignore")
def test_loading_the_extension_imports_nothing_that_takes_long() -> None:
    done = subprocess.run([sys.executable, "-c", SOURCE], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "nbmodelver" in loaded
    assert not loaded & set(HEAVY)
