"""Libraries whose classes need no trial load are known by their root module."""

from __future__ import annotations

import pytest

from nbmodelver.codecs import proven


@pytest.mark.parametrize(
    "name", ["numpy", "sklearn.tree:DecisionTreeClassifier", "pandas.core.frame:DataFrame", "_io:BytesIO", "decimal"]
)
def test_a_class_of_a_proven_library_or_of_the_standard_library_needs_no_trial(name: str) -> None:
    assert proven.is_proven(name)


@pytest.mark.parametrize("name", ["__main__:Net", "__main__", "numpyish:array", "study.numpy:array", None, 7])
def test_every_other_class_is_tried(name: object) -> None:
    assert not proven.is_proven(name)
