"""The imports of a pickle are listed from its opcodes."""

from __future__ import annotations

import pickle
from collections import OrderedDict

import pytest

from nbmodelver.codecs.names import UNKNOWN, names_in


@pytest.mark.parametrize("protocol", range(6))
def test_every_import_is_listed(protocol: int) -> None:
    assert "collections:OrderedDict" in names_in(pickle.dumps(OrderedDict(a=1), protocol))


def test_a_name_that_is_computed_is_unknown() -> None:
    assert UNKNOWN in names_in(b"\x80\x04K\x01K\x02\x93.")


def test_what_is_no_pickle_is_an_error() -> None:
    with pytest.raises(ValueError):
        names_in(b"no pickle")
