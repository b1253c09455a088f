"""Loads the extension into a shell: the one place that wires session, magics, functions and panels."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from nbmodelver.errors import Interrupted, UsageError
from nbmodelver.kernel import file_reads
from nbmodelver.kernel import input_lines as lines
from nbmodelver.kernel.earlier import as_python, earlier_cells
from nbmodelver.kernel.notebook import Notebook
from nbmodelver.panels import PanelServer
from nbmodelver.panels.comms import Comms, poster
from nbmodelver.panels.outputs import PanelOutputs
from nbmodelver.verbs import VERBS, call_from_python, help_text, signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.verbs import Verb
    from nbmodelver.views import Shown

_notebooks: dict[int, Notebook] = {}
_comms: dict[int, Comms] = {}
_servers: dict[int, PanelServer] = {}
_last_counts: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
"""Shell -> the last cell that was part of a version when the extension was unloaded."""


def load(shell: Any) -> Notebook:
    """Register the magics and the cell events in a shell; a second time, nothing."""
    if id(shell) in _notebooks:
        return _notebooks[id(shell)]
    notebook = _notebooks[id(shell)] = Notebook(shell)
    kernel = getattr(shell, "kernel", None)
    server = _servers[id(shell)] = PanelServer(notebook, poster(kernel))
    outputs = notebook.outputs = PanelOutputs(notebook, server)
    server.after_change.append(outputs.redraw)
    for verb in VERBS.values():
        shell.register_magic_function(_magic(notebook, verb), "line_cell" if verb.cell else "line", f"mv_{verb.name}")
    for event, call in _events(notebook, server):
        shell.events.register(event, call)
    file_reads.start(notebook.files)
    lines.install(shell)
    _join_running_cell(notebook, kernel)
    comms = _comms[id(shell)] = Comms(server, kernel)
    comms.start()
    return notebook


def _join_running_cell(notebook: Notebook, kernel: Any) -> None:
    """Take over the cells before, and the one that loads the extension; IPython reports no end of a silent cell."""
    before = earlier_cells(notebook.shell, _last_counts.get(notebook.shell, 0))
    notebook.cells.add_earlier(before, partial(as_python, notebook.shell))
    notebook.files.add_earlier(cell.source for cell in before.cells)
    parent = kernel.get_parent() if callable(getattr(kernel, "get_parent", None)) else {}
    header, content = parent.get("header") or {}, parent.get("content") or {}
    if header.get("msg_type") == "execute_request" and not content.get("silent"):
        notebook.cells.add_running(before.running, str((parent.get("metadata") or {}).get("cellId") or ""))
        notebook.files.pre_run(None)
    elif kernel is None and before.running is not None:
        notebook.cells.add_running(before.running)
        notebook.files.pre_run(None)


def _events(notebook: Notebook, server: PanelServer) -> list[tuple[str, Callable[..., None]]]:
    """Return (event of IPython, handler) for the start and the end of a cell, in the order of registration."""
    return [
        ("pre_run_cell", notebook.files.pre_run),
        ("pre_run_cell", notebook.cells.pre_run),
        ("pre_run_cell", notebook.answer_display.pre_run),
        ("pre_run_cell", server.on_pre_run),
        ("post_run_cell", notebook.files.post_run),
        ("post_run_cell", notebook.cells.post_run),
        ("post_run_cell", server.on_post_run),
    ]


def unload(shell: Any) -> None:
    """Undo everything that `load` did."""
    notebook = _notebooks.pop(id(shell), None)
    if notebook is None:
        return
    notebook.commits.stop_checks()
    notebook.idle_tasks.stop()
    file_reads.stop(notebook.files)
    _last_counts[shell] = max(notebook.cells.last, _last_counts.get(shell, 0))
    _comms.pop(id(shell)).stop()
    lines.remove(shell)
    for event, call in _events(notebook, _servers.pop(id(shell))):
        shell.events.unregister(event, call)
    for verb in VERBS.values():
        for kind in ("line", "cell"):
            shell.magics_manager.magics[kind].pop(f"mv_{verb.name}", None)


def latest() -> Notebook | None:
    """The notebook of the shell that loaded the extension last, or None."""
    return next(reversed(_notebooks.values()), None)


def _magic(notebook: Notebook, verb: Verb) -> Callable[..., Any]:
    def magic(line: str, cell: str | None = None) -> Any:
        try:
            shown = notebook.run(verb.name, line, cell)
            return shown if shown is None else notebook.answer_display.answer(verb.name, shown)
        except KeyboardInterrupt as error:
            raise Interrupted(f"%mv_{verb.name} was interrupted") from error

    magic.__name__ = f"mv_{verb.name}"
    magic.__doc__ = help_text(verb)
    return magic


def function(name: str) -> Callable[..., Shown]:
    """Return the Python function for a verb. It returns the answer, which behaves like the result of the verb."""
    verb = VERBS[name]

    def call(*words: Any, **options: Any) -> Shown:
        try:
            notebook = _present_notebook()
            return notebook.answer_display.answer(name, notebook.answer(call_from_python(verb, words, options)))
        except KeyboardInterrupt as error:
            raise Interrupted(f"{name} was interrupted") from error

    call.__name__ = call.__qualname__ = name
    call.__doc__ = help_text(verb)
    call.__signature__ = signature(verb)  # type: ignore[attr-defined]  # what help() and completion ask
    return call


def _present_notebook() -> Notebook:
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        return load(shell)
    notebook = latest()
    if notebook is None:
        raise UsageError("there is no notebook here", "in a script: repo = nbmodelver.open(PATH, create=True)")
    return notebook
