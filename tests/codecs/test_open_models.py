"""A model is written in the first format that holds it, else as a pickle with the reason."""

from __future__ import annotations

import pickle
from collections import OrderedDict

import pytest
from sklearn.linear_model import LinearRegression

from nbmodelver.codecs import open_models, sklearn_open
from nbmodelver.codecs.open_models import to_model_files


def test_a_class_without_an_open_format_is_a_pickle_with_the_reason() -> None:
    found = to_model_files(OrderedDict(a=1))
    assert (found.format, found.reason) == ("pickle", "no open format holds a OrderedDict")
    assert pickle.loads(found.files["model.pkl"]) == found.again == OrderedDict(a=1)


def test_the_reason_of_a_library_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sklearn_open, "find_spec", lambda _name: None)
    found = to_model_files(LinearRegression())
    assert (found.format, found.reason) == ("pickle", "skops is not installed: pip install skops")


def test_what_pickle_refuses_is_an_error() -> None:
    with pytest.raises(TypeError, match="generator"):
        to_model_files(i for i in range(3))


def test_each_library_of_the_table_has_its_file() -> None:
    for file in open_models.LIBRARIES.values():
        pytest.importorskip(f"nbmodelver.codecs.{file}")
