"""The verbs as functions: `mv.commit("df", message="deeper")` does what `%mv_commit df -m deeper` does."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from nbmodelver.errors import UsageError
from nbmodelver.kernel import magics
from nbmodelver.verbs import VERBS, Call, help_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.kernel.notebook import Notebook
    from nbmodelver.verbs import Verb
    from nbmodelver.views import Shown


def function(name: str) -> Callable[..., Shown]:
    """The function for a verb."""
    verb = VERBS[name]
    call = functools.partial(_call, verb)
    call.__doc__ = help_text(verb)
    return call


def _call(verb: Verb, *words: Any, **options: Any) -> Shown:
    values: dict[str, Any] = {
        a.name: a.default if a.default is not None else ([] if a.many and not a.flags else None) for a in verb.arguments
    }
    positional = [a for a in verb.arguments if not a.flags]
    for at, argument in enumerate(positional):
        if argument.many:
            values[argument.name] = list(words[at:])
            break
        if at < len(words):
            values[argument.name] = words[at]
    unknown = [o for o in options if o not in values]
    if unknown:
        raise UsageError(f"{verb.name} has no option '{unknown[0]}'", f"there are: {', '.join(values)}")
    values.update(options)
    shown: Shown = _notebook().answer(Call(verb, values))
    return shown


def _notebook() -> Notebook:
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        return magics.load(shell)
    notebook = magics.latest()
    if notebook is None:
        raise UsageError("there is no notebook here", "in a script: repo = nbmodelver.open(PATH, create=True)")
    return notebook
