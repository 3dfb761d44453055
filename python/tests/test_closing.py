"""One thread closes while another one calls: each call ends by a result or by an error, and nothing is freed
under it. Each test is a program of its own, since what it looks for is a crash."""

from __future__ import annotations

import pytest
from players import Player

#: What a call is about, and the calls that meet each close.
OF_A_SEGMENT = {
    "stat": "it.stat()",
    "set": "it.set(mode=0o600)",
    "unlink": "it.unlink()",
}
OF_A_SCHEMA = {
    **OF_A_SEGMENT,
    "qsize": "it.trades.qsize()",
    "queue's stat": "it.trades.stat()",
    "redelivered": "it.trades.redelivered()",
    "put": "it.trades.put_nowait(talk.Trade())",
    "put and wait": "it.trades.put(talk.Trade(), timeout=0.01)",
    "put_many": "it.trades.put_many([talk.Trade()] * 3, block=False)",
    "get": "it.trades.get_nowait()",
    "get and wait": "it.trades.get(timeout=0.01)",
    "get_many": "it.trades.get_many(3, block=False)",
    "store": "it.last.store(talk.Trade())",
    "load": "it.last.load()",
    "load_versioned": "it.each[1].load_versioned()",
    "wait_newer": "it.last.wait_newer(0, timeout=0.01)",
    "load_all": "it.each.load_all()",
    "facts": "it.last.facts()",
}
OF_BYTES = {**OF_A_SEGMENT, "lock": "it.lock_memory(); it.unlock_memory()", "buf": "it.buf[0]"}
OF_A_MEMFD = {"stat": "it.stat()", "descriptor": "os.close(it.descriptor())"}

PROGRAM = """
    call, attach = compile(arguments[0], "call", "exec"), compile(arguments[1], "attach", "eval")
    sys.setswitchinterval(1e-5)

    def ask(it):
        while True:
            try:
                exec(call, {"it": it, "talk": talk, "os": os})
            except shm_runtime.Invalid as reason:
                assert "closed" in str(reason), reason
                return
            except (queue.Empty, queue.Full, TimeoutError, shm_runtime.RoleTaken, shm_runtime.NotFound):
                pass
            except shm_runtime.Removed:
                pass

    def work(it):
        try:
            ask(it)
        except BaseException as reason:
            failures.append(reason)

    failures, closes, end = [], 0, time.monotonic() + 1.5
    while time.monotonic() < end and not failures:
        it = eval(attach)
        threads = [threading.Thread(target=work, args=(it,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(0.003)
        it.close()
        closes += 1
        for thread in threads:
            thread.join()
    say(failures or "done")
"""


def survives(players: type[Player], address: str, call: str, attach: str) -> None:
    player = players(PROGRAM, address, call, attach)
    assert player.hear() == "done"
    player.finish()


@pytest.mark.parametrize("call", OF_A_SCHEMA.values(), ids=OF_A_SCHEMA)
def test_a_call_of_an_attachment_and_a_close(address: str, players: type[Player], call: str) -> None:
    survives(players, address, call, "talk.Talk.open_or_create(address)")


@pytest.mark.parametrize("call", OF_BYTES.values(), ids=OF_BYTES)
def test_a_call_of_a_segment_of_bytes_and_a_close(address: str, players: type[Player], call: str) -> None:
    attach = "shm_runtime.Segment.open_or_create(address, 4096)"
    if "buf" in call:
        # There is no view after `close`, and it releases one that was handed out before.
        call = (
            f"try:\n    {call}\nexcept AttributeError:\n    pass\n"
            "except ValueError as reason:\n    if 'released' not in str(reason):\n        raise"
        )
    survives(players, address, call, attach)


@pytest.mark.parametrize("call", OF_A_MEMFD.values(), ids=OF_A_MEMFD)
@pytest.mark.parametrize("kind", ["talk.Talk.create('memfd:')", "shm_runtime.Segment.create('memfd:', 4096)"])
def test_a_call_of_a_memfd_and_a_close(players: type[Player], kind: str, call: str) -> None:
    survives(players, "memfd:", call, kind)


@pytest.mark.parametrize("wait", ["ticks.get()", "ticks.get_many(3)", "narrow.put(talk.Tick())"])
def test_a_signal_handler_may_close_what_its_thread_waits_in(
    either: str, players: type[Player], wait: str
) -> None:
    player = players(
        """
        talking = talk.Talk.create(address)
        while not talking.narrow.full():
            talking.narrow.put_nowait(talk.Tick())
        signal.signal(signal.SIGTERM, lambda number, frame: talking.close())
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
        try:
            eval("talking." + arguments[0])
        except shm_runtime.Invalid as reason:
            say("closed" in str(reason))
        """,
        either,
        wait,
    )
    assert player.hear() == "True"
    player.finish()


@pytest.mark.parametrize(
    "put",
    ["put(block, timeout=0.1)", "put_many((talk.Block * 1).from_buffer(block), timeout=0.1)"],
    ids=["put", "put_many"],
)
def test_a_message_that_another_thread_changes_is_put_whole(
    address: str, players: type[Player], put: str
) -> None:
    player = players(
        """
        talking = talk.Talk.create(address)
        blocks, block = talking.blocks, talk.Block()
        put, end = compile("blocks." + arguments[0], "put", "eval"), time.monotonic() + 3
        names = {"blocks": blocks, "block": block, "talk": talk}
        sys.setswitchinterval(1e-5)

        def work():
            while time.monotonic() < end:
                try:
                    eval(put, names)
                except queue.Full:
                    pass

        def change():
            # Each assignment changes all of it, with the interpreter's lock held.
            whole, n = memoryview(block).cast("B"), 0
            fills = [bytes([k]) * len(whole) for k in range(256)]
            while time.monotonic() < end:
                n += 1
                whole[:] = fills[n % 256]

        threads = [threading.Thread(target=do) for do in (work, change)]
        for thread in threads:
            thread.start()
        torn = total = 0
        while time.monotonic() < end:
            try:
                got = bytes(blocks.get(timeout=0.1))
            except queue.Empty:
                continue
            total += 1
            torn += got != got[:1] * len(got)
        for thread in threads:
            thread.join()
        say(f"{torn} torn", total > 10)
        """,
        address,
        put,
    )
    assert player.hear() == "0 torn True"
    player.finish()
