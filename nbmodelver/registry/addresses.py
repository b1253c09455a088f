"""Addresses of registered models, such as "churn", "churn/1.4.0", "churn@production" and "churn@production~1"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbmodelver.errors import UnknownModel
from nbmodelver.store.ref_names import normalized

SCHEME = "models:/"
_ADDRESS = re.compile(
    r"(?P<model>[^/@~\s]+)(?:/(?P<number>[^/@~\s]+)|@(?P<holder>[^/@~{}\s]+)"
    r"(?:~(?P<back>\d{0,6})|@\{(?P<day>[^{}]+)\})?)?"
)
EXAMPLES = "write churn, churn/1.4.0, churn@production, churn@production~1 or churn@production@{2026-10-01}"


@dataclass(frozen=True)
class Address:
    """A parsed address. number: of a version. holder: a stage or an alias.

    back: so many holders before the present one. day: the holder at the end of this day, ISO 8601. All but the model
    may be empty.
    """

    model: str
    number: str = ""
    holder: str = ""
    back: int = 0
    day: str = ""


def parse(text: str) -> Address:
    """Return the parts of an address. `models:/` before it is optional. Raises UnknownModel for an invalid one."""
    found = _ADDRESS.fullmatch(normalized(text.strip()).removeprefix(SCHEME))
    if found is None:
        raise UnknownModel(f"{text!r} is not the address of a model", EXAMPLES)
    back = found["back"]
    return Address(
        found["model"], found["number"] or "", found["holder"] or "",
        0 if back is None else int(back or "1"), found["day"] or "",
    )  # fmt: skip
