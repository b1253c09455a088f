"""`nbmodelver VERB ...`: the verbs that need no kernel, from a shell."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nbmodelver import answers, views
from nbmodelver.actions.conditions import CheckFailed
from nbmodelver.actions.rerun import is_bundle
from nbmodelver.errors import NbmodelverError, RefMoved, UsageError
from nbmodelver.release import __version__
from nbmodelver.repo import open_repo
from nbmodelver.verbs import VERBS, find, help_text, overview, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbmodelver.verbs import Call


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit status.

    0: done. 1: `verify` or `backup` found damage, fresh data drifted, a gate failed, or something else failed. 2: a
    wrong command line. 3: another process moved the ref meanwhile.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(arguments)
    except UsageError as error:
        _complain(error)
        return 2
    except RefMoved as error:
        _complain(error)
        return 3
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
    store, arguments = _store_of(arguments)
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
    return _answer(verb.name, call, store)


def _store_of(arguments: Sequence[str]) -> tuple[Path | None, Sequence[str]]:
    """Return the store of `--store FOLDER` before the verb, and the rest. Raises UsageError without a folder."""
    option, equals, folder = arguments[0].partition("=") if arguments else ("", "", "")
    if option != "--store":
        return None, arguments
    rest = arguments[1:] if equals else arguments[2:]
    folder = folder if equals else "".join(arguments[1:2])
    if not folder:
        raise UsageError("--store needs a folder", "write: nbmodelver --store FOLDER VERB ...")
    return Path(folder), rest


def _answer(name: str, call: object, store: Path | None) -> int:
    from nbmodelver.verbs import Call

    assert isinstance(call, Call)
    if name == "init":
        print(answers.init(call["path"], Path.cwd())[1])
        return 0
    if name == "clone":
        with views.Bar(views.Terminal()) as progress:
            shown = answers.clone(call, progress)[1]
        print(shown)
        return 0
    keys = {"policy": answers.own_keys, "remote": answers.own_age_key}
    own = keys[name](call) if name in keys else None
    if own is not None:
        print(own)
        return 0
    with views.Bar(views.Terminal()) as progress:
        try:
            shown = _shown(name, call, store, progress)
        except CheckFailed as error:
            print(error.shown)
            raise
    print(shown)
    return 1 if answers.has_failed(name, shown) else 0


def _shown(name: str, call: Call, store: Path | None, progress: views.Bar) -> views.Shown:
    if name == "ci" and not answers.needs_store(call):
        return answers.run_ci(None, call, progress)
    if name == "bundle":
        return answers.bundle_(call, progress)
    if name == "pull" and call["pointer"] and store is None:  # It may have to clone the store first.
        return answers.pull_pointer(call, progress)
    if name == "rerun" and is_bundle(call["version"]):  # It brings its own store.
        return answers.rerun(None, call, progress)
    return answers.ANSWERS[name](open_repo(store), call, progress)


def _complain(error: NbmodelverError) -> None:
    said = error.message.replace("%mv_", "nbmodelver ")
    print(said if said.startswith("nbmodelver ") else f"nbmodelver: {said}", file=sys.stderr)
    if error.hint:
        both = "nbmodelver " in error.hint  # It says what to do here and what in a notebook.
        print(f"  {error.hint if both else error.hint.replace('%mv_', 'nbmodelver ')}", file=sys.stderr)


assert set(VERBS) >= set(answers.ANSWERS)

if __name__ == "__main__":  # `python -m nbmodelver.cli`, as cron and systemd start it.
    sys.exit(main())
