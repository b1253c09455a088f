"""Standard types that pickle cannot keep, or keeps with a loss, have reductions of ours."""

from __future__ import annotations

import collections
import os
import types
import weakref
from typing import Any

import numpy as np
import pytest

from nbmodelver.codecs import rebuild, reductions
from nbmodelver.codecs.renewed import Refused
from nbmodelver.testing.codecs import CodecContract, Sample

A_DICT = {"a": 1, "b": 2}


class TestContract(CodecContract):
    samples = (
        Sample("a proxy", lambda: types.MappingProxyType({"a": 1}), plain=False),
        Sample("keys", lambda: dict(A_DICT).keys(), plain=False),
        Sample("ordered items", lambda: collections.OrderedDict(A_DICT).items(), plain=False),
        Sample("a union", lambda: int | str | None, plain=False, identity=False, links=False),
        Sample("a partial", lambda: __import__("functools").partial(int, base=2), plain=False),
    )

    def is_equal(self, a: Any, b: Any) -> bool:
        if hasattr(a, "func"):
            return bool((a.func, a.args, a.keywords) == (b.func, b.args, b.keywords))
        return bool(a == b)


def test_the_environment_is_kept_by_name_only() -> None:
    reduce = reductions.BY_TYPE[type(os.environ)]
    assert reduce(os.environ) == "environ"
    with pytest.raises(Refused):
        reduce(os.environ.__class__({}, str, str, str, str))


def test_a_numpy_function_is_kept_by_its_public_name() -> None:
    assert reductions.reduce_ufunc(np.add) == (rebuild.public, ("numpy", "add"))
    assert reductions.reduce_ufunc(np.frompyfunc(len, 1, 1)) is NotImplemented


def test_a_module_is_imported_again_and_one_of_the_notebook_is_kept_by_value() -> None:
    reduce = reductions.BY_TYPE[types.ModuleType]
    assert reduce(os) == (rebuild.module, ("os",))
    made = types.ModuleType("mine")
    made.x = 1
    assert reduce(made)[0] is rebuild.module_by_value
    assert reduce(made)[2]["x"] == 1


def test_a_set_of_weak_references_keeps_its_members() -> None:
    class Member:
        pass

    member = Member()
    make, (members,) = reductions.BY_TYPE[weakref.WeakSet](weakref.WeakSet([member]))
    assert (make, members) == (rebuild.weak_set, [member])


def test_a_reduction_to_a_global_name_is_one_by_value() -> None:
    class Named:
        def __reduce_ex__(self, _protocol: Any) -> str:
            return "SOMEWHERE"

    assert reductions.reduce_by_own_method(Named())[1] == (Named,)
