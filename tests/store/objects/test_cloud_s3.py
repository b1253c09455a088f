"""The storage of obstore keeps the contract against an S3 server."""

import threading
import time
import urllib.request

import pytest

from nbmodelver.errors import RemoteMissing, RemoteUnreachable
from nbmodelver.store.objects import cloud
from nbmodelver.store.objects.addresses import open_storage, parse
from nbmodelver.store.objects.probing import probe
from nbmodelver.testing.objects import KEY, ObjectStorageContract
from tests import servers


class TestS3(ObjectStorageContract):
    large_bytes = 6 << 20

    @pytest.fixture
    def storage(self, opened, monkeypatch):
        monkeypatch.setattr(cloud, "MULTIPART_BYTES", 6 << 20)
        monkeypatch.setattr(cloud, "PART_BYTES", 5 << 20)
        return opened("s3")

    def test_the_probe_finds_compare_and_swap(self, storage):
        found = probe(storage)
        assert found.rule == "swap"
        assert found.ranges
        assert list(storage.list("")) == []

    def test_two_prefixes_are_two_places(self, storage, opened):
        other = opened("s3")
        storage.create(KEY, b"x")
        assert list(other.list("")) == []
        assert other.create(KEY, b"y")
        assert storage.read(KEY) == b"x"

    def test_a_missing_bucket_is_named(self, storage, started):
        server = started("s3")
        missing = open_storage(parse("s3://no-such-bucket/x"), options=server.options)
        for act in (
            lambda: missing.read(KEY),
            lambda: missing.create(KEY, b"x"),
            lambda: missing.replace(KEY, b"x", '"a"'),
            lambda: missing.put(KEY, [b"x"], 1),
            lambda: list(missing.list("")),
        ):
            with pytest.raises(RemoteMissing, match="no-such-bucket") as caught:
                act()
            assert caught.value.hint
        missing.close()

    def test_a_server_that_is_not_there_is_unreachable(self, opened):
        nowhere = opened("s3", endpoint=f"http://127.0.0.1:{servers.free_port()}")
        with pytest.raises(RemoteUnreachable, match="s3://"):
            nowhere.read(KEY)

    def test_a_listing_of_several_pages_is_complete(self, storage):
        keys = [f"packs/{number:04}" for number in range(1100)]
        threads = [
            threading.Thread(target=lambda part=part: [storage.create(key, b"") for key in keys[part::8]])
            for part in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one.key for one in storage.list("packs/")] == keys
        assert [one.key for one in storage.list("", "packs/0500")] == keys[501:]
        storage.delete(keys)
        assert list(storage.list("")) == []

    def test_an_upload_in_parts_that_fails_is_removed(self, storage, started):
        def pieces():
            yield bytes(7 << 20)
            raise OSError("our own disk")  # an error of the source is not one of the remote

        with pytest.raises(OSError, match="our own disk"):
            storage.put(KEY, pieces(), 20 << 20)
        server = started("s3")
        url = f"{server.options['endpoint']}/{servers.S3_BUCKET}?uploads"
        deadline = time.monotonic() + 10
        while b"<Upload>" in (said := urllib.request.urlopen(url).read()) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert b"<Upload>" not in said
