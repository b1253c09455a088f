"""JupyterLab in one environment, the kernel in another: with nbmodelver in both, in two releases, or in one only.

The kernel's environment is a new virtual environment. It borrows the libraries of this one as a plain folder, in which
the editable nbmodelver is not seen, so that what is installed of nbmodelver there is what the test puts there.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from playwright.sync_api import expect

import nbmodelver
from nbmodelver.panels.state import PROTOCOL
from tests.ui.conftest import started

LOAD = "%load_ext nbmodelver"
OFFER = "Load nbmodelver in this kernel"
PACKAGE = Path(nbmodelver.__file__).parent


@pytest.fixture
def environment(tmp_path, server, request):
    """A kernel of an environment without nbmodelver; gives the name of its kernelspec and its folder of packages."""
    venv.create(tmp_path / "env")
    python = tmp_path / "env" / "bin" / "python"
    (site,) = (tmp_path / "env" / "lib").glob("*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    name = re.sub(r"\W+", "-", request.node.name).lower()
    spec = server.kernels / name
    spec.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": name, "language": "python"}))
    yield name, site
    shutil.rmtree(spec)


def put(site, *, protocol=PROTOCOL, release="0.0.9"):
    """Install nbmodelver there, as a release that speaks this protocol."""
    copy = site / "nbmodelver"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("labextension", "__pycache__"))
    for file, pattern, line in (
        (copy / "release.py", r"^__version__ = .*$", f'__version__ = "{release}"'),
        (copy / "panels" / "state.py", r"^PROTOCOL = .*$", f"PROTOCOL = {protocol}"),
    ):
        text, count = re.subn(pattern, line, file.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert count == 1
        file.write_text(text, encoding="utf-8")


def notice(book):
    """The line that stands where the panel would be."""
    return book.sidebar.locator(".nbmv-Lab-notice:visible p")


def test_another_release_of_the_same_protocol_works(open_notebook, environment, no_errors):
    kernel, site = environment
    put(site)
    book = open_notebook(LOAD, "params = {'depth': 3}", "%mv_commit -m first", "%mv_panel", kernel=kernel)
    book.run(0, 1, 2, 3)
    assert book.kernel("__import__('nbmodelver').__version__") == "0.0.9"
    assert book.kernel("__import__('sys').prefix") != sys.prefix
    expect(book.cell(3).get_by_role("option", name=re.compile("^v1"))).to_be_visible()
    expect(book.open_panel().get_by_role("option", name=re.compile("^v1"))).to_be_visible()
    no_errors(book)


def test_the_panel_offers_to_load_nbmodelver_once_the_kernel_has_it(open_notebook, environment):
    kernel, site = environment
    book = open_notebook("x = [1]", kernel=kernel)
    book.run(0)
    book.command("nbmodelver:open")
    expect(notice(book)).to_have_text(
        "nbmodelver is not installed in this kernel's environment: run %pip install nbmodelver in a cell, then load it."
    )
    book.shot("lab-not-installed")
    put(site)
    book.sidebar.get_by_role("button", name=OFFER).click()
    expect(book.open_panel().get_by_text("No versions yet.")).to_be_visible()


def test_the_panel_says_that_the_kernel_is_older(open_notebook, environment):
    kernel, site = environment
    put(site, protocol=PROTOCOL - 1)
    book = open_notebook(LOAD, kernel=kernel)
    book.run(0)
    book.command("nbmodelver:open")
    expect(notice(book)).to_have_text(
        f"nbmodelver in this kernel's environment (0.0.9) is older than the page's ({nbmodelver.__version__}): "
        "run %pip install -U nbmodelver in a cell, then restart the kernel."
    )
    expect(book.sidebar.locator(".nbmv-panel")).to_have_count(0)
    book.shot("lab-older-kernel")


def test_the_panel_says_that_the_page_is_older(open_notebook, environment):
    kernel, site = environment
    put(site, protocol=PROTOCOL + 1, release="9.0")
    book = open_notebook(LOAD, kernel=kernel)
    book.run(0)
    book.command("nbmodelver:open")
    expect(notice(book)).to_have_text(
        f"nbmodelver in the environment that serves this page ({nbmodelver.__version__}) is older than the kernel's "
        "(9.0): run pip install -U 'nbmodelver[lab]' there, then reload the page."
    )


@pytest.mark.parametrize("lacks", [("nbmodelver", "anywidget"), ("nbmodelver", "@jupyter-widgets/jupyterlab-manager")])
def test_without_the_plugin_an_output_is_static_and_names_what_is_missing(open_notebook, tmp_path, lacks):
    """The kernel's side is whole. What a page has of widgets differs; the line is the same."""
    home, folder = tmp_path / "home", tmp_path / "work"
    folder.mkdir()
    with started(home, folder, without=lacks) as bare:
        book = open_notebook(LOAD, "params = {'depth': 3}", "%mv_commit -m first", "%mv_panel", at=bare)
        book.run(0, 1, 2, 3)
        output = book.cell(3).locator(".jp-Cell-outputArea")
        expect(output.locator(".nbmv-static")).to_contain_text("first")
        expect(output.locator(".nbmv-missing")).to_have_text(
            "No panel here: run pip install 'nbmodelver[lab]' in the environment that serves this page, then reload it."
        )
        expect(output.locator(".nbmv-missing")).to_be_visible()
        book.shot(f"lab-without-{lacks[1].split('/')[-1]}")


def test_with_the_plugin_an_output_shows_the_panel_without_that_hint(open_notebook):
    book = open_notebook(LOAD, "params = {'depth': 3}", "%mv_commit -m first", "%mv_panel")
    book.run(0, 1, 2, 3)
    expect(book.cell(3).locator(".nbmv-panel")).to_be_visible()
    expect(book.cell(3).locator(".nbmv-missing")).to_have_count(1)
    expect(book.cell(3).locator(".nbmv-missing")).to_be_hidden()
