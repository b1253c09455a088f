"""`nbmodelver VERB ...`: the verbs that need no kernel, from a shell."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import answers, views
from nbmodelver.actions.conditions import CheckFailed
from nbmodelver.errors import NbmodelverError, UsageError
from nbmodelver.release import __version__
from nbmodelver.repo import open_repo
from nbmodelver.verbs import VERBS, find, help_text, overview, parse

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb. 0: done; 1: `verify` or `backup` found damage, or something failed; 2: a wrong command line."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments)
    except UsageError as error:
        _complain(error)
        return 2
    except NbmodelverError as error:
        _complain(error)
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing half-made is left", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview(command=True))
        return 0
    if arguments[0] in ("-V", "--version"):
        print(f"nbmodelver {__version__}")
        return 0
    verb = find(arguments[0])
    call = parse(verb, arguments[1:])
    if call.wants_help:
        print(help_text(verb, command=True))
        return 0
    if verb.kernel:
        raise UsageError(f"'{verb.name}' needs a running notebook", f"write there: %mv_{verb.name}")
    return _answer(verb.name, call)


def _answer(name: str, call: object) -> int:
    from nbmodelver.verbs import Call

    assert isinstance(call, Call)
    if name == "init":
        print(answers.init(call["path"], Path.cwd())[1])
        return 0
    with views.Bar(views.Terminal()) as progress:
        try:
            shown = answers.ANSWERS[name](open_repo(), call, progress)
        except CheckFailed as error:
            print(error.shown)
            raise
    print(shown)
    damaged = shown.value if name == "verify" else getattr(shown.value, "problems", ()) if name == "backup" else ()
    return 1 if damaged else 0


def _complain(error: NbmodelverError) -> None:
    said = error.message.replace("%mv_", "nbmodelver ")
    print(said if said.startswith("nbmodelver ") else f"nbmodelver: {said}", file=sys.stderr)
    if error.hint:
        both = "nbmodelver " in error.hint  # It says what to do here and what in a notebook.
        print(f"  {error.hint if both else error.hint.replace('%mv_', 'nbmodelver ')}", file=sys.stderr)


assert set(VERBS) >= set(answers.ANSWERS)
