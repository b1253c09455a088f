"""Encodes one name, or several names together, as a draft."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import fallback, plain, plain_reading, sources
from nbmodelver.codecs.draft import PICKLE, PLAIN, Draft
from nbmodelver.codecs.identity import Memo, holds_sets
from nbmodelver.codecs.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Set

    from nbmodelver.codecs.keys import DefinitionKeys


@dataclass
class EncodedNames:
    """One name encoded alone, or several names that share objects and are encoded together.

    value: the value, or a tuple of the values. objects: what the pickler met, by id. held: keeps objects alive.
    encoder: None for a pickle. parts: for several names, each name encoded alone.
    """

    name: str
    value: Any
    draft: Draft
    memory: Memory
    objects: Memo
    held: Any
    encoder: plain.Encoder | None = None
    parts: tuple[EncodedNames, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The name, or all names."""
        return self.draft.names

    def values(self) -> list[tuple[str, Any]]:
        """The names with their values."""
        return [(self.name, self.value)] if len(self.names) == 1 else list(zip(self.names, self.value, strict=True))

    def ids(self) -> Set[int]:
        """Ids of the objects that may link a name to another name."""
        return self.objects.keys() if self.encoder is None else self.encoder.linking


def encode_plain(name: str, value: Any, memory: Memory) -> EncodedNames:
    """Encode one name without pickle, into `memory`. Raises NotPlain."""
    encoder = plain.encode([value], memory)
    draft = plain_draft((name,), encoder, memory)
    return EncodedNames(name, value, draft, memory, {}, encoder, encoder)


def plain_draft(names: tuple[str, ...], encoder: plain.Encoder, memory: Memory) -> Draft:
    """The draft of what `encoder` holds. Raises NotPlain for a cycle that cannot be rebuilt without pickle."""
    skeleton = encoder.skeleton()
    buffers, table = memory.finish()
    draft = Draft(names, PLAIN, skeleton, (*encoder.buffers, *buffers), len(encoder.buffers), table)
    if encoder.explicit and not plain_reading.can_be_built(skeleton, [b.raw for b in encoder.buffers]):
        raise plain.NotPlain(type(None))
    return draft


Pickled = tuple[Draft, Memory, fallback.Pickler]


def pickle_draft(
    names: tuple[str, ...],
    value: Any,
    known: DefinitionKeys,
    roots: frozenset[int],
) -> Pickled:
    """Pickle one name, or several as a tuple.

    A value that contains sets is pickled a second time in canonical order, because the order of a set depends on
    hashes.
    """
    found = pickle_with(fallback.Pickler, names, value, known, roots)
    if holds_sets(found[2].memo.copy()):
        return pickle_with(fallback.CanonicalPickler, names, value, known, roots)
    return found


def pickle_with(
    kind: type[fallback.Pickler],
    names: tuple[str, ...],
    value: Any,
    known: DefinitionKeys,
    roots: frozenset[int],
) -> Pickled:
    """Encode one name, or several as a tuple, in one pass of this class of pickler. roots: see `Pickler`."""
    memory = Memory()
    file = io.BytesIO()
    pickler = kind(file, memory, known, roots)
    pickler.dump(value)
    buffers, table = memory.finish()
    draft = Draft(
        names,
        PICKLE,
        file.getvalue(),
        tuple(buffers),
        own=0,
        table=table,
        uses=tuple(sorted(pickler.uses)),
        classes=tuple(sorted(pickler.classes)),
        names_used=tuple(sorted(pickler.names_used)),
        without_source=tuple(sorted(pickler.without_source)),
        python=sources.PYTHON if pickler.without_source else "",
    )
    return draft, memory, pickler
