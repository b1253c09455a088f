"""The unpickler resolves our stand-ins, and imports nothing that an untrusted recipe does not list."""

from __future__ import annotations

import pickle
from types import SimpleNamespace
from typing import Any

import pytest

from nbmodelver.codecs import rebuild
from nbmodelver.codecs.unpickling import Unpickler
from nbmodelver.errors import NeedsTrust, NotLoadable

GLOBAL = b"c%s\n%s\n."


def loaded(data: bytes, listed: frozenset[str] | None = None, **stand_ins: Any) -> Any:
    own = {("nbmodelver.codecs.fallback", name): value for name, value in stand_ins.items()}
    return Unpickler(data, SimpleNamespace(stand_ins=own, listed=listed)).load()


def test_a_stand_in_is_the_one_of_the_loader() -> None:
    assert loaded(GLOBAL % (b"nbmodelver.codecs.fallback", b"array"), array="ours") == "ours"


@pytest.mark.parametrize(("module", "name"), [(b"os", b"system"), (b"builtins", b"eval")])
def test_a_name_that_is_not_listed_is_not_imported(module: bytes, name: bytes) -> None:
    with pytest.raises(NeedsTrust, match="hidden way"):
        loaded(GLOBAL % (module, name), frozenset({"math:sqrt"}))
    assert callable(loaded(GLOBAL % (b"math", b"sqrt"), frozenset({"math:sqrt"})))


def test_names_inside_of_our_own_functions_are_checked_too() -> None:
    public = pickle.dumps(SimpleNamespace())  # A pickle that names a class is imported where everything is trusted.
    assert loaded(public) == SimpleNamespace()
    for function, arguments in (("public", "(Vos\nVsystem\nt"), ("module", "(Vos\nt")):
        data = f"c{rebuild.__name__}\n{function}\n{arguments}R.".encode()
        with pytest.raises(NeedsTrust):
            loaded(data, frozenset())


def test_a_pickle_inside_of_a_pickle_imports_nothing_that_is_not_listed() -> None:
    inner = GLOBAL % (b"os", b"getcwd")
    outer = b"cnbmodelver.codecs.foreign\nread\n(" + pickle.BINBYTES + len(inner).to_bytes(4, "little") + inner
    outer += b"Vpickle\ntR."
    with pytest.raises(NeedsTrust, match="hidden way"):
        loaded(outer, frozenset())
    assert callable(loaded(outer, frozenset({"os:getcwd"})))
    assert callable(loaded(outer))


def test_a_code_object_is_refused() -> None:
    with pytest.raises(NotLoadable):
        loaded(GLOBAL[:-1] % (b"types", b"CodeType") + b")R.")


def test_sets_of_the_canonical_pickler_are_one_object_each() -> None:
    unpickler = Unpickler(b"", SimpleNamespace(stand_ins={}, listed=None))
    first = unpickler.persistent_load(("ref", 1))
    assert unpickler.persistent_load(("set", 1, [1, 2])) is first
    assert first == {1, 2}
    assert unpickler.persistent_load(("frozenset", 2, [3])) == frozenset({3})
