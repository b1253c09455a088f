"""What floating point results depend on besides the code: linear algebra, threads, processor, and the hash seed."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbmodelver.model import Json

THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
)  # fmt: skip
"""Environment variables that set the number of threads of numerical libraries."""

_NUMERICAL = ("numpy", "scipy", "sklearn", "torch", "xgboost", "lightgbm")


def numerics() -> dict[str, Json]:
    """Return the libraries for linear algebra and their threads, as far as they are loaded, and the hash seed.

    Keys: "blas" (names and releases), "threads" (interface -> number), "processor" (kernels that OpenBLAS uses, and
    instruction sets that NumPy uses), "cpus", "hash_seed" ("random" or a number as a text), "thread_variables".
    """
    loaded = frozenset(name for name in _NUMERICAL if name in sys.modules)
    return dict(_numerics(loaded))


@cache
def _numerics(loaded: frozenset[str]) -> Mapping[str, Json]:
    found: dict[str, Json] = {"hash_seed": _hash_seed(), "cpus": os.cpu_count() or 0}
    variables: dict[str, Json] = {n: os.environ[n] for n in THREAD_VARIABLES if os.environ.get(n, "").isdigit()}
    if variables:
        found["thread_variables"] = variables
    if loaded:
        with suppress(Exception):  # Other packages may be broken in any way.
            found |= _of_pools(import_module("threadpoolctl").threadpool_info())
        with suppress(Exception):
            sets = sys.modules["numpy"].show_config(mode="dicts")["SIMD Extensions"]
            found["instructions"] = [*sets.get("baseline", ()), *sets.get("found", ())]
    return found


def _of_pools(pools: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    """Return what `threadpoolctl` tells of the loaded libraries, without paths."""
    listed = list(pools)
    blas = [p for p in listed if p.get("user_api") == "blas"]
    found: dict[str, Json] = {
        "blas": [*sorted({f"{p.get('internal_api')} {p.get('version')}" for p in blas})],
        "threads": {str(p.get("user_api")): int(p.get("num_threads", 0)) for p in listed},
    }
    processors = sorted({str(p["architecture"]) for p in blas if p.get("architecture")})
    return {**found, "processor": processors[0]} if processors else found


def _hash_seed() -> str:
    """Return PYTHONHASHSEED, "random" without one."""
    seed = os.environ.get("PYTHONHASHSEED", "")
    return (
        seed if seed.isdigit() and sys.flags.hash_randomization else "random" if sys.flags.hash_randomization else "0"
    )


def differences(then: Mapping[str, Json], now: Mapping[str, Json]) -> tuple[str, ...]:
    """Return a sentence for each recorded value of `numerics` that is another one now."""
    found = []
    for key, words in (("blas", "linear algebra"), ("processor", "processor"), ("threads", "threads")):
        old, new = then.get(key), now.get(key)
        if old and new and not _agree(old, new):
            found.append(f"{words}: {_text(old)} then, {_text(new)} now")
    return tuple(found)


def _agree(old: Json, new: Json) -> bool:
    """Return whether two values are equal as far as both know them: a process may have loaded fewer libraries."""
    if isinstance(old, list) and isinstance(new, list):
        return set(map(str, old)) <= set(map(str, new)) or set(map(str, new)) <= set(map(str, old))
    if isinstance(old, dict) and isinstance(new, dict):
        return all(old[name] == new[name] for name in old.keys() & new.keys())
    return old == new


def _text(value: Json) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{number} for {name}" for name, number in sorted(value.items()))
    return str(value)
