"""Loggers and handlers of `logging`, with level, filters, formatter and destination.

A logger belongs to the whole kernel: `logging.getLogger(name)` returns the same object everywhere. A logger that is not
configured in this kernel gets the stored configuration at once. A configured logger is changed only by a rollback, when
the values are restored; any other load leaves it unchanged and notes it. The root logger, and the loggers of imported
libraries, are never changed: only their name is stored.
A file handler opens its file at its next record, in append mode, so the content of the file is kept.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

from nbmodelver.codecs import notes
from nbmodelver.codecs.renewed import KeptState, Way

_NOT_KEPT = {"lock", "_builtin_open"}


def _take_logger(logger: Any) -> KeptState:
    """args: name, whether `getLogger` returns it. state: level, propagate, disabled, handlers, filters."""
    known = _is_known(logger)
    if logger is logging.root or (known and _of_library(logger.name)):
        return KeptState(("" if logger is logging.root else logger.name, True))
    state = (logger.level, logger.propagate, logger.disabled, list(logger.handlers), list(logger.filters))
    return KeptState((logger.name, known), state, () if _is_new(logger) else ("logger: with its level and handlers",))


def _is_known(logger: Any) -> bool:
    """True if `getLogger` returns this logger."""
    known: Any = logging.Logger.manager.loggerDict.get(logger.name)
    return known is logger


def _of_library(name: str) -> bool:
    root = name.partition(".")[0]
    return root != "__main__" and root in sys.modules


def _make_logger(cls: Any, name: str, known: bool) -> Any:
    if not known:
        return cls(name)
    manager: Any = logging.Logger.manager
    if isinstance(manager.loggerDict.get(name), logging.Logger) or not name or cls is logging.Logger:
        return logging.getLogger(name or None)
    before, manager.loggerClass = manager.loggerClass, cls
    try:
        return manager.getLogger(name)
    finally:
        manager.loggerClass = before


def _fill_logger(logger: Any, state: tuple[Any, ...]) -> None:
    def configure() -> None:
        level, logger.propagate, logger.disabled, handlers, filters = state
        logger.handlers, logger.filters = list(handlers), list(filters)
        logger.setLevel(level)

    if _is_new(logger) or not _is_known(logger):
        configure()
    else:
        notes.later(configure, f"logger: '{logger.name}' stays as it is here")


def _is_new(logger: Any) -> bool:
    return not (logger.level or logger.handlers or logger.filters or logger.disabled) and logger.propagate


def _take_handler(handler: Any) -> KeptState:
    state = {name: item for name, item in vars(handler).items() if name not in _NOT_KEPT}
    said: tuple[str, ...] = ()
    if isinstance(handler, logging.FileHandler):
        opened = state.pop("stream", None) is not None or state.pop("_closed", False)
        if opened and "w" in str(state["mode"]):  # Opening the file in this mode would empty it.
            state["mode"] = str(state["mode"]).replace("w", "a")
            said = (f"handler: appends to {os.path.basename(handler.baseFilename)} from now on",)
    return KeptState(state=state, notes=said)


def _make_handler(cls: Any) -> Any:
    made = cls.__new__(cls)
    logging.Handler.__init__(made)
    return made


def _fill_handler(handler: Any, state: dict[str, Any]) -> None:
    vars(handler).update(state)
    if isinstance(handler, logging.FileHandler):
        vars(handler).update(stream=None, _closed=False, _builtin_open=open)


WAYS = (
    Way("loggers.Logger", logging.Logger, _take_logger, _make_logger, _fill_logger, attributes=False),
    Way("loggers.Handler", logging.Handler, _take_handler, _make_handler, _fill_handler, attributes=False),
)
