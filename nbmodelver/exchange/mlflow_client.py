"""The client of MLflow, which alone writes to a store of MLflow. It is imported when it is needed.

Its errors become errors of ours. It sends no telemetry when it is imported here.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

from nbmodelver.errors import Busy, MissingLibrary, RemoteUnreachable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbmodelver.exchange.mlflow_address import MlflowAddress

INSTALL = 'pip install "nbmodelver[mlflow]"'
LOCKED = "database is locked"
WAIT_S = 60.0
"""So long is a locked database tried again."""
_PROBE_S = 10.0


def require_client(address: MlflowAddress) -> None:
    """Raise MissingLibrary if the client, or what it needs for a database, is not installed."""
    needed = ("mlflow",) if address.kind == "server" else ("mlflow", "sqlalchemy", "alembic")
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        raise MissingLibrary(f"MLflow is written by its client; missing: {', '.join(missing)}", INSTALL)


def connect(address: MlflowAddress) -> Any:
    """Return a client. A new database is created. Raises UsageError, RemoteUnreachable, MissingLibrary."""
    require_client(address)
    if address.kind == "server":
        _require_reachable(address.uri)
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")  # Two lines for each run.
    from mlflow import MlflowClient

    with _without_notes():
        client = asked(MlflowClient, tracking_uri=address.uri, registry_uri=address.uri)
        asked(client.search_experiments, max_results=1)
    return client


@contextmanager
def _without_notes() -> Iterator[None]:
    """Keep notes about new tables out of the notebook."""
    logger = logging.getLogger("mlflow.store.db.utils")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)


def _require_reachable(uri: str) -> None:
    """Raise RemoteUnreachable without an answer. The client would repeat its requests for minutes."""
    try:
        with urlopen(f"{uri}/health", timeout=_PROBE_S):  # noqa: S310  # http and https only, see address_of
            return
    except URLError as error:
        if isinstance(error.reason, ConnectionError | TimeoutError) or "getaddrinfo" in str(error.reason):
            raise _unreachable(uri, error.reason) from error
    except OSError as error:
        raise _unreachable(uri, error) from error


def _unreachable(uri: str, why: object) -> RemoteUnreachable:
    return RemoteUnreachable(f"'{uri}' does not answer: {why}", "start the server: mlflow server")


def asked(method: Callable[..., Any], *values: Any, **named: Any) -> Any:
    """Call the client. A locked database is tried again. Raises UsageError with its message, Busy."""
    until = time.monotonic() + WAIT_S
    while True:
        try:
            return method(*values, **named)
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in ("mlflow", "sqlalchemy", "sqlite3", "requests"):
                raise
            if LOCKED not in str(error):
                raise _refused(error) from error
            if time.monotonic() > until:
                raise Busy("the database of MLflow is in use", "run it again: the export goes on") from error
        time.sleep(0.2)


def _refused(error: Exception) -> UsageError | RemoteUnreachable:
    lines = str(error).strip().splitlines()
    first = lines[0] if lines else type(error).__name__
    if "out-of-date database schema" in str(error):
        return UsageError(
            "the database is of another release of MLflow than the installed client",
            "install the client of that release, or upgrade the database: mlflow db upgrade sqlite:///FILE",
        )
    if "Max retries exceeded" in str(error):
        return RemoteUnreachable(f"the server of MLflow does not answer: {first[:200]}", "run it again")
    return UsageError(f"MLflow refused it: {first[:300]}", "change that, and run it again: the export goes on")
