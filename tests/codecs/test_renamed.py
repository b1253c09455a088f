"""What a pickle of another release names is found under the name that it has here."""

from __future__ import annotations

import io
import pickle
import sys
from typing import Any

import numpy as np
import pytest

from nbmodelver.codecs import renamed
from nbmodelver.codecs.names import names_in


@pytest.mark.parametrize("known", ["numpy.core", "numpy._core"])
@pytest.mark.parametrize("rest", ["", ".multiarray", ".numeric"])
def test_both_names_of_a_module_of_numpy_lead_to_the_one_that_is_here(known: str, rest: str) -> None:
    module, name = renamed.current(known + rest, "x")
    here = "numpy._core" if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else "numpy.core"
    assert (module, name) == (here + rest, "x")


@pytest.mark.parametrize("module", ["numpy", "numpy.core2", "numpy.corex.y", "mynumpy.core", "pandas.core.frame"])
def test_other_names_stay(module: str) -> None:
    assert renamed.current(module, "x") == (module, "x")


class Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return super().find_class(*renamed.current(module, name))


@pytest.mark.parametrize("known", [b"numpy.core.multiarray", b"numpy._core.multiarray"])
def test_a_pickle_of_either_numpy_loads(known: bytes) -> None:
    data = b"c" + known + b"\nscalar\n(cnumpy\ndtype\n(S'f8'\nI0\nI1\ntRS'\\x00\\x00\\x00\\x00\\x00\\x00\\xf8?'\ntR."
    assert Reader(io.BytesIO(data), encoding="bytes").load() == 1.5


def test_pytz_is_asked_first_and_ours_stands_in_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pytz", None)
    assert renamed.current("pytz", "_p") == ("nbmodelver.codecs.zones", "pickled_pytz")
    assert renamed.current("pytz", "AmbiguousTimeError") == ("pytz", "AmbiguousTimeError")
    monkeypatch.setattr(renamed, "_is_here", lambda _root: True)
    assert renamed.current("pytz", "_p") == ("pytz", "_p")


def test_every_stand_in_is_there() -> None:
    from nbmodelver.codecs import zones

    for module, name in renamed._STAND_INS.values():
        assert module == zones.__name__
        assert callable(getattr(zones, name))


def test_a_class_of_scikit_learn_that_forgot_its_package_is_found() -> None:
    assert renamed.current("_loss", "CyHalfBinomialLoss") == ("sklearn._loss._loss", "CyHalfBinomialLoss")
    assert renamed.current("_loss", "__pyx_unpickle_CyAbsoluteError")[0] == "sklearn._loss._loss"
    assert renamed.current("_loss", "mine") == ("_loss", "mine")


def test_nothing_of_ours_is_renamed() -> None:
    names = names_in(pickle.dumps({"a": [1.5, "x"]}, 5))
    assert {renamed.current(*name.split(":")) for name in names} == {tuple(name.split(":")) for name in names}
