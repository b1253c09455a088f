"""A server, a browser and notebooks in it; what was clicked is proven by the kernel's state.

One server for all tests, which serves JupyterLab and Notebook 7; one browser; a folder, and so a store, for each test.
Needs the built front-end (`make frontend`) and Chromium. Without them the tests are skipped, but where they are
demanded (`make test` sets NBMODELVER_FRONTEND=required) they fail.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.environments import machine

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "tests" / "ui" / "screenshots"
TOKEN = "of-the-tests"
# Loaded machines of two cores are slow: a limit says that something never comes, not how long it may take.
LIMIT_MS = 120_000
# Notices go by themselves after some seconds; what they said is kept for who looks late.
KEEP_NOTICES = """
window.noticed = [];
new MutationObserver(changes => {
  for (const node of changes.flatMap(change => [...change.addedNodes]).filter(node => node instanceof Element)) {
    const toasts = [...(node.matches('.Toastify__toast') ? [node] : []), ...node.querySelectorAll('.Toastify__toast')];
    window.noticed.push(...toasts.map(toast => toast.textContent));
  }
}).observe(document, {childList: true, subtree: true});
"""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def demanded(reason: str) -> NoReturn:
    if os.environ.get("NBMODELVER_FRONTEND") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium():
    """The distribution's browser; none is ever downloaded."""
    return installed(machine.CHROMIUM)


def installed(tool: machine.Tool) -> str:
    """Where a browser is."""
    return tool.path or demanded(f"{tool.name} is missing: {tool.hint}")


@pytest.fixture(scope="session")
def frontend():
    """What a server serves of ours."""
    if not (ROOT / "nbmodelver" / "static" / "widget.js").exists():
        demanded("the front-end is not built: make frontend")


@dataclass
class Server:
    """A running Jupyter server of our own."""

    url: str
    folder: Path
    log: Path
    kernels: Path


@pytest.fixture(scope="session")
def server(tmp_path_factory, frontend):
    """Reads no settings of the developer's, takes a free port, is ended by its process id."""
    home = tmp_path_factory.mktemp("jupyter")
    folder = tmp_path_factory.mktemp("work")
    with started(home, folder) as running:
        yield running


@contextlib.contextmanager
def started(home: Path, folder: Path, without: tuple[str, ...] = ()):
    """A server of our own. without: the extensions of JupyterLab that its pages do not have."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = {
        "ServerApp": {
            "ip": "127.0.0.1",
            "port": port,
            "port_retries": 0,
            "open_browser": False,
            "allow_root": True,
            "root_dir": str(folder),
            "jpserver_extensions": {"jupyterlab": True, "notebook": True},
            "terminals_enabled": False,
        },
        "IdentityProvider": {"token": TOKEN},
        "LabApp": {"expose_app_in_browser": True, "news_url": None, "collaborative": False},
        "JupyterNotebookApp": {"expose_app_in_browser": True},
    }
    places = {
        name: home / name.lower()
        for name in (
            "JUPYTER_CONFIG_DIR",
            "JUPYTER_DATA_DIR",
            "JUPYTER_RUNTIME_DIR",
            "IPYTHONDIR",
            "JUPYTERLAB_SETTINGS_DIR",
            "JUPYTERLAB_WORKSPACES_DIR",
        )
    }
    for place in places.values():
        place.mkdir(parents=True, exist_ok=True)
    (places["JUPYTER_CONFIG_DIR"] / "jupyter_server_config.json").write_text(json.dumps(config))
    (places["JUPYTER_CONFIG_DIR"] / "labconfig").mkdir(exist_ok=True)
    page = json.dumps({"disabledExtensions": dict.fromkeys(without, True)})
    (places["JUPYTER_CONFIG_DIR"] / "labconfig" / "page_config.json").write_text(page)
    quiet = places["JUPYTERLAB_SETTINGS_DIR"] / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True, exist_ok=True)
    (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    log = home / "server.log"
    env = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")} | {k: str(v) for k, v in places.items()}
    with log.open("w") as said:
        process = subprocess.Popen([sys.executable, "-m", "jupyter", "server"], stdout=said, stderr=said, env=env)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url, process, log)
            yield Server(url, folder, log, places["JUPYTER_DATA_DIR"] / "kernels")
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 300
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{url}/api/status?token={TOKEN}", timeout=5).close()
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    pytest.fail(f"the server did not answer: {log.read_text()}")


@pytest.fixture(scope="session")
def browser(chromium):
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=LIMIT_MS)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS, timeout=180_000)
        yield running
        running.close()


@dataclass
class Notebook:
    """A notebook on a page, in JupyterLab or Notebook 7."""

    page: Any
    path: str
    folder: Path
    shots = SHOTS
    errors: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    # -- the kernel

    def kernel(self, expression: str) -> Any:
        """The value of an expression in the kernel, asked past the cells' hooks: nothing of ours sees it."""
        answer = self.page.evaluate(
            """async ([path, code]) => {
                 const widget = [...window.jupyterapp.shell.widgets('main')].find(w => w.context?.path === path);
                 const kernel = widget.sessionContext.session.kernel;
                 const reply = await kernel.requestExecute(
                   {code: '', silent: true, store_history: false, user_expressions: {it: code}}).done;
                 const it = reply.content.user_expressions.it;
                 return it.status === 'ok' ? it.data['text/plain'] : 'raise ' + it.ename + ': ' + it.evalue;
               }""",
            [self.path, expression],
        )
        if answer.startswith("raise "):
            raise AssertionError(answer)
        return ast.literal_eval(answer)

    def until(self, expression: str, value: Any) -> None:
        """Wait until an expression in the kernel has a value: for deeds that the page does not answer."""
        end = time.monotonic() + LIMIT_MS / 1000
        while (found := self.kernel(expression)) != value:
            assert time.monotonic() < end, f"{expression} is {found}, not {value}"
            self.page.wait_for_timeout(50)

    def ready(self) -> None:
        self.page.wait_for_function(
            """path => {
                 const app = window.jupyterapp;
                 if (!app || !app.shell) return false;
                 const widget = [...app.shell.widgets('main')].find(w => w.context?.path === path);
                 const session = widget?.sessionContext;
                 return widget?.context.isReady && session.isReady && session.session?.kernel?.status === 'idle';
               }""",
            arg=self.path,
            timeout=2 * LIMIT_MS,
        )

    def command(self, name: str, /, **arguments: Any) -> None:
        """Run a command and wait for it."""
        self.page.evaluate("([name, args]) => window.jupyterapp.commands.execute(name, args)", [name, arguments])

    # -- cells

    def cell(self, number: int) -> Any:
        return self.page.locator(f".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell >> nth={number}")

    def start(self, number: int) -> None:
        """Run a cell without waiting. Its command, not its keys: those may be pressed before the page knows them."""
        from playwright.sync_api import expect

        self.cell(number).locator(".jp-InputPrompt").click()
        expect(self.cell(number)).to_have_class(re.compile("jp-mod-active"))
        self.page.evaluate("() => { void window.jupyterapp.commands.execute('notebook:run-cell'); }")

    def run(self, *numbers: int) -> None:
        """Run cells, each to its end; also one that has run before."""
        from playwright.sync_api import expect

        for number in numbers:
            prompt = self.cell(number).locator(".jp-InputPrompt")
            before = prompt.inner_text()
            self.start(number)
            expect(prompt).not_to_have_text(before)
            self.done(number)

    def done(self, number: int) -> None:
        from playwright.sync_api import expect

        prompt = self.cell(number).locator(".jp-InputPrompt")
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=2 * LIMIT_MS)

    def retype(self, number: int, source: str) -> None:
        """Replace a cell's source, as someone who types."""
        from playwright.sync_api import expect

        editor = self.cell(number).locator(".cm-content")
        editor.click()
        expect(editor).to_be_focused()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(source)
        expect(editor).to_have_text(source)

    # -- what is looked at

    def noticed(self, pattern: str) -> None:
        """Wait for a notice of JupyterLab's; it may have gone again."""
        self.page.wait_for_function("what => window.noticed.some(text => new RegExp(what).test(text))", arg=pattern)

    @property
    def sidebar(self) -> Any:
        return self.page.locator("#nbmodelver-sidebar")

    @property
    def status(self) -> Any:
        return self.page.locator(".nbmv-Lab-status")

    def open_panel(self) -> Any:
        """The panel beside the notebook, with its history shown."""
        from playwright.sync_api import expect

        self.command("nbmodelver:open")
        panel = self.sidebar.locator(".nbmv-panel:visible")
        expect(panel).to_be_visible()
        return panel

    def close_sheet(self) -> None:
        """In Notebook 7 what is wide lies over the page."""
        from playwright.sync_api import expect

        self.page.get_by_role("dialog").get_by_role("button", name="Close", exact=True).click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(SHOTS / f"{name}.png"))


@pytest.fixture
def context(browser):
    """A browser window that remembers nothing, and in which nothing moves: colours and places are final at once."""
    window = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    window.set_default_timeout(LIMIT_MS)
    window.add_init_script(KEEP_NOTICES)
    yield window
    window.close()


@pytest.fixture
def open_notebook(server, context, request):
    """Opens a notebook with these cells in a folder of the test's own; app: "lab" or "notebook"."""
    opened: list[Notebook] = []

    def open_it(
        *cells: str,
        app: str = "lab",
        name: str = "study",
        at: Server | None = None,
        page: Any = None,
        keep: bool = False,
        kernel: str = "python3",
    ):
        """keep: open it beside what the page shows already. kernel: the name of its kernelspec."""
        at = at or server
        folder = at.folder / re.sub(r"\W+", "-", request.node.name)
        path = write(folder, name, cells, kernel)
        page = page or context.new_page()
        relative = str(path.relative_to(at.folder))
        book = Notebook(page, relative, path.parent)
        opened.append(book)
        if keep:
            book.command("docmanager:open", path=relative)
            book.ready()
            return book
        page.on("pageerror", lambda error: book.errors.append(str(error)))
        page.on("console", lambda said: book.errors.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: book.hosts.add(asked.url.split("/")[2]) if "//" in asked.url else None)
        where = f"lab/tree/{relative}?reset&token={TOKEN}" if app == "lab" else f"notebooks/{relative}?token={TOKEN}"
        page.goto(f"{at.url}/{where}", wait_until="commit", timeout=2 * LIMIT_MS)
        book.ready()
        return book

    yield open_it
    for book in opened:
        with contextlib.suppress(Exception):  # the page may be closed already
            book.page.evaluate("() => window.jupyterapp.serviceManager.sessions.shutdownAll()")


def row(panel: Any, name: str) -> Any:
    """The row of a version in the history of a panel."""
    return panel.get_by_role("option", name=re.compile(rf"^{name}\b"))


@pytest.fixture
def opened_study(open_notebook):
    """Opens a notebook, runs its first cells, which make versions up to `last`, and opens the panel."""
    from playwright.sync_api import expect

    def make(*cells, run, last, app="lab"):
        book = open_notebook(*cells, app=app)
        book.run(*range(run))
        panel = book.open_panel()
        expect(row(panel, last)).to_be_visible()
        return book, panel

    return make


@pytest.fixture
def committed_study(open_notebook):
    """Opens a notebook, runs its first cell, then runs each of the next `steps` cells and commits it in the panel."""
    from playwright.sync_api import expect

    def make(*cells, steps, app="lab"):
        book = open_notebook(*cells, app=app)
        panel = None
        book.run(0)
        for number in range(1, steps + 1):
            book.run(number)
            panel = panel or book.open_panel()
            book.command("nbmodelver:commit", message=f"step {number}")
            expect(row(panel, f"v{number}")).to_be_visible()
        return book, panel

    return make


def write(folder: Path, name: str, cells: tuple[str, ...], kernel: str = "python3") -> Path:
    """A notebook file."""
    document = {
        "cells": [
            {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": s, "outputs": [], "execution_count": None}
            for i, s in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = folder / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def no_errors():
    """A check that a page said nothing but what JupyterLab itself says."""

    # Notebook 7.6 says the first with our plugin switched off, too; the second is a command of JupyterLab's; the last
    # is a connection that a busy machine lost, and JupyterLab opens again.
    theirs = r"reading 'schema'|filebrowser:open-path|favicon|ResizeObserver|404 \(Not Found\)|WebSocket"

    def check(book: Notebook) -> None:
        ours = [e for e in book.errors if not re.search(theirs, e)]
        assert ours == []

    return check
