"""Weak references with callbacks, weak dictionaries, proxies. The objects that they refer to are stored with them.

After a load such an object lives only as long as something else refers to it, as before.
"""

from __future__ import annotations

import weakref
from typing import Any

from nbmodelver.codecs.renewed import KeptState, Refused, Way, refusing

_GONE = "a weak reference to something that is gone cannot be kept: it would come back as one to nothing"


def _take_ref(ref: Any) -> KeptState:
    target = ref()
    if target is None:
        raise Refused(_GONE)
    callback = ref.__callback__
    return KeptState((target,) if callback is None else (target, callback))


def _take_method(ref: Any) -> KeptState:
    target = ref()
    if target is None:
        raise Refused(_GONE)
    return KeptState((target,))


def _take_proxy(proxy: Any) -> KeptState:
    try:
        return KeptState((proxy.__reduce_ex__.__self__,))
    except ReferenceError as error:
        raise Refused(_GONE) from error


def _fill_pairs(made: Any, pairs: list[tuple[Any, Any]]) -> None:
    for key, value in pairs:
        made[key] = value


def _take_pairs(held: Any) -> KeptState:
    return KeptState(state=list(held.items()) or None)


WAYS = (
    Way("weak.ref", weakref.ReferenceType, _take_ref, lambda cls, *args: cls(*args), exact=True, attributes=False),
    Way(
        "weak.WeakMethod", weakref.WeakMethod, _take_method, lambda cls, *args: cls(*args), exact=True, attributes=False
    ),
    Way("weak.proxy", weakref.ProxyType, _take_proxy, lambda _cls, target: weakref.proxy(target), attributes=False),
    Way(
        "weak.callable_proxy", weakref.CallableProxyType, _take_proxy,
        lambda _cls, target: weakref.proxy(target), attributes=False,
    ),
    *(
        Way(f"weak.{cls.__name__}", cls, _take_pairs, lambda made, base=cls: _empty(made, base), _fill_pairs)
        for cls in (weakref.WeakValueDictionary, weakref.WeakKeyDictionary)
    ),
    refusing(
        "weak.finalize", weakref.finalize,
        "a finalizer cannot be kept: it belongs to one object of this kernel; make a new one after a rollback",
    ),
)  # fmt: skip


def _empty(cls: Any, base: Any) -> Any:
    made = cls.__new__(cls)
    base.__init__(made)
    return made
