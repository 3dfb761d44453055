"""Threads of one process that share a segment."""

from __future__ import annotations

import queue
import threading
import time

import pytest
import talk
from players import Player, Waiter, in_thread

import shm_runtime


def waiting(work: object, *arguments: object) -> Waiter:
    """A thread that is at it by now."""
    waiter = in_thread(work, *arguments)
    time.sleep(0.1)
    assert waiter.is_alive()
    return waiter


def fill(narrow: shm_runtime.Queue[talk.Tick]) -> int:
    """Fills a queue; how many it took."""
    done = 0
    while True:
        try:
            narrow.put_nowait(talk.Tick(number=done))
            done += 1
        except queue.Full:
            return done


def test_other_threads_run_while_one_waits(address: str) -> None:
    with talk.Talk.create(address) as talking:
        steps = 0

        def wait() -> None:
            with pytest.raises(queue.Empty):
                talking.ticks.get(timeout=0.5)

        waiter = in_thread(wait)
        longest = 0.0
        last = time.monotonic()
        while waiter.is_alive():
            steps += 1
            now = time.monotonic()
            longest, last = max(longest, now - last), now
            time.sleep(0.001)
        waiter.result()
        assert steps > 50 and longest < 0.4, (steps, longest)


def test_closing_ends_the_waits_of_other_threads(either: str) -> None:
    talking = talk.Talk.create(either)
    fill(talking.narrow)
    waiters = [
        waiting(talking.ticks.get),
        waiting(talking.narrow.put, talk.Tick()),
        waiting(talking.trades.get_many, 5),
    ]
    start = time.monotonic()
    talking.close()
    for waiter in waiters:
        with pytest.raises(shm_runtime.Invalid, match="closed"):
            waiter.result()
    assert time.monotonic() - start < 5
    with talk.Talk.attach(either) as other:
        other.ticks.put(talk.Tick())
        assert other.ticks.get().number == 0


def test_removal_ends_the_wait_of_another_thread(either: str) -> None:
    with talk.Talk.create(either) as talking:
        waiter = waiting(talking.ticks.get)
        talking.unlink()
        with pytest.raises(shm_runtime.Removed):
            waiter.result()


def test_who_does_not_want_to_wait_does_not_wait_for_a_thread_that_does(address: str) -> None:
    with talk.Talk.create(address) as talking:
        waiter = waiting(talking.ticks.get)
        for attempt in (
            talking.ticks.get_nowait,
            lambda: talking.ticks.get(timeout=0.05),
            lambda: talking.ticks.get_many(3, block=False),
            lambda: talking.ticks.get_many(3, timeout=0.05),
        ):
            start = time.monotonic()
            with pytest.raises(queue.Empty):
                in_thread(attempt).result(5)
            assert time.monotonic() - start < 2
        assert in_thread(talking.ticks.redelivered).result(5) == 0
        # And at once, whatever the other one is about.
        delays = []
        for n in range(21):
            time.sleep(0.003 * (n % 7))
            start = time.monotonic()
            with pytest.raises(queue.Empty):
                talking.ticks.get_nowait()
            delays.append(time.monotonic() - start)
        assert sorted(delays)[10] < 0.01, delays
        talking.ticks.put(talk.Tick(number=1))
        assert waiter.result().number == 1

        filled = fill(talking.narrow)
        putter = waiting(talking.narrow.put, talk.Tick(number=filled))
        for put in (
            lambda: talking.narrow.put_nowait(talk.Tick()),
            lambda: talking.narrow.put(talk.Tick(), timeout=0.05),
            lambda: talking.narrow.put_many([talk.Tick()], block=False),
        ):
            with pytest.raises(queue.Full):
                in_thread(put).result(5)
        assert [talking.narrow.get(timeout=20).number for _ in range(filled + 1)] == list(range(filled + 1))
        putter.result()


def test_every_message_goes_to_one_of_the_threads_that_wait(address: str) -> None:
    total = 3000
    with talk.Talk.create(address) as talking:
        got: list[list[int]] = [[], [], []]

        def collect(mine: list[int]) -> None:
            while True:
                number = talking.ticks.get(timeout=20).number
                if number == total:
                    return
                mine.append(number)

        def put(start: int) -> None:
            for number in range(start, total, 2):
                talking.ticks.put(talk.Tick(number=number), timeout=20)

        getters = [in_thread(collect, mine) for mine in got]
        putters = [in_thread(put, start) for start in (0, 1)]
        for putter in putters:
            putter.result()
        for _ in got:
            talking.ticks.put(talk.Tick(number=total))
        for getter in getters:
            getter.result()
        assert sorted(number for mine in got for number in mine) == list(range(total))


def test_a_value_that_is_put_may_be_changed_afterwards(address: str) -> None:
    with talk.Talk.create(address) as talking:
        tick = talk.Tick(number=1)
        talking.ticks.put(tick)
        tick.number = 2
        assert talking.ticks.get().number == 1


# --- fork


def test_a_forked_child_is_told_to_attach_for_itself(either: str, players: type[Player]) -> None:
    player = players(
        """
        talking = talk.Talk.create(address)
        talking.ticks.put(talk.Tick(number=1))
        pid = os.fork()
        if pid == 0:
            told = []
            for attempt in (
                lambda: talking.ticks.put(talk.Tick()),
                lambda: talking.ticks.put_many([talk.Tick()]),
                lambda: talking.narrow.put(talk.Tick()),
                lambda: talking.ticks.get(timeout=1),
                lambda: talking.narrow.get_many(3),
            ):
                try:
                    attempt()
                    told.append("it worked")
                except shm_runtime.Forked as reason:
                    assert isinstance(reason, RuntimeError) and "attach again in the child" in str(reason)
            if told:
                say(told)
                os._exit(1)
            # The producer is the parent; the other roles are to be had.
            with talk.Talk.attach(address) as own:
                try:
                    own.ticks.put(talk.Tick())
                except shm_runtime.RoleTaken as reason:
                    assert f"pid {os.getppid()}" in str(reason)
                assert own.ticks.get().number == 1
                own.narrow.put(talk.Tick(number=2))
            talking.close()
            sys.exit(0)  # as a child that knows nothing of it would
        assert os.waitpid(pid, 0)[1] == 0
        assert talking.narrow.get().number == 2
        talking.ticks.put(talk.Tick(number=3))
        assert talking.ticks.get().number == 3
        assert len(talking.stat()["participants"]) == 1
        talking.close()
        say("done")
        """,
        either,
    )
    assert player.hear() == "done"
    player.finish()


def test_a_child_that_is_forked_while_a_thread_waits_is_not_stuck(
    address: str, players: type[Player]
) -> None:
    player = players(
        """
        talking = talk.Talk.create(address)
        thread = threading.Thread(target=lambda: say("got", talking.ticks.get().number))
        thread.start()
        time.sleep(0.1)
        pid = os.fork()
        if pid == 0:
            for attempt in (
                talking.ticks.get_nowait,
                lambda: talking.ticks.get(timeout=1),
                lambda: talking.ticks.get_many(2),
                talking.ticks.redelivered,
            ):
                try:
                    attempt()
                except shm_runtime.Forked:
                    continue
                os._exit(1)
            sys.exit(0)  # lets go of what it inherited
        assert os.waitpid(pid, 0)[1] == 0
        talking.ticks.put(talk.Tick(number=7))
        thread.join()
        talking.close()
        say("done")
        """,
        address,
    )
    assert player.hear() == "got 7"
    assert player.hear() == "done"
    player.finish()


def test_children_of_multiprocessing_attach_for_themselves(address: str, players: type[Player]) -> None:
    player = players(
        """
        import multiprocessing

        def work(address):
            with talk.Talk.attach(address) as own:
                for tick in range(100):
                    own.ticks.put(talk.Tick(number=tick))

        talking = talk.Talk.create(address)
        worker = multiprocessing.get_context("fork").Process(target=work, args=(address,))
        worker.start()
        assert [talking.ticks.get(timeout=20).number for _ in range(100)] == list(range(100))
        worker.join()
        assert worker.exitcode == 0
        talking.close()
        say("done")
        """,
        address,
    )
    assert player.hear() == "done"
    player.finish()
    assert threading.active_count() < 20
