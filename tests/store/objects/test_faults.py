"""Errors of the operating system become errors of a remote, with a hint."""

import errno

import pytest

from nbmodelver.errors import RemoteDenied, RemoteError, RemoteFull, RemoteMissing, RemoteUnreachable
from nbmodelver.store.objects.faults import translate, translated


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, RemoteFull), (errno.EDQUOT, RemoteFull), (errno.EFBIG, RemoteFull), (errno.EROFS, RemoteDenied),
        (errno.EACCES, RemoteDenied), (errno.EPERM, RemoteDenied), (errno.ENOENT, RemoteMissing),
        (errno.ESTALE, RemoteUnreachable), (errno.EIO, RemoteUnreachable), (errno.ECONNRESET, RemoteUnreachable),
        (errno.ELOOP, RemoteError), (errno.EINVAL, RemoteError), (None, RemoteError),
    ],
)  # fmt: skip
def test_each_error_names_the_operation_the_place_and_a_way_out(number, kind):
    found = translate(OSError(number, "why") if number else OSError("why"), "write", "/team/packs")
    assert type(found) is kind
    assert found.message.startswith("cannot write /team/packs: ")
    assert found.hint


def test_an_error_without_a_number_may_be_one_of_the_network():
    assert type(translate(TimeoutError(), "read", "x")) is RemoteUnreachable
    assert translate(TimeoutError(), "read", "x").message == "cannot read x: TimeoutError"


def test_an_error_of_the_system_is_the_cause_and_others_pass():
    cause = OSError(errno.ENOSPC, "full")
    with pytest.raises(RemoteFull) as caught, translated("write", "x"):
        raise cause
    assert caught.value.__cause__ is cause
    with pytest.raises(KeyError), translated("write", "x"):
        raise KeyError("x")
