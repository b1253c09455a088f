"""Firefox beside Chromium: one browser for all tests, on the server of tests/ui; a folder for each test."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.environments import machine
from tests.ui.conftest import SHOTS, TOKEN, installed, write
from tests.ui.firefox import bidi

if TYPE_CHECKING:
    from pathlib import Path

FIND = "path => [...window.jupyterapp.shell.widgets('main')].find(widget => widget.context?.path === path)"
READY = f"""path => {{
  const session = window.jupyterapp?.shell && ({FIND})(path)?.sessionContext;
  return Boolean(session?.isReady && session.session?.kernel?.status === 'idle');
}}"""
ASK = f"""async (path, code) => {{
  const kernel = ({FIND})(path).sessionContext.session.kernel;
  const asked = {{code: '', silent: true, store_history: false, user_expressions: {{it: code}}}};
  const {{it}} = (await kernel.requestExecute(asked).done).content.user_expressions;
  return it.status === 'ok' ? it.data['text/plain'] : 'raise ' + it.evalue;
}}"""
PROMPT = (
    "number => document.querySelectorAll('.jp-Notebook .jp-Cell')[number]?.querySelector('.jp-InputPrompt')?.innerText"
)


@dataclass
class Study:
    """A notebook in JupyterLab, on a page of Firefox."""

    page: bidi.Page
    path: str
    folder: Path

    def kernel(self, expression: str) -> Any:
        """The value of an expression in the kernel, asked past the cells' hooks."""
        answer = self.page.evaluate(ASK, self.path, expression)
        assert not answer.startswith("raise "), answer
        return ast.literal_eval(answer)

    def command(self, name: str) -> None:
        self.page.evaluate("async name => { await window.jupyterapp.commands.execute(name); }", name)

    def run(self, *numbers: int) -> None:
        """Run cells, each to its end."""
        for number in numbers:
            self.page.click(f".jp-Notebook .jp-Cell:nth-child({number + 1} of .jp-Cell) .jp-InputPrompt")
            before = self.page.evaluate(PROMPT, number)
            self.page.evaluate("() => { void window.jupyterapp.commands.execute('notebook:run-cell'); }")
            ended = rf"number => (now => now !== {before!r} && /\[\d+\]:/.test(now))(({PROMPT})(number))"
            self.page.until(ended, number)

    def shot(self, name: str) -> None:
        self.page.shot(SHOTS / f"firefox-{name}.png")


@pytest.fixture(scope="session")
def firefox(tmp_path_factory, server):
    with bidi.running(installed(machine.FIREFOX), tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def open_study(server, firefox, request):
    """Opens a notebook with these cells."""
    pages = []

    def open_it(*cells: str) -> Study:
        path = write(server.folder / re.sub(r"\W+", "-", request.node.name), "study", cells)
        page = firefox.page()
        pages.append(page)
        study = Study(page, str(path.relative_to(server.folder)), path.parent)
        page.go(f"{server.url}/lab/tree/{study.path}?reset&token={TOKEN}")
        page.until(READY, study.path, limit_s=2 * bidi.LIMIT_S)
        return study

    yield open_it
    for page in pages:
        page.evaluate("async () => { await window.jupyterapp.serviceManager.sessions.shutdownAll(); }")
        firefox.send("browsingContext.close", context=page.context)
