"""A hostile peer writes random bytes into an object. Each operation on it must return a value or raise an
error of the package, in bounded time and without a crash. The value itself may be anything."""

from __future__ import annotations

import mmap
import os
import random
import time

import pytest
import talk
from players import Player

#: What a victim does, and with which object.
CALLS = {
    "get": ("ticks", "talking.ticks.get(timeout=0.002)"),
    "get_many": ("ticks", "talking.ticks.get_many(50, timeout=0.002)"),
    "put": ("trades", "talking.trades.put(talk.Trade(), timeout=0.002)"),
    "put_many": ("trades", "talking.trades.put_many([talk.Trade()] * 20, timeout=0.002)"),
    "load": ("last", "talking.last.load()"),
    "wait_newer": ("last", "talking.last.wait_newer(talking.last.load_versioned()[1], 0.002)"),
    "store": ("last", "talking.last.store(talk.Trade())"),
    "load_all": ("each", "talking.each.load_all()"),
    "facts": ("ticks", "talking.ticks.facts()"),
    "stat": ("last", "talking.stat()"),
}

VICTIM = """
    talking = talk.Talk.attach(address)
    call = compile(arguments[0], "call", "eval")
    names = {"talking": talking, "talk": talk}
    say("ready")
    calls, end = 0, time.monotonic() + 1
    while time.monotonic() < end:
        try:
            eval(call, names)
        except (shm_runtime.Error, queue.Empty, queue.Full):
            # It may go on as if nothing was: claim again.
            if calls % 50 == 0:
                talking.close()
                talking = names["talking"] = talk.Talk.attach(address)
        calls += 1
    say(calls)
"""


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_nonsense_in_an_object_ends_no_process_and_no_wait(
    address: str, players: type[Player], call: tuple[str, str]
) -> None:
    name, what = call
    dice = random.Random(name + what)
    with talk.Talk.create(address) as talking:
        talking.ticks.put_many([talk.Tick(number=n) for n in range(100)])
        found = next(o for o in talking.stat()["objects"] if o["name"] == name)
        talking.close()
        player = players(VICTIM, address, what)
        assert player.hear() == "ready"
        path = f"/dev/shm/{os.environ['SHM_RUNTIME_PREFIX']}{address.rpartition('/')[2]}"
        with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
            # Mostly the words before the slots, which steer everything.
            places = [0x400, min(0x400, found["size"]), found["size"]]
            end = time.monotonic() + 1
            while time.monotonic() < end:
                at = found["offset"] + dice.randrange(min(dice.choice(places), found["size"]) // 8) * 8
                word = dice.choice((0, 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1, dice.getrandbits(64)))
                memory[at : at + 8] = word.to_bytes(8, "little")
                time.sleep(0.0003)
        assert int(player.hear()) > 0
        player.finish()
