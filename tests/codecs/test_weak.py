"""Weak references refer to the stored objects."""

from __future__ import annotations

import weakref
from typing import Any

import pytest

from tests.codecs.again import Again, refused


class Node:
    """Can be referred to weakly."""


CALLED = []


def test_weak_references_have_their_callbacks():
    node = Node()
    again = Again(node=node, ref=weakref.ref(node, CALLED.append))
    assert again.ref() is again.node
    ref = again.ref
    del again.values["node"]
    assert ref() is None


@pytest.mark.parametrize("make", [weakref.WeakValueDictionary, weakref.WeakKeyDictionary])
def test_weak_dictionaries_hold_what_other_names_hold(make):
    node, other = Node(), Node()
    held = make()
    if make is weakref.WeakValueDictionary:
        held["a"] = node
    else:
        held[node] = "a"
    again = Again(node=node, held=held, other=other)
    assert again.node in (list(again.held.values()) if make is weakref.WeakValueDictionary else list(again.held))
    del again.values["node"], node
    assert len(again.held) == 0


def test_a_proxy_stands_for_the_kept_object():
    node: Any = Node()
    node.x = 1
    again = Again(node=node, proxy=weakref.proxy(node))
    again.node.x = 2
    assert again.proxy.x == 2
    assert type(again.proxy) is weakref.ProxyType


def test_a_finalizer_is_refused_with_the_way_out():
    node = Node()
    assert refused(weakref.finalize(node, print)).startswith("a finalizer cannot be kept: it belongs to one object")
