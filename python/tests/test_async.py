"""Messages that are awaited in an event loop."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import time

import pytest
import talk
from players import Player, in_thread

import shm_runtime


async def put_later(talking: talk.Talk, *numbers: int) -> None:
    """Puts messages in, one after another, as anybody would meanwhile."""
    for number in numbers:
        await asyncio.sleep(0.01)
        talking.ticks.put(talk.Tick(number=number))


def test_a_message_is_awaited_and_the_loop_runs_meanwhile(address: str) -> None:
    async def work() -> list[int]:
        steps, got = 0, []
        sender = asyncio.create_task(put_later(talking, 1, 2, 3))
        for _ in range(3):
            waiter = asyncio.create_task(talking.ticks.get_async())
            while not waiter.done():
                steps += 1
                await asyncio.sleep(0.001)
            got.append(waiter.result().number)
        await sender
        assert steps > 3, "the loop stood still"
        return got

    with talk.Talk.create(address) as talking:
        assert asyncio.run(work()) == [1, 2, 3]


def test_when_the_time_is_up_it_is_empty(address: str) -> None:
    async def work() -> None:
        start = time.monotonic()
        with pytest.raises(queue.Empty):
            await talking.ticks.get_async(timeout=0.05)
        assert time.monotonic() - start >= 0.05
        with pytest.raises(queue.Empty):
            await talking.ticks.get_async(timeout=0)
        talking.ticks.put(talk.Tick(number=1))
        assert (await talking.ticks.get_async(timeout=0)).number == 1

    with talk.Talk.create(address) as talking:
        asyncio.run(work())


def test_what_came_for_a_task_that_was_cancelled_is_not_lost(address: str) -> None:
    async def work() -> list[int]:
        got, sent = [], 0
        while sent < 20:
            waiter = asyncio.create_task(talking.ticks.get_async())
            # Sometimes before the message is there, sometimes behind that.
            await asyncio.sleep(0.002 * (sent % 3))
            talking.ticks.put(talk.Tick(number=sent))
            sent += 1
            await asyncio.sleep(0.0005 * (sent % 2))
            waiter.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                got.append((await waiter).number)
        while len(got) < sent:
            got.append((await talking.ticks.get_async(timeout=5)).number)
        return got

    with talk.Talk.create(address) as talking:
        assert asyncio.run(work()) == list(range(20))


def test_who_takes_at_once_finds_a_message_beside_a_task_that_waits_or_did(address: str) -> None:
    async def work() -> None:
        for number in range(20):
            waiter = asyncio.create_task(talking.ticks.get_async())
            await asyncio.sleep(0.01)
            talking.ticks.put(talk.Tick(number=number))
            if number % 2:
                waiter.cancel()
            # The task has not had its turn yet.
            assert talking.ticks.get_nowait().number == number
            waiter.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiter

    with talk.Talk.create(address) as talking:
        asyncio.run(work())


def test_several_tasks_share_a_queue(address: str) -> None:
    async def work() -> list[int]:
        waiters = [asyncio.create_task(talking.ticks.get_async(timeout=20)) for _ in range(5)]
        await asyncio.sleep(0.05)
        await put_later(talking, *range(5))
        return sorted([(await waiter).number for waiter in waiters])

    with talk.Talk.create(address) as talking:
        assert asyncio.run(work()) == list(range(5))


def test_a_loop_goes_over_all_until_the_segment_is_removed(address: str) -> None:
    async def work() -> list[int]:
        return [tick.number async for tick in talking.ticks]

    with talk.Talk.create(address) as talking, talk.Talk.attach(address) as other:
        other.ticks.put_many([talk.Tick(number=n) for n in range(3)])
        reader = in_thread(lambda: asyncio.run(work()))
        while other.ticks.qsize():
            time.sleep(0.001)
        other.ticks.put(talk.Tick(number=3))
        other.unlink()
        assert reader.result() == [0, 1, 2, 3]


def test_closing_ends_what_is_awaited(address: str) -> None:
    async def work() -> None:
        waiter = asyncio.create_task(talking.ticks.get_async())
        await asyncio.sleep(0.05)
        await asyncio.get_running_loop().run_in_executor(None, talking.close)
        with pytest.raises(shm_runtime.Invalid, match="closed"):
            await waiter

    talking = talk.Talk.create(address)
    asyncio.run(work())


def test_no_program_waits_at_its_end_for_a_message_that_it_awaited(
    address: str, players: type[Player]
) -> None:
    player = players(
        """
        import asyncio

        async def work():
            try:
                await asyncio.wait_for(talking.ticks.get_async(), 0.05)
            except asyncio.TimeoutError:
                say("leaving")

        talking = talk.Talk.create(address)
        asyncio.run(work())
        """,
        address,
    )
    assert player.hear() == "leaving"
    player.finish()
