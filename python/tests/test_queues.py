"""Queues, in the manners of the standard library's."""

from __future__ import annotations

import os
import pathlib
import queue
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
import talk
from players import Player

import shm_runtime
from shm_runtime._errors import error


def tick(number: int) -> talk.Tick:
    return talk.Tick(number=number)


def test_values_come_out_as_they_went_in(either: str) -> None:
    with talk.Talk.create(either) as one, talk.Talk.attach(either) as two:
        sent = [
            talk.Trade(
                number=n, price=n / 8, side=talk.Side.SELL, symbol="ÅÄÖ", levels=[[n, -n, 2], [3, 4, 5]]
            )
            for n in range(8)
        ]
        for trade in sent:
            one.trades.put(trade)
        assert [two.trades.get() for _ in sent] == sent


def test_values_reach_another_process_and_come_back(either: str, players: type[Player]) -> None:
    with talk.Talk.create(either) as talking:
        player = players(
            """
            with talk.Talk.attach(address) as talking:
                for _ in range(100):
                    got = talking.ticks.get(timeout=20)
                    talking.narrow.put(talk.Tick(number=got.number + 1), timeout=20)
            """,
            either,
        )
        for n in range(100):
            talking.ticks.put(tick(n))
        assert [talking.narrow.get(timeout=20).number for _ in range(100)] == list(range(1, 101))
        player.finish()


def test_as_many_fit_as_the_capacity_says_and_then_it_is_full(address: str) -> None:
    with talk.Talk.create(address) as talking:
        trades = talking.trades
        assert (trades.capacity, trades.name) == (8, "trades")
        # More may fit than was promised, never less.
        done = 0
        with pytest.raises(queue.Full) as caught:
            while True:
                trades.put_nowait(talk.Trade(number=done))
                done += 1
        assert isinstance(caught.value, shm_runtime.Full) and isinstance(caught.value, shm_runtime.Error)
        assert 8 <= done == trades.qsize()
        assert trades.full() and not trades.empty()
        with pytest.raises(queue.Full):
            trades.put(talk.Trade(), block=False)
        assert trades.get().number == 0
        trades.put_nowait(talk.Trade(number=99))
        assert [trades.get().number for _ in range(done)] == [*range(1, done), 99]


def test_nothing_to_get_is_empty(address: str) -> None:
    with talk.Talk.create(address) as talking:
        for attempt in (talking.ticks.get_nowait, lambda: talking.ticks.get(block=False)):
            with pytest.raises(queue.Empty) as caught:
                attempt()
            assert isinstance(caught.value, shm_runtime.Empty)
            assert "ticks" in str(caught.value)
        assert talking.ticks.empty() and talking.ticks.qsize() == 0 and not talking.ticks.full()


@pytest.mark.parametrize("seconds", [0, 0.02, 0.12])
def test_waiting_ends_when_the_time_is_over(address: str, seconds: float) -> None:
    with talk.Talk.create(address) as talking:
        while not talking.narrow.full():
            talking.narrow.put(tick(0))
        while True:
            try:
                talking.narrow.put_nowait(tick(0))
            except queue.Full:
                break
        for kind, attempt in (
            (queue.Empty, lambda: talking.ticks.get(timeout=seconds)),
            (queue.Empty, lambda: talking.ticks.get_many(5, timeout=seconds)),
            (queue.Full, lambda: talking.narrow.put(tick(1), timeout=seconds)),
            (queue.Full, lambda: talking.narrow.put_many([tick(1), tick(2)], timeout=seconds)),
        ):
            start = time.monotonic()
            with pytest.raises(kind):
                attempt()
            assert seconds <= time.monotonic() - start < seconds + 5


def test_a_time_that_is_over_before_it_began_is_refused(address: str) -> None:
    with talk.Talk.create(address) as talking, pytest.raises(ValueError, match="non-negative"):
        talking.ticks.get(timeout=-1)


def test_a_put_wakes_who_waits_in_another_process(either: str, players: type[Player]) -> None:
    with talk.Talk.create(either) as talking:
        player = players(
            """
            with talk.Talk.attach(address) as talking:
                say("waits")
                got = talking.ticks.get()
                say(got.number)
                talking.narrow.put(got)
                say("full")
                while True:
                    try:
                        talking.narrow.put(got, timeout=0)
                    except queue.Full:
                        break
                say("waits")
                talking.narrow.put(talk.Tick(number=2))
                say("done")
            """,
            either,
        )
        assert player.hear() == "waits"
        time.sleep(0.2)
        talking.ticks.put(tick(1))
        assert player.hear() == "1"
        assert [player.hear(), player.hear()] == ["full", "waits"]
        time.sleep(0.2)
        got = [talking.narrow.get(timeout=20).number for _ in range(talking.narrow.qsize())]
        assert player.hear() == "done"
        assert set(got) == {1}
        assert talking.narrow.get(timeout=20).number == 2
        player.finish()


def test_only_what_the_schema_says_goes_in(address: str) -> None:
    with talk.Talk.create(address) as talking:
        wrong: Any
        for wrong in (talk.Trade(), 5, None, b"12345678"):
            with pytest.raises(TypeError, match="Tick"):
                talking.ticks.put(wrong)
        assert talking.ticks.empty()


def test_iterating_gets_all_until_the_segment_is_removed(either: str, players: type[Player]) -> None:
    with talk.Talk.create(either) as talking:
        player = players(
            """
            with talk.Talk.attach(address) as talking:
                say("ready")
                say(*[tick.number for tick in talking.ticks])
            """,
            either,
        )
        assert player.hear() == "ready"
        for n in range(50):
            talking.ticks.put(tick(n))
        talking.unlink()
        assert player.hear().split() == [str(n) for n in range(50)]
        player.finish()


def test_a_role_that_is_taken_names_its_holder(either: str, players: type[Player]) -> None:
    with talk.Talk.create(either) as talking:
        player = players(
            """
            with talk.Talk.attach(address) as talking:
                talking.ticks.put(talk.Tick())
                talking.narrow.put(talk.Tick())
                talking.narrow.get()
                say("holds")
                hear()
            """,
            either,
        )
        player.hear()
        for attempt, role in (
            (lambda: talking.ticks.put(tick(1)), "producer of ticks"),
            (lambda: talking.ticks.put_many([tick(1)]), "producer of ticks"),
            (talking.narrow.get_nowait, "consumer of narrow"),
            (lambda: talking.narrow.get_many(1), "consumer of narrow"),
        ):
            with pytest.raises(shm_runtime.RoleTaken, match=role) as caught:
                attempt()
            assert f"pid {player.pid}" in str(caught.value)
        # The roles that nobody holds are to be had all the same.
        assert talking.ticks.get().number == 0
        player.tell("go")
        player.finish()
        talking.ticks.put(tick(1))


def test_the_same_process_attached_twice_is_two(address: str) -> None:
    with talk.Talk.create(address) as one, talk.Talk.attach(address) as two:
        one.ticks.put(tick(0))
        with pytest.raises(shm_runtime.RoleTaken, match=f"pid {os.getpid()}"):
            two.ticks.put(tick(1))


def test_the_dead_hold_no_roles_and_lose_nothing_that_was_committed(
    either: str, players: type[Player]
) -> None:
    with talk.Talk.create(either) as talking:
        player = players(
            """
            talking = talk.Talk.attach(address)
            talking.ticks.put_many([talk.Tick(number=n) for n in range(10)])
            talking.ticks.get()
            say("here")
            hear()
            """,
            either,
        )
        player.hear()
        player.kill()
        # The last one that the dead consumer got may have been the first that waits.
        assert talking.ticks.redelivered() == 1
        assert talking.ticks.get_nowait().number == 1
        assert talking.ticks.redelivered() == 0
        talking.ticks.put(tick(10))
        assert [talking.ticks.get().number for _ in range(9)] == list(range(2, 11))
        assert talking.ticks.stat().redelivered == 1


def test_a_queue_counts(address: str) -> None:
    with talk.Talk.create(address) as talking:
        talking.narrow.put(tick(1))
        before = talking.narrow.qsize()
        with pytest.raises(queue.Full):
            while True:
                talking.narrow.put_nowait(tick(2))
        talking.narrow.get()
        stat = talking.narrow.stat()
        assert before == 1
        assert (stat.depth, stat.got, stat.full) == (stat.put - 1, 1, 1)
        assert stat.high_water <= stat.put
        assert (stat.dropped, stat.waiters) == (0, 0)
        assert talking.narrow.qsize() == stat.depth


def test_a_queue_says_what_it_is(address: str) -> None:
    with talk.Talk.create(address) as talking:
        assert repr(talking.ticks) == f"<Queue ticks of Tick in {address}>"


# --- errors


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("Full", queue.Full),
        ("Empty", queue.Empty),
        ("NotReady", queue.Empty),
        ("Timeout", TimeoutError),
        ("RoleTaken", Exception),
        ("Removed", Exception),
        ("Mismatch", ValueError),
        ("NotFound", FileNotFoundError),
        ("Exists", FileExistsError),
        ("Permission", PermissionError),
        ("NoSpace", OSError),
        ("Corrupt", ValueError),
        ("Forked", RuntimeError),
        ("OwnerDied", Exception),
        ("ReadOnly", PermissionError),
        ("Busy", Exception),
        ("Invalid", ValueError),
        ("TableFull", Exception),
        ("NoLane", Exception),
        ("Unsupported", NotImplementedError),
        ("Os", OSError),
    ],
)
def test_an_error_is_one_of_ours_and_the_fitting_builtin(name: str, builtin: type[Exception]) -> None:
    kind = getattr(shm_runtime, name)
    assert issubclass(kind, shm_runtime.Error) and issubclass(kind, builtin)
    assert name in shm_runtime.__all__
    assert str(kind("what was tried")) == "what was tried"


def test_a_message_that_is_not_committed_yet_is_empty_for_who_does_not_ask() -> None:
    # No queue from one to one ever says so; the number is the native library's.
    not_ready = error(3, "the next message is not committed yet")
    assert isinstance(not_ready, shm_runtime.NotReady)
    assert isinstance(not_ready, shm_runtime.Empty)
    assert isinstance(not_ready, queue.Empty)


def _changed(folder: pathlib.Path, change: Callable[[str], str]) -> Any:
    """The module of a changed schema."""
    schema = folder / "changed.toml"
    text = (pathlib.Path(__file__).parent / "talk.toml").read_text()
    changed = change(text)
    assert changed != text
    schema.write_text(changed)
    command = [os.environ["SHMGEN"], "gen", str(schema), "--lang", "python", "--out", str(folder)]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    sys.path.insert(0, str(folder))
    try:
        sys.modules.pop("changed", None)
        import changed as module  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(folder))
    return module


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('type = "f64", unit = "USD"', 'type = "i64", unit = "USD"', r"Trade\.price"),
        ('unit = "USD"', 'unit = "EUR"', r"Trade\.price"),
        ("str[8]", "str[16]", r"Trade\.symbol"),
        ("i32[2][3]", "i32[3][2]", r"Trade\.levels"),
        ('name = "SELL"', 'name = "SOLD"', "SELL"),
        ("capacity = 1000", "capacity = 1001", "ticks"),
        (
            '  { name = "side", type = "Side" },',
            '  { name = "lot", type = "u64" },\n  { name = "side", type = "Side" },',
            r"Trade\.(side|lot)",
        ),
    ],
)
def test_another_contract_is_refused_and_the_first_difference_named(
    either: str, tmp_path: pathlib.Path, old: str, new: str, expected: str
) -> None:
    changed = _changed(tmp_path, lambda text: text.replace(old, new))
    with changed.Talk.create(either):
        with pytest.raises(shm_runtime.Mismatch, match=expected) as caught:
            talk.Talk.attach(either)
        text = str(caught.value)
        assert "test.talk 1.2" in text and f"pid {os.getpid()}" in text, text


def test_two_swapped_fields_of_one_type_are_a_mismatch(address: str, tmp_path: pathlib.Path) -> None:
    # Same size, same alignment, other meaning.
    swap = (
        ('name = "number", type = "u64" },\n  { name = "price", type = "f64"', "X"),
        ("X", 'name = "price", type = "u64" },\n  { name = "number", type = "f64"'),
    )

    def change(text: str) -> str:
        for old, new in swap:
            text = text.replace(old, new, 1)
        return text

    changed = _changed(tmp_path, change)
    with changed.Talk.create(address), pytest.raises(shm_runtime.Mismatch, match=r"Trade\.(price|number)"):
        talk.Talk.attach(address)


def test_a_library_that_is_not_there_is_told_with_every_path_tried(tmp_path: pathlib.Path) -> None:
    missing = str(tmp_path / "missing.so")
    program = "import talk; talk.Talk.attach()"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "SHM_RUNTIME_LIBRARY": missing},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert missing in done.stderr and "cargo build --release" in done.stderr


def test_layouts_need_neither_the_package_nor_the_library(tmp_path: pathlib.Path) -> None:
    program = """
import sys
sys.modules["shm_runtime"] = None
import talk
assert talk.Trade.from_buffer_copy(bytes(talk.Trade(number=7))).number == 7
try:
    talk.Talk.attach()
except ImportError as reason:
    assert "shm_runtime" in str(reason), reason
else:
    sys.exit(1)
"""
    environment = {**os.environ, "SHM_RUNTIME_LIBRARY": str(tmp_path / "missing.so")}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
