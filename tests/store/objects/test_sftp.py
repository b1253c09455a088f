"""What needs no server of the storage by SFTP; test_sftp_server.py has the rest."""

import pytest

from nbmodelver.errors import NotSupported, StoreError, UsageError
from nbmodelver.store.objects.addresses import open_storage, parse


def test_unknown_options_are_refused():
    for name in ("region", "password"):
        with pytest.raises(UsageError, match=name) as caught:
            open_storage(parse("ssh://host/x"), options={name: "hunter2"})
        assert "~/.ssh/config" in caught.value.hint
        assert "hunter2" not in str(caught.value)


def test_a_time_limit_that_is_no_number_is_refused():
    with pytest.raises(UsageError, match="no number"):
        open_storage(parse("ssh://host/x"), options={"timeout_s": "soon"})


def test_there_is_no_compare_and_swap_and_no_connection_to_say_so():
    storage = open_storage(parse("ssh://host/x"))
    with pytest.raises(NotSupported, match="ssh://host/x"):
        storage.replace("heads/1", b"x", "tag")
    with pytest.raises(StoreError):
        storage.replace("../x", b"x", "tag")
    storage.close()
