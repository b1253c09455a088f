"""A forked child returns its results, whatever files the kernel has open."""

from __future__ import annotations

import os
import sys

import pytest

if sys.platform != "linux":
    pytest.skip("children are forked on Linux only", allow_module_level=True)

import resource

from nbmodelver.system import children

BEYOND_SELECT = 1100
"""select.select takes no descriptor above 1023."""


def test_a_child_answers_a_process_with_more_than_1024_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < BEYOND_SELECT + 100:
        pytest.skip(f"this machine allows {hard} open files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, BEYOND_SELECT + 100), hard))
    opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(BEYOND_SELECT)]
    try:
        assert children.run([lambda: {"a": 1}, lambda: 1 // 0], 10.0, "too long") == [
            ({"a": 1}, ""),
            ({"raised": "ZeroDivisionError: integer division or modulo by zero"}, ""),
        ]
    finally:
        for fd in opened:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
