"""A notice waits in a file of its user until it is sent or given up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbmodelver.repo.notices.queue import GIVEN_UP_S, MOST_WAIT_S, SENDER, Notice, NoticeQueue, Waiting

if TYPE_CHECKING:
    from pathlib import Path

NOTICE = Notice("ab" * 20, "promote", "title", "text", "2026-11-30T10:00:00Z", by="p-ada", store="s1", data={"a": 1})


def test_a_notice_is_one_private_file_per_channel(tmp_path: Path):
    queue = NoticeQueue(tmp_path / "notices")
    assert queue.all() == []
    for channel in ("team", "ops", "team"):
        queue.put(NOTICE, channel)
    assert [(w.channel, w.notice) for w in queue.all()] == [("team", NOTICE), ("ops", NOTICE)]
    assert (tmp_path / "notices").stat().st_mode & 0o777 == 0o700
    assert {p.stat().st_mode & 0o777 for p in (tmp_path / "notices").iterdir()} == {0o600}


def test_the_wait_doubles_up_to_an_hour_and_ends_after_three_days():
    waiting = Waiting(NOTICE, "team", queued_at=0.0, next_at=0.0)
    waits = []
    for _ in range(14):
        waiting = waiting.failed("refused", 100.0)
        waits.append(waiting.next_at - 100.0)
    assert waits[:4] == [1, 2, 4, 8]
    assert (waits[-1], waiting.tries, waiting.error, waiting.given_up) == (MOST_WAIT_S, 14, "refused", False)
    last = waiting.failed("refused", GIVEN_UP_S)
    assert (last.given_up, last.notice.text, last.notice.data, last.is_due(1e12)) == (True, "", {}, False)
    assert waiting.failed("gone", 0.0, is_final=True).given_up


def test_a_clock_that_was_set_back_delays_nothing_for_long():
    waiting = Waiting(NOTICE, "team", queued_at=1e9, next_at=1e9 + 60)
    assert [waiting.is_due(1e9 + s) for s in (0, 59, 60, -86400)] == [False, False, True, True]


def test_a_removed_notice_is_not_written_again(tmp_path: Path):
    queue = NoticeQueue(tmp_path)
    queue.put(NOTICE, "team")
    (waiting,) = queue.all()
    queue.update(replace(waiting, tries=3))
    assert queue.all()[0].tries == 3
    queue.remove(waiting)
    queue.remove(waiting)
    queue.update(waiting)
    assert queue.all() == []


def test_the_messages_about_an_erased_person_are_dropped(tmp_path: Path):
    queue = NoticeQueue(tmp_path)
    others = [replace(NOTICE, id="cd" * 20, store="s2"), replace(NOTICE, id="ef" * 20, by="p-grace")]
    for notice in (NOTICE, *others):
        queue.put(notice, "team")
    (tmp_path / "tmp-left").write_text("text of a killed process")
    assert queue.drop("s1", ["p-ada"], []) == 1
    assert {w.notice.id for w in queue.all()} == {n.id for n in others}
    assert not (tmp_path / "tmp-left").exists()
    assert queue.drop("", [], ["cd" * 20]) == 1


def test_one_process_sends_at_a_time(tmp_path: Path):
    queue = NoticeQueue(tmp_path)
    with queue.sending() as first, NoticeQueue(tmp_path).sending() as second, queue.sending(SENDER) as other:
        assert (first, second, other) == (True, False, True)
    with NoticeQueue(tmp_path).sending() as again:
        assert again


def test_a_damaged_file_stops_nothing(tmp_path: Path):
    queue = NoticeQueue(tmp_path)
    queue.put(NOTICE, "team")
    (tmp_path / "x.json").write_text('{"notice": {"id": 1}}')
    (tmp_path / "y.json").write_text("[")
    assert len(queue.all()) == 1
