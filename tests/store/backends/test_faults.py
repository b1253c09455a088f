"""Errors of the operating system become errors of the store, with a hint."""

import errno

import pytest

from nbmodelver.errors import InUse, StoreError, StoreFull, StoreReadOnly
from nbmodelver.store.backends.faults import named, translate


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, StoreFull), (errno.EDQUOT, StoreFull), (errno.EFBIG, StoreFull), (errno.EROFS, StoreReadOnly),
        (errno.EACCES, StoreReadOnly), (errno.EPERM, StoreReadOnly), (errno.EBUSY, InUse), (errno.ELOOP, StoreError),
        (errno.ENOTDIR, StoreError), (errno.EIO, StoreError), (None, StoreError),
    ],
)  # fmt: skip
def test_each_error_names_the_operation_the_place_and_a_way_out(number, kind):
    error = OSError(number, "why") if number else OSError("why")
    found = translate(error, "write", "/store/packs")
    assert type(found) is kind
    assert found.message.startswith("cannot write /store/packs: ")
    assert found.hint


def test_a_link_in_a_store_is_named_as_a_link():
    assert "links inside a store are not followed" in translate(OSError(errno.ELOOP, ""), "read", "x").message


def test_an_error_of_the_system_is_the_cause():
    cause = OSError(errno.ENOSPC, "full")
    with pytest.raises(StoreFull) as caught, named("write", "x"):
        raise cause
    assert caught.value.__cause__ is cause


@pytest.mark.parametrize("error", [KeyError("x"), KeyboardInterrupt(), StoreError("x")])
def test_other_errors_pass(error):
    with pytest.raises(type(error)) as caught, named("write", "x"):
        raise error
    assert caught.value is error


def test_nothing_is_raised_without_an_error():
    with named("write", "x"):
        done = True
    assert done
