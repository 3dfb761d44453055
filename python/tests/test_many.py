"""Many messages in one call, with NumPy and without."""

from __future__ import annotations

import array
import queue
from collections.abc import Iterator
from typing import Any, cast

import numpy
import pytest
import talk
from players import Player, in_thread

import shm_runtime._items

# NumPy's hints know dicts of literals only.
TRADE: numpy.dtype[Any] = numpy.dtype(cast(Any, talk.Trade.DTYPE))
TICK: numpy.dtype[Any] = numpy.dtype(cast(Any, talk.Tick.DTYPE))


def ticks(*numbers: int) -> list[talk.Tick]:
    return [talk.Tick(number=n) for n in numbers]


def numbers(got: Any) -> list[int]:
    """Of a NumPy array or of a list."""
    if isinstance(got, numpy.ndarray):
        return [int(n) for n in got["number"]]
    return [item.number for item in got]


@pytest.fixture(params=["with NumPy", "without NumPy"])
def talking(
    request: pytest.FixtureRequest, address: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[talk.Talk]:
    """A segment, where NumPy is installed and where it is not."""
    if request.param == "without NumPy":
        monkeypatch.setattr(shm_runtime._items, "_found_numpy", None)
    with talk.Talk.create(address) as made:
        yield made


def test_a_list_goes_in_and_comes_out_in_order(talking: talk.Talk) -> None:
    assert talking.ticks.put_many(ticks(*range(500))) == 500
    assert numbers(talking.ticks.get_many(200)) == list(range(200))
    assert numbers(talking.ticks.get_many(1000)) == list(range(200, 500))
    with pytest.raises(queue.Empty):
        talking.ticks.get_many(1, block=False)


def test_any_iterable_of_structs_goes_in(talking: talk.Talk) -> None:
    assert talking.ticks.put_many(talk.Tick(number=n) for n in (1, 2)) == 2
    assert talking.ticks.put_many(tuple(ticks(3))) == 1
    assert talking.ticks.put_many((talk.Tick * 2)(*ticks(4, 5))) == 2
    assert talking.ticks.put_many([]) == 0
    assert numbers(talking.ticks.get_many(9)) == [1, 2, 3, 4, 5]


def test_any_buffer_of_whole_items_goes_in(talking: talk.Talk) -> None:
    raw = bytes(talk.Tick(number=7)) + bytes(talk.Tick(number=8))
    buffers: tuple[Any, ...] = (
        raw,
        bytearray(raw),
        memoryview(raw),
        memoryview(bytearray(raw)),
        array.array("Q", [7, 8]),
    )
    for n, buffer in enumerate(buffers, 1):
        assert talking.ticks.put_many(buffer) == 2
        assert talking.ticks.qsize() == 2 * n
    # Not in one piece: every second item.
    assert talking.ticks.put_many(memoryview(array.array("Q", [9, 0, 10, 0]))[::2]) == 2
    assert talking.ticks.put_many(b"") == 0
    assert numbers(talking.ticks.get_many(99)) == [7, 8] * 5 + [9, 10]


def test_a_buffer_that_was_taken_may_be_changed_and_released(talking: talk.Talk) -> None:
    raw = bytearray(bytes(talk.Tick(number=7)))
    talking.ticks.put_many(raw)
    raw[:] = b"\xff" * 8
    raw.append(1)  # nobody holds it
    assert numbers(talking.ticks.get_many(1)) == [7]


@pytest.mark.parametrize("wrong", [b"1234567", bytes(12), bytearray(9), array.array("I", [1])])
def test_a_buffer_of_broken_items_is_refused_and_nothing_goes_in(talking: talk.Talk, wrong: Any) -> None:
    with pytest.raises(ValueError, match="whole items of 8 bytes"):
        talking.ticks.put_many(wrong)
    assert talking.ticks.empty()


@pytest.mark.parametrize("wrong", [5, None, "text", [1, 2], [talk.Trade()], [talk.Tick(), talk.Trade()]])
def test_what_is_no_item_is_refused_and_nothing_goes_in(talking: talk.Talk, wrong: Any) -> None:
    with pytest.raises(TypeError):
        talking.ticks.put_many(wrong)
    assert talking.ticks.empty()


@pytest.mark.parametrize("wrong", [0, -1])
def test_a_count_below_one_is_refused(talking: talk.Talk, wrong: int) -> None:
    with pytest.raises(ValueError, match=str(wrong)):
        talking.ticks.get_many(wrong)


def test_without_waiting_as_many_go_in_as_fit(talking: talk.Talk) -> None:
    done = talking.trades.put_many([talk.Trade(number=n) for n in range(100)], block=False)
    assert 8 <= done < 100
    with pytest.raises(queue.Full):
        talking.trades.put_many([talk.Trade()], block=False)
    assert numbers(talking.trades.get_many(100)) == list(range(done))


def test_when_the_time_is_over_it_tells_how_many_went_in(talking: talk.Talk) -> None:
    done = talking.trades.put_many([talk.Trade(number=n) for n in range(100)], timeout=0.1)
    assert 8 <= done == talking.trades.qsize() < 100
    with pytest.raises(queue.Full):
        talking.trades.put_many([talk.Trade()], timeout=0.02)


def test_more_than_fit_wait_until_all_are_in(talking: talk.Talk) -> None:
    waiter = in_thread(talking.trades.put_many, [talk.Trade(number=n) for n in range(100)])
    got: list[int] = []
    while len(got) < 100:
        got += numbers(talking.trades.get_many(30, timeout=20))
    assert got == list(range(100))
    assert waiter.result() == 100


def test_getting_many_waits_for_one_and_not_for_all(talking: talk.Talk) -> None:
    waiter = in_thread(talking.ticks.get_many, 50)
    talking.ticks.put(talk.Tick(number=3))
    assert numbers(waiter.result()) == [3]


# --- arrays


def test_arrays_go_in_and_come_out(address: str) -> None:
    with talk.Talk.create(address) as talking:
        sent = numpy.zeros(5, dtype=TRADE)
        sent["number"] = range(5)
        sent["price"] = numpy.linspace(0, 1, 5)
        sent["symbol"] = b"ABC"
        sent["levels"][2] = [[1, 2, 3], [4, 5, 6]]
        assert talking.trades.put_many(sent) == 5
        got = talking.trades.get_many(4096)
        assert isinstance(got, numpy.ndarray) and got.dtype == TRADE and len(got) == 5
        assert (got == sent).all()
        # What was got is the caller's own.
        got["number"] = 9
        # As structs, the same.
        talking.trades.put_many(sent[2:3])
        assert talking.trades.get() == talk.Trade(
            number=2, price=0.5, symbol="ABC", levels=[[1, 2, 3], [4, 5, 6]]
        )


def test_parts_of_arrays_go_in(address: str) -> None:
    with talk.Talk.create(address) as talking:
        sent = numpy.zeros(10, dtype=TICK)
        sent["number"] = range(10)
        talking.ticks.put_many(sent[::3])
        talking.ticks.put_many(sent[::-1][:2])
        frozen = sent[4:5].copy()
        frozen.flags.writeable = False
        talking.ticks.put_many(frozen)
        talking.ticks.put_many(sent.view(numpy.uint8)[8:24])
        talking.ticks.put_many(numpy.array([77], dtype=numpy.uint64))
        assert numbers(talking.ticks.get_many(20)) == [0, 3, 6, 9, 9, 8, 4, 1, 2, 77]


def test_arrays_of_another_type_are_refused(address: str) -> None:
    with talk.Talk.create(address) as talking:
        for wrong in (
            numpy.zeros(4, dtype=numpy.uint16),
            numpy.zeros(5, dtype=TICK),
            numpy.zeros(12, dtype="S4"),
        ):
            with pytest.raises(ValueError, match=r"Trade|whole items"):
                talking.trades.put_many(wrong)
        assert talking.trades.empty()


def test_a_process_without_numpy_gets_lists(address: str, players: type[Player]) -> None:
    with talk.Talk.create(address) as talking:
        player = players(
            """
            sys.modules["numpy"] = None
            with talk.Talk.attach(address) as talking:
                got = talking.ticks.get_many(10, timeout=20)
                say(type(got).__name__, *[tick.number for tick in got])
                talking.narrow.put_many(got[:1])
            """,
            address,
        )
        talking.ticks.put_many(ticks(4, 5, 6))
        kind, *got = player.hear().split()
        rest = numbers(talking.ticks.get_many(10, block=False)) if talking.ticks.qsize() else []
        assert kind == "list" and [*map(int, got), *rest] == [4, 5, 6]
        player.finish()
