"""States: a struct behind a lock, with wait and notify."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

import pytest
import talk
from players import Player, in_thread

import shm_runtime


@pytest.fixture
def talking(address: str) -> Iterator[talk.Talk]:
    """A segment with a state."""
    with talk.Talk.create(address) as made:
        yield made


def trade(number: int) -> talk.Trade:
    """A trade that is the same number all over."""
    return talk.Trade(number=number, price=number, levels=[[number] * 3] * 2)


def fill(value: talk.Trade, number: int) -> None:
    """Makes it that trade."""
    value.number, value.price, value.levels = number, number, [[number] * 3] * 2


def test_what_is_changed_in_a_block_is_there_behind_it(either: str) -> None:
    with talk.Talk.create(either) as talking, talk.Talk.attach(either, read_only=True) as reader:
        assert talking.shared.load() == talk.Trade()
        for number in range(1, 5):
            with talking.shared.lock() as value:
                assert value == (trade(number - 1) if number > 1 else talk.Trade())
                fill(value, number)
                assert reader.shared.load().number == number - 1
            assert reader.shared.load() == trade(number)
            assert not talking.shared.owner_died
        assert talking.shared.facts()["numbers"]["version"] == 4


def test_an_exception_drops_the_change_and_gives_the_lock_up(talking: talk.Talk) -> None:
    with pytest.raises(KeyError), talking.shared.lock() as value:
        fill(value, 9)
        raise KeyError
    with talking.shared.lock(timeout=0) as value:
        assert value == talk.Trade()


def test_one_has_the_lock_and_the_others_hear_who(address: str, talking: talk.Talk) -> None:
    with talk.Talk.attach(address) as other, talking.shared.lock():
        with (
            pytest.raises(shm_runtime.Busy, match="this attachment has the lock already"),
            talking.shared.lock(),
        ):
            pass
        with pytest.raises(shm_runtime.Timeout, match=r"cannot lock shared of .* in time"):
            other.shared.lock(timeout=0.02).__enter__()
        holders = other.shared.facts()["holders"]
        assert [holder["role"] for holder in holders] == ["owner"]
    with talk.Talk.attach(address, read_only=True) as reader:
        with pytest.raises(shm_runtime.ReadOnly), reader.shared.lock():
            pass
        with pytest.raises(shm_runtime.ReadOnly):
            reader.shared.notify()


def test_a_lock_that_nobody_has_any_more_is_given_up(address: str, talking: talk.Talk) -> None:
    lock = talking.shared.lock()
    value = lock.__enter__()
    fill(value, 7)
    with pytest.raises(shm_runtime.Busy):
        lock.__enter__()
    del lock
    gc.collect()
    with talk.Talk.attach(address) as other:
        with other.shared.lock(timeout=0) as found:
            assert found == talk.Trade(), "nothing is written back"
        held = other.shared.lock()
        held.__enter__()
    with talking.shared.lock(timeout=20) as found:
        assert not talking.shared.owner_died, "a segment that is closed has given it up"


def test_who_waits_is_woken_and_has_the_latest_value(address: str, talking: talk.Talk) -> None:
    def wait() -> int:
        with talk.Talk.attach(address) as other, other.shared.lock() as value:
            while value.number == 0:
                assert other.shared.wait(20)
            value.price = 5.0
            return value.number

    for wake in (talking.shared.notify, talking.shared.notify_all):
        with talking.shared.lock() as value:
            fill(value, 0)
        waiters = [in_thread(wait) for _ in range(2)]
        time.sleep(0.02)
        with talking.shared.lock() as value:
            fill(value, 3)
        wake()
        wake()
        assert [waiter.result() for waiter in waiters] == [3, 3]
        assert talking.shared.load().price == 5.0


def test_a_wait_ends_with_its_time_and_has_the_lock_again(address: str, talking: talk.Talk) -> None:
    with pytest.raises(shm_runtime.Invalid, match="with its lock in hand"):
        talking.shared.wait(0)
    with talk.Talk.attach(address) as other:
        with talking.shared.lock() as value:
            fill(value, 4)
            start = time.monotonic()
            assert talking.shared.wait(0.12) is False
            assert time.monotonic() - start >= 0.12
            assert other.shared.load() == trade(4), "written back before it slept"
            with pytest.raises(shm_runtime.Timeout):
                other.shared.lock(timeout=0).__enter__()
            talking.unlink()
            with pytest.raises(shm_runtime.Removed):
                talking.shared.wait(20)
            fill(value, 5)
        assert other.shared.load() == trade(5)


def test_a_process_that_is_killed_with_the_lock_has_changed_nothing(
    address: str, talking: talk.Talk, players: type[Player]
) -> None:
    player = players(
        """
        talking = talk.Talk.attach(address)
        with talking.shared.lock() as value:
            value.number = 9
            say("ready")
            time.sleep(60)
        """,
        address,
    )
    assert player.hear() == "ready"
    with pytest.raises(shm_runtime.Timeout, match=str(player.pid)):
        talking.shared.lock(timeout=0.01).__enter__()
    player.kill()
    with talking.shared.lock(timeout=20) as value:
        assert value == talk.Trade()
        assert talking.shared.owner_died
    with talking.shared.lock():
        assert not talking.shared.owner_died


def test_ctrl_c_ends_a_wait_and_leaves_no_lock_behind(
    address: str, talking: talk.Talk, players: type[Player]
) -> None:
    for what in ("talking.shared.wait()", "time.sleep(60)"):
        player = players(
            f"""
            talking = talk.Talk.attach(address)
            try:
                with talking.shared.lock() as value:
                    value.number = 9
                    say("ready")
                    {what}
            except KeyboardInterrupt:
                say("interrupted")
            hear()
            """,
            address,
        )
        assert player.hear() == "ready"
        player.interrupt()
        assert player.hear() == "interrupted"
        with talking.shared.lock(timeout=20) as value:
            assert not talking.shared.owner_died
            value.number = 0
        player.tell("")
        player.finish()


def test_whoever_catches_the_interrupt_of_a_wait_hears_that_the_lock_is_gone(
    address: str, talking: talk.Talk, players: type[Player]
) -> None:
    player = players(
        """
        talking = talk.Talk.attach(address)
        try:
            with talking.shared.lock() as value:
                say("ready")
                try:
                    talking.shared.wait()
                except KeyboardInterrupt:
                    value.number = 9
        except shm_runtime.Invalid as lost:
            say("nothing was written back" in str(lost))
        """,
        address,
    )
    assert player.hear() == "ready"
    with talking.shared.lock(timeout=20):
        pass  # so it waits
    player.interrupt()
    assert player.hear() == "True"
    player.finish()
    assert talking.shared.load().number == 0


def test_a_forked_child_is_told_and_gives_nothing_up(
    address: str, talking: talk.Talk, players: type[Player]
) -> None:
    player = players(
        """
        talking = talk.Talk.attach(address)
        with talking.shared.lock() as value:
            value.number = 3
            if os.fork() == 0:
                kinds = []
                uses = talking.shared.lock().__enter__, talking.shared.load, talking.shared.notify
                for use in uses:
                    try:
                        use()
                    except shm_runtime.Forked:
                        kinds.append("Forked")
                say(*kinds)
                os._exit(0)
            os.wait()
            say("parent")
            hear()
        say("done")
        """,
        address,
    )
    assert player.hear() == "Forked Forked Forked"
    assert player.hear() == "parent"
    with pytest.raises(shm_runtime.Timeout):
        talking.shared.lock(timeout=0).__enter__()
    player.tell("")
    assert player.hear() == "done"
    assert talking.shared.load().number == 3
