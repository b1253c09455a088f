"""Loggers have their level, handlers and filters, and configured ones are left unchanged."""

from __future__ import annotations

import logging
import sys

import pytest

from nbmodelver.codecs import graph
from tests.codecs.again import Again


@pytest.fixture
def logger():
    made = logging.getLogger("nbmv-study")
    yield made
    clean(made)


def clean(logger: logging.Logger) -> None:
    """As nobody had configured it."""
    for handler in logger.handlers:
        handler.close()
    logger.handlers, logger.filters, logger.propagate, logger.disabled = [], [], True, False
    logger.setLevel(0)


def test_a_logger_has_level_handlers_formats_and_filters_in_a_new_kernel(logger, tmp_path):
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    handler = logging.FileHandler(tmp_path / "x.log")
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    handler.setLevel(logging.INFO)
    handler.addFilter(logging.Filter("nbmv-study"))
    stream = logging.StreamHandler(sys.stderr)
    logger.addHandler(handler)
    logger.addHandler(stream)
    capture = graph.capture({"logger": logger})
    clean(logger)
    found = graph.decode(capture.groups[0], graph.Loader({}, lambda _key: None))["logger"]
    assert found is logger
    assert (found.level, found.propagate) == (logging.DEBUG, False)
    assert [type(h) for h in found.handlers] == [logging.FileHandler, logging.StreamHandler]
    assert found.handlers[1].stream is sys.stderr
    found.debug("not in the file")
    found.info("kept")
    assert (tmp_path / "x.log").read_text() == "INFO: kept\n"


def test_a_live_logger_is_left_alone_by_a_load_and_said(logger):
    logger.setLevel(logging.DEBUG)
    capture = graph.capture({"logger": logger})
    logger.setLevel(logging.ERROR)
    loader = graph.Loader({}, lambda _key: None)
    graph.decode(capture.groups[0], loader)
    assert logger.level == logging.ERROR
    assert [note for _names, note in loader.load_notes] == ["logger: 'nbmv-study' stays as it is here"]


def test_a_live_logger_is_as_it_was_when_a_rollback_acts(logger):
    logger.setLevel(logging.DEBUG)
    capture = graph.capture({"logger": logger})
    logger.setLevel(logging.ERROR)
    logger.addHandler(logging.NullHandler())
    loader = graph.Loader({}, lambda _key: None)
    loader.acts = True
    graph.decode(capture.groups[0], loader)
    assert logger.level == logging.ERROR
    for act in loader.actions:
        act()
    assert (logger.level, logger.handlers) == (logging.DEBUG, [])


def test_a_handler_that_wrote_over_its_file_appends_and_says_so(logger, tmp_path):
    handler = logging.FileHandler(tmp_path / "x.log", "w")
    handler.emit(logging.makeLogRecord({"msg": "first"}))
    again = Again(handler=handler)
    again.handler.emit(logging.makeLogRecord({"msg": "second"}))
    assert (tmp_path / "x.log").read_text() == "first\nsecond\n"
    assert "handler: appends to x.log from now on" in again.notes
    handler.close()
    again.handler.close()


def test_the_loggers_of_the_kernel_and_of_libraries_come_by_name_only():
    numpy_logger = logging.getLogger("numpy.testing")
    numpy_logger.setLevel(logging.ERROR)
    capture = graph.capture({"root": logging.getLogger(), "lib": numpy_logger})
    numpy_logger.setLevel(0)
    loader = graph.Loader({}, lambda _key: None)
    found = [v for draft in capture.groups for v in graph.decode(draft, loader).values()]
    assert found == [logging.getLogger(), numpy_logger]
    assert numpy_logger.level == 0
