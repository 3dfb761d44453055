"""Ctrl-C: a waiting call ends at once, and no message is lost by it."""

from __future__ import annotations

import contextlib
import queue
import time
from typing import Any

import pytest
import talk
from players import Player

import shm_runtime

#: The promise, in seconds; a slice of 50 ms and what a busy machine adds.
PROMPT = 0.2

WAIT = """
    talking = talk.Talk.attach(address)
    # NumPy, which the first get_many imports, swallows an interrupt while it is imported.
    import numpy
    while arguments[0] == "put":
        try:
            talking.narrow.put(talk.Tick(number=1), timeout=0)
        except queue.Full:
            break
    wait = {
        "get": talking.ticks.get,
        "get with a time": lambda: talking.ticks.get(timeout=60),
        "get_many": lambda: talking.ticks.get_many(10),
        "iterate": lambda: list(talking.ticks),
        "put": lambda: talking.narrow.put(talk.Tick(number=2)),
        "wait_newer": lambda: talking.last.wait_newer(0),
        "wait_newer, reading only": lambda: talk.Talk.attach(address, read_only=True).last.wait_newer(0),
    }[arguments[0]]
    for _ in range(3):
        say("waits")
        try:
            wait()
        except KeyboardInterrupt:
            say(time.monotonic())
"""


WAITS_FOR_A_CELL = ("wait_newer", "wait_newer, reading only")


@pytest.mark.parametrize("how", ["get", "get with a time", "get_many", "iterate", "put", *WAITS_FOR_A_CELL])
def test_ctrl_c_ends_a_waiting_call_promptly_and_everything_still_works(
    address: str, players: type[Player], how: str
) -> None:
    with talk.Talk.create(address) as talking:
        after = """
    if arguments[0] == "put":
        say("full")
        talking.narrow.put(talk.Tick(number=3))
    else:
        say("empty")
        say(talking.ticks.get(timeout=20).number)
"""
        player = players(WAIT + after, address, how)
        delays = []
        for _ in range(3):
            assert player.hear() == "waits"
            time.sleep(0.15)
            sent = time.monotonic()
            player.interrupt()
            delays.append(float(player.hear()) - sent)
        # The machine may be busy; the promise is that nothing else keeps it waiting.
        assert min(delays) < PROMPT and max(delays) < 5, delays
        if how == "put":
            assert player.hear() == "full"
            got = []
            while 3 not in got:
                got.append(talking.narrow.get(timeout=20).number)
            assert got == [1] * (len(got) - 1) + [3], "a put that was interrupted put nothing in"
        else:
            assert player.hear() == "empty"
            talking.ticks.put(talk.Tick(number=5))
            assert player.hear() == "5"
        player.finish()


# As Python's own handler, but only where a call of the package is interrupted: between the return of
# a call and whatever its caller does with the value, Python itself may lose it. Nobody presses it twice
# within the microseconds in which the first is dealt with.
READY = """
    talking = talk.Talk.attach(address)
    total = int(arguments[0])
    got, interrupts, trying = [], 0, False
    turns = itertools.count()

    def all_of(got):
        parts = (part.tolist() if hasattr(part, "tolist") else part for part in got)
        whole = [tick for part in parts for tick in (part if isinstance(part, list) else [part])]
        return [tick[0] if isinstance(tick, tuple) else tick.number for tick in whole]

    def last():
        return all_of(got[-1:])[-1:] == [total - 1]

    def interrupted(_, frame):
        global interrupts, trying
        if trying and frame.f_globals["__name__"].startswith("shm_runtime"):
            interrupts += 1
            trying = False
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupted)
    say("ready")
"""

GET = """
    while not last():
        trying = True
        try:
            got.append(talking.ticks.get(timeout=5))
        except KeyboardInterrupt:
            pass
        except queue.Empty:
            break  # some are lost
"""

GET_MANY = """
    sys.modules["numpy"] = None
    while not last():
        trying = True
        try:
            got.append(talking.ticks.get_many(7, timeout=5))
        except KeyboardInterrupt:
            pass
        except queue.Empty:
            break  # some are lost
"""

# Now one, now some; what one call left over, the other hands out.
GET_IN_TURNS = """
    while not last():
        trying = True
        try:
            if next(turns) % 2:
                got.append(talking.ticks.get(timeout=5))
            else:
                got.extend(map(talk.Tick.from_buffer_copy, talking.ticks.get_many(3, timeout=20)))
        except KeyboardInterrupt:
            pass
        except queue.Empty:
            break  # some are lost
"""

TELL = """
    numbers = all_of(got)
    wrong = [pair for pair in zip(numbers, numbers[1:]) if pair[0] + 1 != pair[1]]
    say(len(numbers), interrupts, *wrong)
"""

PUT = """
    n = 0
    while n < total:
        trying = True
        try:
            talking.trades.put(talk.Trade(number=n, price=n), timeout=20)
            n += 1
        except KeyboardInterrupt:
            pass  # whether it went in is not known: again
    say(interrupts)
"""


@pytest.mark.parametrize("get", [GET, GET_MANY, GET_IN_TURNS])
def test_interrupted_gets_lose_no_message(address: str, players: type[Player], get: str) -> None:
    total = 30_000
    with talk.Talk.create(address) as talking:
        player = players(READY + get + TELL, address, total)
        assert player.hear() == "ready"
        for n in range(total):
            if n % 300 == 0:
                player.interrupt()
                time.sleep(0.001)
            talking.ticks.put(talk.Tick(number=n), timeout=20)
        count, interrupts, *wrong = player.hear().split()
        assert (int(count), wrong) == (total, []), "lost, doubled or out of order"
        assert int(interrupts) > 20, "so few interrupts prove nothing"
        player.finish()


def test_interrupted_puts_lose_no_message_and_tear_none(address: str, players: type[Player]) -> None:
    total = 20_000
    with talk.Talk.create(address) as talking:
        player = players(READY + PUT, address, total)
        assert player.hear() == "ready"
        expected = 0
        interrupts = 0
        while expected < total:
            if expected >= interrupts * 200:
                interrupts += 1
                player.interrupt()
                time.sleep(0.001)
            trade = talking.trades.get(timeout=20)
            assert trade.price == trade.number, "torn"
            assert trade.number in (expected, expected - 1), "lost"
            expected = trade.number + 1
        assert int(player.hear()) > 20, "so few interrupts prove nothing"
        player.finish()
        with contextlib.suppress(queue.Empty):
            while True:
                assert talking.trades.get_nowait().number == total - 1


def test_what_an_interrupt_left_over_is_handed_out_first_and_in_order(address: str) -> None:
    # The moment itself cannot be hit from outside: the error comes behind the native call.
    with talk.Talk.create(address) as talking:
        talking.ticks.put_many([talk.Tick(number=n) for n in range(4)])
        consumer: Any = talking.ticks
        native = shm_runtime._native.library().get

        def interrupted(*arguments: object) -> int:
            native(*arguments)
            raise KeyboardInterrupt

        consumer._taker._get = interrupted
        with pytest.raises(KeyboardInterrupt):
            consumer.get()
        consumer._taker._get = native
        assert [consumer.get_nowait().number for _ in range(4)] == [0, 1, 2, 3]
