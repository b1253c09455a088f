"""Addresses of MLflow: sqlite:///m.db#iris, mlruns#iris, http://127.0.0.1:5000#iris. After "#" is a name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from nbmodelver.errors import UsageError
from nbmodelver.exchange.mlflow_sqlite import is_database

SQLITE = "sqlite:///"
EXAMPLES = "write sqlite:///m.db#iris, a folder mlruns, or http://127.0.0.1:5000#iris"


@dataclass(frozen=True)
class MlflowAddress:
    """uri: for the client. place: the database, or the folder mlruns; None for a server. name: after "#", or ""."""

    kind: Literal["database", "folder", "server"]
    uri: str
    place: Path | None = None
    name: str = ""


def address_of(text: str) -> MlflowAddress:
    """Return what an address names. Nothing is opened. Raises UsageError for an address that is not supported."""
    uri, _, name = text.partition("#")
    scheme, separator, rest = uri.partition("://")
    if uri.startswith(SQLITE):
        return _database(Path(unquote(uri.removeprefix(SQLITE))).expanduser(), name)
    if separator and scheme in ("http", "https"):
        return _server(uri, name)
    if separator and scheme != "file":
        raise UsageError(
            f"{scheme}: only databases of SQLite are read and written without a server",
            "start one, and give its address: mlflow server --backend-store-uri ...",
        )
    place = Path(unquote(urlsplit(uri).path) if separator else uri).expanduser()
    if not uri or (separator and not rest):
        raise UsageError("an address of MLflow is missing", EXAMPLES)
    return _database(place, name) if is_database(place) else MlflowAddress("folder", uri, place, name)


def _database(file: Path, name: str) -> MlflowAddress:
    if file.name in ("", ":memory:"):
        raise UsageError("the address names no file", EXAMPLES)
    return MlflowAddress("database", f"{SQLITE}{file.absolute()}", file.absolute(), name)


def _server(uri: str, name: str) -> MlflowAddress:
    if "@" in urlsplit(uri).netloc:
        raise UsageError(
            "the address of the server has a user or a password in it",
            "set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN",
        )
    return MlflowAddress("server", uri.rstrip("/"), None, name)
