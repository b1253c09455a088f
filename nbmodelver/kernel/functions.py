"""The verbs as functions: `mv.commit("df", metric={"acc": 0.9})` does what `%mv_commit df --metric acc=0.9` does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbmodelver.errors import Interrupted, UsageError
from nbmodelver.kernel import magics
from nbmodelver.verbs import VERBS, call_from_python, help_text, signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.kernel.notebook import Notebook
    from nbmodelver.views import Shown


def function(name: str) -> Callable[..., Shown]:
    """The function for a verb; what it shows stands for what the verb gives."""
    verb = VERBS[name]

    def call(*words: Any, **options: Any) -> Shown:
        try:
            notebook = _notebook()
            return notebook.telling.answer(name, notebook.answer(call_from_python(verb, words, options)))
        except KeyboardInterrupt as error:
            raise Interrupted(f"{name} was interrupted") from error

    call.__name__ = call.__qualname__ = name
    call.__doc__ = help_text(verb)
    call.__signature__ = signature(verb)  # type: ignore[attr-defined]  # what help() and completion ask
    return call


def _notebook() -> Notebook:
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        return magics.load(shell)
    notebook = magics.latest()
    if notebook is None:
        raise UsageError("there is no notebook here", "in a script: repo = nbmodelver.open(PATH, create=True)")
    return notebook
