"""One process at a time holds the claim of a key."""

import os
import threading

import pytest

from nbmodelver import system
from nbmodelver.errors import RemoteDenied, RemoteUnreachable
from nbmodelver.store.objects import claims


@pytest.fixture
def folder(tmp_path):
    opened = system.port.open_folder(tmp_path)
    yield tmp_path, opened
    system.port.close_folder(opened)


def test_a_claim_is_a_file_for_the_time_of_its_block(folder):
    path, opened = folder
    with claims.claimed(path, opened, "heads/1"):
        assert [name.suffix for name in path.iterdir()] == [".claim"]
    assert list(path.iterdir()) == []


def test_a_claim_goes_with_an_error(folder):
    path, opened = folder
    with pytest.raises(ZeroDivisionError), claims.claimed(path, opened, "heads/1"):
        raise ZeroDivisionError
    assert list(path.iterdir()) == []


def test_another_key_has_another_claim_and_the_same_key_waits(folder, monkeypatch):
    path, opened = folder
    monkeypatch.setattr(claims, "WAIT_S", 0.05)
    with claims.claimed(path, opened, "heads/1"), claims.claimed(path, opened, "heads/2"):
        refused = pytest.raises(RemoteUnreachable, match="heads/1")
        with refused, claims.claimed(path, opened, "heads/1"):
            pass


def test_threads_hold_it_one_after_the_other(folder):
    path, opened = folder
    inside, most = [0], [0]

    def work():
        for _ in range(20):
            with claims.claimed(path, opened, "heads/1"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_a_claim_of_a_killed_process_ends(folder):
    path, opened = folder
    with claims.claimed(path, opened, "heads/1"):
        (name,) = (found.name for found in path.iterdir())
    (path / name).touch()
    os.utime(path / name, (1, 1))
    with claims.claimed(path, opened, "heads/1"):
        assert [found.name for found in path.iterdir()] == [name]
    assert list(path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_denied(folder, monkeypatch):
    path, opened = folder

    def refuse(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(RemoteDenied), claims.claimed(path, opened, "heads/1"):
        pass
