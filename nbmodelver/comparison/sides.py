"""One name in one version, as a comparison sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from nbmodelver.model import Kind, Profile


@dataclass(frozen=True)
class Side:
    """One name in one version.

    profile and load are called on demand; load returns the value and may raise NeedsTrust or NotLoadable. label: the
    title of the side in charts, which is the name of the version. size_bytes: of the value.
    """

    kind: Kind
    profile: Callable[[], Profile]
    load: Callable[[], Any]
    label: str = ""
    size_bytes: int = 0
