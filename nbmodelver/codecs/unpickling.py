"""Unpickles what fallback.py wrote."""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any

from nbmodelver.codecs import foreign, foreign_scan, rebuild, renamed
from nbmodelver.errors import NeedsTrust

if TYPE_CHECKING:
    import types


class Unpickler(pickle.Unpickler):
    """Converts the bytes of `Pickler` to values. It runs what the pickle requests, so only for trusted stores."""

    def __init__(self, data: bytes | memoryview, loader: Any) -> None:
        super().__init__(io.BytesIO(data))
        self._loader = loader
        self._sets: dict[int, Any] = {}

    def find_class(self, module: str, name: str) -> Any:
        """Resolve our stand-ins by the loader, and import everything else."""
        own = self._loader.stand_ins.get((module, name))
        if own is not None:
            return own
        if (name == "code" and module == "builtins") or (name == "CodeType" and module == "types"):
            return rebuild.foreign_bytecode
        if (module, name) == (rebuild.__name__, rebuild.public.__name__):
            return self._public
        if (module, name) == (rebuild.__name__, rebuild.module.__name__):
            return self._module
        if (module, name) == (foreign.__name__, foreign.read.__name__):
            return self._foreign
        self._check(module, name)
        return super().find_class(*renamed.current(module, name))

    def _public(self, module: str, name: str) -> Any:
        self._check(module, name)
        return rebuild.public(*renamed.current(module, name))

    def _module(self, name: str) -> types.ModuleType:
        self._check(name, "")
        return rebuild.module(name)

    def _foreign(self, data: bytes, format_: str) -> Any:
        """Read a file of another program, which may be a pickle inside of this one."""
        if self._loader.listed is not None:
            for name in foreign_scan.names_in_file(data, format_):
                self._check(*name.split(":", 1))
        return foreign.read(data, format_)

    def _check(self, module: str, name: str) -> None:
        """Raise NeedsTrust for a name that the recipe of an untrusted store does not list."""
        listed = self._loader.listed
        if listed is not None and f"{module}:{name}" not in listed:
            raise NeedsTrust(
                f"a pickle imports {module}.{name} in a hidden way, so it was made to mislead",
                "do not load it, and check where it comes from",
            )

    def persistent_load(self, pid: Any) -> Any:
        """Restore the sets that `CanonicalPickler` wrote."""
        how, number, *members = pid
        if how == "ref":
            return self._sets.setdefault(number, set())
        if how == "frozenset":
            made: Any = frozenset(members[0])
            self._sets[number] = made
            return made
        made = self._sets.setdefault(number, set())
        made.update(members[0])
        return made
