"""The magics: one for each verb, made from its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.kernel.notebook import Notebook
from nbmodelver.verbs import VERBS, help_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.verbs import Verb

_notebooks: dict[int, Notebook] = {}


def load(shell: Any) -> Notebook:
    """Register the magics and the cell events in a shell; a second time, nothing."""
    if id(shell) in _notebooks:
        return _notebooks[id(shell)]
    notebook = _notebooks[id(shell)] = Notebook(shell)
    for verb in VERBS.values():
        shell.register_magic_function(_magic(notebook, verb), "line_cell" if verb.cell else "line", f"mv_{verb.name}")
    shell.events.register("pre_run_cell", notebook.cells.pre_run)
    shell.events.register("post_run_cell", notebook.cells.post_run)
    return notebook


def unload(shell: Any) -> None:
    """Take everything back that `load` did."""
    notebook = _notebooks.pop(id(shell), None)
    if notebook is None:
        return
    shell.events.unregister("pre_run_cell", notebook.cells.pre_run)
    shell.events.unregister("post_run_cell", notebook.cells.post_run)
    for verb in VERBS.values():
        for kind in ("line", "cell"):
            shell.magics_manager.magics[kind].pop(f"mv_{verb.name}", None)


def latest() -> Notebook | None:
    """The notebook of the shell that loaded the extension last, or None."""
    return next(reversed(_notebooks.values()), None)


def _magic(notebook: Notebook, verb: Verb) -> Callable[..., Any]:
    def magic(line: str, cell: str | None = None) -> Any:
        return notebook.run(verb.name, line, cell)

    magic.__name__ = f"mv_{verb.name}"
    magic.__doc__ = help_text(verb)
    return magic
