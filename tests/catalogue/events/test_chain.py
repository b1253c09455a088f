"""The chain of one writer."""

from __future__ import annotations

from nbmodelver.catalogue.events.chain import Chain


def test_each_chain_has_a_writer_of_its_own() -> None:
    one, two = Chain(), Chain()
    assert one.writer != two.writer
    assert len(one.writer) == 32
    assert (one.sequence, one.last) == (0, "")


def test_a_forked_child_does_not_continue_the_chain_of_its_parent() -> None:
    chain = Chain()
    assert chain.is_own
    chain.process += 1
    assert not chain.is_own
