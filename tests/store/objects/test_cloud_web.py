"""A remote behind a web server can be read and nothing else."""

from contextlib import ExitStack

import pytest

from nbmodelver.errors import NotSupported, RemoteUnreachable, Truncated
from nbmodelver.model.remotes import Abilities
from nbmodelver.store.objects.addresses import open_storage, parse
from nbmodelver.store.objects.folder import FolderStorage
from nbmodelver.store.objects.probing import probe
from nbmodelver.testing.objects import KEY
from tests import servers

DATA = bytes(range(256)) * 8000


@pytest.fixture
def shown(tmp_path):
    """Opens a storage that shows the objects of a folder by HTTP."""
    folder = FolderStorage(tmp_path)
    folder.create(KEY, DATA)
    folder.create("empty", b"")
    made = []
    with ExitStack() as stack:

        def show(**options):
            server = stack.enter_context(servers.web(tmp_path, **options))
            made.append(open_storage(parse(server.address)))
            return made[-1]

        yield show
        for storage in made:
            storage.close()


def test_objects_and_ranges_are_read(shown):
    storage = shown()
    assert storage.read(KEY) == DATA
    assert storage.read(KEY, 1000, 50) == DATA[1000:1050]
    assert storage.read(KEY, len(DATA) - 3) == DATA[-3:]
    assert storage.read(KEY, len(DATA) + 3, 5) == b""
    assert storage.read("empty") == b""
    ranges = [(0, 3), (1_500_000, 7), (10, 5)]
    assert storage.read_many(KEY, ranges) == [DATA[start : start + length] for start, length in ranges]
    assert storage.size(KEY) == len(DATA)
    assert storage.read_tagged(KEY).data == DATA
    with pytest.raises(Truncated):
        storage.read_many(KEY, [(len(DATA) - 1, 2)])


def test_a_missing_object_is_a_key_error(shown):
    storage = shown()
    for ask in (storage.read, storage.size, storage.read_tagged, lambda key: storage.read_many(key, [(0, 1)])):
        with pytest.raises(KeyError):
            ask("packs/missing")


def test_nothing_is_written_or_listed(shown):
    storage = shown()
    acts = (
        lambda: storage.create("packs/a", b"x"),
        lambda: storage.put("packs/a", [b"x"], 1),
        lambda: storage.replace(KEY, b"x", "tag"),
        lambda: storage.delete([KEY]),
        lambda: storage.list(""),
    )
    for act in acts:
        with pytest.raises(NotSupported, match=r"http://127\.0\.0\.1"):
            act()


def test_the_probe_finds_a_place_that_can_be_read(shown):
    found = probe(shown(), known=KEY)
    assert found == Abilities(False, False, False, True, False, found.checked_at_utc)


def test_the_probe_finds_a_server_without_ranges(shown):
    assert not probe(shown(ranges=False), known=KEY).ranges


def test_a_server_that_is_not_there_is_unreachable():
    storage = open_storage(parse(f"http://127.0.0.1:{servers.free_port()}/x"))
    with pytest.raises(RemoteUnreachable):
        storage.read(KEY)
    storage.close()
