"""Opens the reader of a store of MLflow: of a database, a folder, or a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbmodelver.errors import UsageError
from nbmodelver.exchange.mlflow_address import EXAMPLES
from nbmodelver.exchange.mlflow_folder import MlflowFolder
from nbmodelver.exchange.mlflow_server import MlflowServer
from nbmodelver.exchange.mlflow_sqlite import MlflowDatabase, is_database

if TYPE_CHECKING:
    from nbmodelver.exchange.mlflow_address import MlflowAddress
    from nbmodelver.exchange.mlflow_records import MlflowStore


def store_of(address: MlflowAddress) -> MlflowStore:
    """Open the reader of an address. Raises UsageError if it is something else, Damaged, MissingLibrary."""
    if address.place is None:
        return MlflowServer(address.uri)
    if not address.place.exists():
        raise UsageError(f"'{address.place}' does not exist", EXAMPLES)
    if address.kind == "folder":
        return MlflowFolder(address.place)
    if not is_database(address.place):
        raise UsageError(f"'{address.place}' is no database of SQLite", EXAMPLES)
    return MlflowDatabase(address.place)
