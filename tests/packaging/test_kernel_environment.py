"""A kernel's environment has no JupyterLab: it is no dependency, and nothing in the kernel imports it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from nbmodelver.views import widget
from tests.environments import bounds

PAGE = ("jupyterlab", "jupyterlab_server", "jupyter_server", "notebook", "jupyter_builder")
"""What only an environment that serves a page has."""
SESSION = """
import sys
for name in {page!r}: sys.modules[name] = None  # an import of it fails
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in {cells!r}: shell.run_cell(cell).raise_error()
"""
CELLS = (
    "%load_ext nbmodelver",
    "params = {'depth': 3}",
    "%mv_commit -m first",
    "params = {'depth': 4}",
    "%mv_rollback v1 --yes",
    "assert params == {'depth': 3}",
    "from nbmodelver import extension; plain = extension.latest().outputs.panel('plain', 'history')",
    "import nbmodelver.cli, nbmodelver.bundle",
)
WIDGET_CELLS = (
    "panel = extension.latest().outputs.panel('anywidget', 'history')",
    "import ipywidgets; assert isinstance(panel, ipywidgets.DOMWidget)",
)


def test_verbs_and_widgets_work_without_jupyterlab(tmp_path):
    works(tmp_path, CELLS)


@pytest.mark.skipif(
    not (widget.STATIC / widget.CODE).exists() and os.environ.get("NBMODELVER_FRONTEND") != "required",
    reason="the front-end is not built: make frontend",
)
def test_the_panel_in_a_cell_works_without_jupyterlab(tmp_path):
    works(tmp_path, (*CELLS, *WIDGET_CELLS))


def works(folder, cells):
    code = SESSION.format(page=PAGE, cells=cells)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", PAGE)
def test_no_package_of_the_page_is_a_dependency(name):
    wanted = name.replace("_", "-")
    assert [line for line in bounds.read()["dependencies"] if line.startswith((name, wanted))] == []
    assert bounds.read()["optional-dependencies"]["lab"] == ["jupyterlab>=4.4"]
