"""Assigns keys to the classes and functions of the notebook."""

from __future__ import annotations

from typing import Any

from nbmodelver.codecs import definitions


class DefinitionKeys:
    """The classes and functions of the notebook that one commit has met, each with its key.

    inline: ids of definitions that share objects with a name and are stored with that name.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace
        self.by_key: dict[str, Any] = {}
        self.names_used: set[str] = set()
        self._keys: dict[int, str] = {}
        self.inline: set[int] = set()

    def copy(self) -> DefinitionKeys:
        """An independent copy."""
        made = DefinitionKeys(self.namespace)
        made.by_key, made._keys = dict(self.by_key), dict(self._keys)
        made.names_used, made.inline = set(self.names_used), set(self.inline)
        return made

    @property
    def ids(self) -> dict[int, str]:
        """Id -> key of every definition met."""
        return self._keys

    def key(self, obj: Any) -> str:
        """The key of a definition: its qualified name, with "~2" for a second definition of that name.

        A definition that was loaded keeps its key; otherwise everything that refers to it would look changed.
        """
        known = self._keys.get(id(obj))
        if known is not None:
            return known
        name: str = getattr(obj, "__qualname__", obj.__name__)
        live = self.namespace.get(name) is obj
        key, at = (not live and definitions.loaded_key(obj)) or name, 2
        taken = key in self.by_key or (not live and key == name and definitions.is_definition(self.namespace.get(name)))
        while taken:
            key = f"{name}~{at}"
            taken = key in self.by_key
            at += 1
        self._keys[id(obj)] = key
        self.by_key[key] = obj
        self.names_used |= definitions.names_used(obj)
        return key
