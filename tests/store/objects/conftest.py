"""Storages of servers that run for the session, and the test files of servers that this machine does not have."""

from __future__ import annotations

import itertools
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from nbmodelver.store.objects.addresses import open_storage, parse
from tests import servers
from tests.environments import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbmodelver.model.remotes import ObjectStorage

OF_SERVERS = {
    "test_cloud_s3.py": machine.S3, "test_cloud_azure.py": machine.AZURITE, "test_sftp_server.py": machine.SSHD,
}  # fmt: skip
collect_ignore = [name for name, tool in OF_SERVERS.items() if not servers.found(tool)]
_numbers = itertools.count()
PROVIDERS = (
    "AWS_",
    "AZURE_",
    "GOOGLE_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
)

METADATA = {
    "AWS_METADATA_ENDPOINT": "http://127.0.0.1:9", "GCE_METADATA_HOST": "127.0.0.1:9", "GCE_METADATA_IP": "127.0.0.1:9",
    "AZURE_MSI_ENDPOINT": "http://127.0.0.1:9",
}  # fmt: skip
"""Where obstore looks for the credentials of an instance. Nothing listens there."""


@pytest.fixture(autouse=True)
def _no_credentials_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests see no variables, profiles and keys of the person who runs them, and no metadata server."""
    for name in list(os.environ):
        if name.startswith(PROVIDERS):
            monkeypatch.delenv(name)
    home = tmp_path_factory.getbasetemp() / "no-home"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(home))
    for name, value in METADATA.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], servers.Server]]:
    """Gives a server by its name in tests/servers.py, started once."""
    running: dict[str, servers.Server] = {}
    with ExitStack() as stack:

        def start(name: str) -> servers.Server:
            if name not in running:
                running[name] = stack.enter_context(getattr(servers, name)(tmp_path_factory.mktemp(name)))
            return running[name]

        yield start


@pytest.fixture
def opened(
    started: Callable[[str], servers.Server], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., ObjectStorage]]:
    """Opens a storage of a server with an empty prefix, and sets this server's credentials in the environment."""
    made: list[ObjectStorage] = []

    def open_one(name: str, folder: str = "", **options: str) -> ObjectStorage:
        server = started(name)
        for variable, value in server.environment.items():
            monkeypatch.setenv(variable, value)
        place = folder or f"team/run-{next(_numbers)}"
        storage = open_storage(parse(f"{server.address}/{place}"), options={**server.options, **options})
        made.append(storage)
        return storage

    yield open_one
    for storage in made:
        storage.close()
