"""A folder that appears with all its files, or not at all."""

from __future__ import annotations

import secrets
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nbmodelver.errors import FileExists, StoreFull, StoreReadOnly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside `folder`, which gets its name if the block ends without an exception.

    Otherwise nothing is left. Raises FileExists if the folder exists, StoreReadOnly, StoreFull.
    """
    if folder.exists():
        raise FileExists(f"'{folder}' already exists", "name a new folder")
    draft = folder.with_name(f".{folder.name[:60]}.{secrets.token_hex(4)}")
    try:
        draft.mkdir(parents=True)
        yield draft
        draft.rename(folder)
    except PermissionError as error:
        raise StoreReadOnly(f"'{folder}' cannot be written: {error.strerror}", "choose another folder") from error
    except OSError as error:
        raise StoreFull(f"'{folder}' cannot be written: {error.strerror}", "free some space") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
