"""The table of cases, family by family; each file is one family or two."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fidelity.case import Case

CASES: list[Case] = [
    case
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__))
    for family in importlib.import_module(f"{__name__}.{module}").FAMILIES
    for case in family.cases
]
