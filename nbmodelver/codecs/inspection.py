"""Reads what a draft contains without loading it."""

from __future__ import annotations

import pickletools
from typing import TYPE_CHECKING

from nbmodelver.codecs import foreign_scan, foretold
from nbmodelver.codecs.draft import PICKLE
from nbmodelver.codecs.names import UNKNOWN, names_in

if TYPE_CHECKING:
    from nbmodelver.codecs.draft import Draft

FOREIGN = "nbmodelver.codecs.foreign:read"


def foreign_names(draft: Draft) -> frozenset[str]:
    """Return the objects outside nbmodelver that loading a pickled draft would import, as "module:name".

    It is read from the opcodes; nothing is run.
    """
    try:
        found = every_name(draft)
    except Exception:  # The pickle is malformed in some way; it is not loaded here.
        return frozenset(draft.classes) | {UNKNOWN}
    return frozenset(n for n in found if not n.startswith("nbmodelver."))


def every_name(draft: Draft) -> frozenset[str]:
    """Return all objects that loading a pickled draft would import, also those of a pickle inside of the pickle.

    Raises ValueError if the pickle is malformed.
    """
    found = names_in(draft.skeleton)
    return found | _names_in_files(draft.skeleton) if FOREIGN in found else found


def _names_in_files(skeleton: bytes) -> set[str]:
    """Return what the files of other programs in a skeleton would import. They are pickles inside of the pickle."""
    found: set[str] = set()
    for opcode, argument, _position in pickletools.genops(skeleton):
        if isinstance(argument, bytes | bytearray) and "BYTES" in opcode.name:
            found |= foreign_scan.names_in_file(bytes(argument))
    return found


def foresee(draft: Draft) -> list[str]:
    """The notes about dtypes and time zones that loading this draft would produce, without loading it."""
    raws = [b.raw for b in draft.buffers[: draft.own]]
    return foretold.foretold(draft.skeleton, raws, pickled=draft.format == PICKLE)


def what_it_runs(draft: Draft) -> list[str]:
    """Return the objects that loading a pickled draft imports and may call, for display.

    Functions that are stored by value are "code of a notebook".
    """
    shown = sorted(name.replace(":", ".").rstrip(".") for name in foreign_names(draft))
    holds_code = any(name in draft.skeleton for name in (b"nbmodelver.codecs.rebuild", b"nbmodelver.codecs.code"))
    return [*shown, "code of a notebook"] if not shown or (holds_code and b"function" in draft.skeleton) else shown
