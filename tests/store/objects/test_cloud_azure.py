"""The storage of obstore keeps the contract against an Azure server."""

import pytest

from nbmodelver.errors import RemoteDenied, RemoteMissing, UsageError
from nbmodelver.store.objects import cloud
from nbmodelver.store.objects.addresses import open_storage, parse
from nbmodelver.store.objects.probing import probe
from nbmodelver.testing.objects import KEY, ObjectStorageContract


class TestAzure(ObjectStorageContract):
    large_bytes = 6 << 20

    @pytest.fixture
    def storage(self, opened, monkeypatch):
        monkeypatch.setattr(cloud, "MULTIPART_BYTES", 6 << 20)
        monkeypatch.setattr(cloud, "PART_BYTES", 5 << 20)
        return opened("azure")

    def test_the_probe_finds_compare_and_swap(self, storage):
        assert probe(storage).rule == "swap"
        assert list(storage.list("")) == []

    def test_a_missing_container_is_named(self, storage, started):
        missing = open_storage(parse("az://no-such-container/x"), options=started("azure").options)
        for act in (
            lambda: missing.read(KEY),
            lambda: missing.create(KEY, b"x"),
            lambda: missing.put(KEY, [b"x"], 1),
            lambda: list(missing.list("")),
        ):
            with pytest.raises(RemoteMissing, match="no-such-container"):
                act()
        missing.close()

    def test_a_wrong_key_is_denied(self, opened, monkeypatch, storage):
        monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "AAAA")
        server_options = {"endpoint": storage._settings.url, "account": storage._settings.config["account_name"]}
        wrong = open_storage(parse(storage.where), options=server_options)
        with pytest.raises(RemoteDenied) as caught:
            wrong.read(KEY)
        assert "AAAA" not in str(caught.value)
        wrong.close()

    def test_a_missing_account_is_asked_for(self):
        with pytest.raises(UsageError, match="storage account") as caught:
            open_storage(parse("az://tests/x"))
        assert "account=NAME" in caught.value.hint
