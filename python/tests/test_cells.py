"""Cells: the latest value."""

from __future__ import annotations

import os
import pickle
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy
import pytest
import talk
from players import Player, in_thread

import shm_runtime
import shm_runtime._items


@pytest.fixture
def talking(address: str) -> Iterator[talk.Talk]:
    """A segment with cells."""
    with talk.Talk.create(address) as made:
        yield made


def trade(number: int) -> talk.Trade:
    """A trade that is the same number all over."""
    return talk.Trade(number=number, price=number, levels=[[number] * 3] * 2)


def test_one_that_was_never_stored_is_zero_and_of_version_zero(talking: talk.Talk) -> None:
    assert talking.last.load() == talk.Trade()
    assert talking.last.load_versioned() == (talk.Trade(), 0)
    assert all(cell.load_versioned() == (talk.Tick(), 0) for cell in talking.each)


def test_what_was_stored_last_is_loaded_by_all(either: str) -> None:
    with talk.Talk.create(either) as talking:
        readers = [talk.Talk.attach(either, read_only=read_only) for read_only in (False, True)]
        for number in range(1, 30):
            talking.last.store(trade(number))
            for each in (talking, *readers):
                assert each.last.load() == trade(number)
                assert each.last.load_versioned() == (trade(number), number)
        for each in readers:
            each.close()


def test_a_value_that_was_stored_or_loaded_is_a_copy(talking: talk.Talk) -> None:
    value = trade(1)
    talking.last.store(value)
    value.number = 2
    loaded = talking.last.load()
    assert loaded.number == 1
    loaded.number = 3
    assert talking.last.load().number == 1


@pytest.mark.parametrize("wrong", [None, 5, b"x" * 8, talk.Tick()])
def test_something_else_is_refused_and_nothing_is_stored(talking: talk.Talk, wrong: Any) -> None:
    with pytest.raises(TypeError, match="last takes Trade, not"):
        talking.last.store(wrong)
    assert talking.last.load_versioned()[1] == 0


# --- roles


def test_one_is_the_writer_until_it_closes(address: str, talking: talk.Talk) -> None:
    talking.last.store(trade(1))
    talking.each[2].store(talk.Tick(number=1))
    with talk.Talk.attach(address) as other:
        with pytest.raises(shm_runtime.RoleTaken, match="cannot become the writer of last"):
            other.last.store(trade(2))
        with pytest.raises(shm_runtime.RoleTaken, match="cannot become the writer of each"):
            other.each[0].store(talk.Tick())
        assert other.last.load() == trade(1)
        talking.close()
        other.last.store(trade(3))
        other.each[0].store(talk.Tick(number=4))
        assert other.last.load_versioned() == (trade(3), 2)
        assert [cell.load().number for cell in other.each] == [4, 0, 1]


def test_who_reads_only_loads_and_waits_and_cannot_store(address: str, talking: talk.Talk) -> None:
    with talk.Talk.attach(address, read_only=True) as reader:
        with pytest.raises(shm_runtime.ReadOnly):
            reader.last.store(trade(1))
        waiter = in_thread(reader.last.wait_newer, 0)
        waiter_of_one = in_thread(reader.each[1].wait_newer, 0, 20.0)
        talking.last.store(trade(1))
        talking.each[1].store(talk.Tick(number=7))
        assert waiter.result() == (trade(1), 1)
        assert waiter_of_one.result() == (talk.Tick(number=7), 1)
        assert not reader.stat()["objects"][0]["holders"]


def test_what_a_writer_stored_stays_when_it_is_killed(
    address: str, talking: talk.Talk, players: type[Player]
) -> None:
    for kill in range(5):
        player = players(
            """
            talking, number = talk.Talk.attach(address), int(arguments[0])
            say("ready")
            while True:
                number += 1
                talking.last.store(talk.Trade(number=number, price=number, levels=[[number] * 3] * 2))
            """,
            address,
            talking.last.load().number,
        )
        assert player.hear() == "ready"
        newer = talking.last.wait_newer(talking.last.load_versioned()[1] + 20 * kill, 20)
        player.kill()
        value, version = talking.last.load_versioned()
        assert version >= newer[1] and value == trade(value.number), "torn"
    talking.last.store(trade(1))
    assert talking.last.load_versioned() == (trade(1), version + 1)


def test_a_value_is_never_torn_and_versions_never_go_back(
    address: str, talking: talk.Talk, players: type[Player]
) -> None:
    player = players(
        """
        talking, number, trade = talk.Talk.attach(address), 0, talk.Trade()
        say("ready")
        end = time.monotonic() + 2
        while time.monotonic() < end:
            for _ in range(100):
                number += 1
                trade.number = number
                trade.price = number
                trade.levels = [[number] * 3] * 2
                talking.last.store(trade)
        say(number)
        """,
        address,
    )
    assert player.hear() == "ready"
    last, seen = 0, set()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        value, version = talking.last.load_versioned()
        assert value == trade(value.number) and value.number == version >= last, "torn, or older"
        last = version
        seen.add(version)
    assert len(seen) > 10
    assert int(player.hear()) == talking.last.load().number


# --- waiting


def test_waiting_ends_with_a_newer_value(talking: talk.Talk) -> None:
    talking.last.store(trade(1))
    assert talking.last.wait_newer(0) == (trade(1), 1)
    waiters = [in_thread(talking.last.wait_newer, 1, timeout) for timeout in (None, 20.0, None)]
    time.sleep(0.12)
    assert all(waiter.is_alive() for waiter in waiters)
    talking.last.store(trade(2))
    assert [waiter.result() for waiter in waiters] == [(trade(2), 2)] * 3


def test_waiting_ends_when_the_time_is_up(talking: talk.Talk) -> None:
    start = time.monotonic()
    with pytest.raises(shm_runtime.Timeout, match=r"last had no version above 0 in 0\.12 s") as reason:
        talking.last.wait_newer(0, timeout=0.12)
    assert time.monotonic() - start >= 0.12 and isinstance(reason.value, TimeoutError)
    with pytest.raises(TimeoutError, match=r"each\[1\] had no version above 3"):
        talking.each[1].wait_newer(3, 0)
    for wrong in (-1, 2**64):
        with pytest.raises(shm_runtime.Invalid, match=f"no version {wrong}"):
            talking.last.wait_newer(wrong)
    with pytest.raises(ValueError, match="non-negative"):
        talking.last.wait_newer(0, -1)


def test_waiting_ends_when_the_segment_is_removed_or_closed(talking: talk.Talk) -> None:
    closed = talk.Talk.attach(talking.address)
    waiting = in_thread(closed.last.wait_newer, 0)
    removed = in_thread(talking.last.wait_newer, 0)
    time.sleep(0.1)
    closed.close()
    with pytest.raises(shm_runtime.Invalid, match="closed"):
        waiting.result()
    for call in (closed.last.load, closed.last.load_versioned, lambda: closed.last.store(trade(1))):
        with pytest.raises(shm_runtime.Invalid, match="closed"):
            call()
    talking.unlink()
    with pytest.raises(shm_runtime.Removed):
        removed.result()
    with pytest.raises(shm_runtime.Removed):
        for _ in range(20_000):  # a store looks every few milliseconds
            talking.last.store(trade(1))
            time.sleep(0.001)
    talking.last.load()  # an attached process keeps the memory


# --- arrays


def test_an_array_is_a_sequence_of_cells(talking: talk.Talk) -> None:
    each = talking.each
    assert len(each) == 3 and [cell.name for cell in each] == ["each[0]", "each[1]", "each[2]"]
    for n, cell in enumerate(each):
        cell.store(talk.Tick(number=n + 1))
    assert [each[i].load().number for i in range(-3, 3)] == [1, 2, 3, 1, 2, 3]
    assert [cell.load().number for cell in each[::-2]] == [3, 1]
    assert each[numpy.int64(1)] is each[1], "anything that is an index"
    for outside in (3, -4, 2**70):
        with pytest.raises(IndexError, match=rf"there is no each\[{outside}\]: each has 3 cells"):
            each[outside]
    wrong: Any = "0"
    with pytest.raises((TypeError, AttributeError)):
        each[wrong]


def test_all_cells_are_loaded_in_one_call(talking: talk.Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    for n, cell in enumerate(talking.each):
        cell.store(talk.Tick(number=n + 5))
    found = talking.each.load_all()
    assert isinstance(found, numpy.ndarray) and found["number"].tolist() == [5, 6, 7]
    found["number"] = 1
    assert talking.each[0].load().number == 5, "it is the caller's own"
    monkeypatch.setattr(shm_runtime._items, "_found_numpy", None)
    listed: Any = talking.each.load_all()
    assert type(listed) is list and listed == [talk.Tick(number=n) for n in (5, 6, 7)]


# --- and


def test_cells_print_and_tell_and_do_not_travel(talking: talk.Talk) -> None:
    assert repr(talking.last) == f"<Cell last of Trade in {talking.address}>"
    assert repr(talking.each[1]) == f"<Cell each[1] of Tick in {talking.address}>"
    for cell, way in ((talking.last, r"\.last there"), (talking.each[1], r"\.each\[1\] there")):
        with pytest.raises(TypeError, match=f"hand the segment over instead, and use its {way}"):
            pickle.dumps(cell)
    talking.last.store(trade(1))
    facts = talking.last.facts()
    assert (facts["kind"], facts["name"]) == ("cell", "last")
    assert facts["numbers"]["version"] == 1
    assert [(holder["role"], holder["pid"]) for holder in facts["holders"]] == [("writer", os.getpid())]
    again = pickle.loads(pickle.dumps(talking))
    assert again.last.load() == trade(1)
    again.close()


def test_threads_load_and_wait_at_once(talking: talk.Talk) -> None:
    ended = threading.Event()

    def read() -> int:
        last = 0
        while not ended.is_set():
            value, version = talking.last.load_versioned()
            assert value == trade(value.number) and version >= last
            last = version
        return last

    readers = [in_thread(read) for _ in range(3)]
    for number in range(1, 500):
        talking.last.store(trade(number))
    ended.set()
    assert all(reader.result() <= 499 for reader in readers)


def test_a_forked_child_is_told_to_attach_for_itself(address: str, players: type[Player]) -> None:
    player = players(
        """
        talking = talk.Talk.create(address)
        talking.last.store(talk.Trade(number=1))
        pid = os.fork()
        if pid == 0:
            for attempt in (
                talking.last.load,
                lambda: talking.last.wait_newer(0, 1),
                lambda: talking.last.store(talk.Trade()),
            ):
                try:
                    attempt()
                except shm_runtime.Forked as reason:
                    assert "attach again in the child" in str(reason)
                    continue
                os._exit(1)
            with talk.Talk.attach(address) as own:
                os._exit(own.last.load().number - 1)
        say(os.waitpid(pid, 0)[1])
        """,
        address,
    )
    assert player.hear() == "0"
    player.finish()
