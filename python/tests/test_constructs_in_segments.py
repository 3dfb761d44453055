"""Messages with every construct in them, through real segments."""

from __future__ import annotations

import copy
import json
import os
import pathlib
import random
import subprocess
from typing import Any

import constructs
import constructs_root
import numpy
import pytest
from players import Player
from schema_values import Schemas, check_dump, check_numpy, given, some

import shm_runtime

_FILE = pathlib.Path(__file__).parents[2] / "tests/schemas/constructs.toml"
SCHEMAS = Schemas(_FILE)
ALL = SCHEMAS.named("All")

# Another process makes the same values by itself.
_TALK = """
    import pathlib, random
    import constructs, constructs_root
    from schema_values import Schemas, check, given, some

    t = Schemas(pathlib.Path(arguments[0])).named("All")
    dice = random.Random("there and back")
    with constructs.Constructs.attach(address) as segment:
        for n in range(int(arguments[1])):
            value = some(t, dice)
            check(t, segment.alls.get(timeout=20), value, f"message {n}")
            segment.stamps.put(constructs_root.Stamp(time=n, clock=constructs_root.Clock.REAL), timeout=20)
"""


def test_values_reach_another_process(either: str, players: type[Player]) -> None:
    with constructs.Constructs.create(either) as segment:
        player = players(_TALK, either, _FILE, 50)
        dice = random.Random("there and back")
        for n in range(50):
            value = some(ALL, dice)
            # How it is given makes no difference; the other side's dice must not notice.
            segment.alls.put(given(ALL, value, random.Random(n)), timeout=20)
            stamp = segment.stamps.get(timeout=20)
            assert type(stamp) is constructs_root.Stamp and (stamp.time, stamp.clock.name) == (n, "REAL")
        player.finish()


def test_many_at_once_go_as_numpy_sees_them(address: str) -> None:
    dice = random.Random("many")
    values = [some(ALL, dice) for _ in range(4)]
    with constructs.Constructs.create(address) as one, constructs.Constructs.attach(address) as two:
        made = [given(ALL, value, dice) for value in values]
        assert one.alls.put_many(made) == 4
        array = two.alls.get_many(4)
        assert array.dtype == numpy.dtype(constructs.All.DTYPE)
        for i, value in enumerate(values):
            check_numpy(ALL, array[i], value, f"message {i}")
        assert one.alls.put_many(array) == 4
        assert [two.alls.get(timeout=1) for _ in values] == made


def test_what_a_hostile_process_wrote_comes_out_and_raises_only_where_it_is_read(address: str) -> None:
    dice = random.Random("hostile")
    read, refused = 0, 0
    with constructs.Constructs.create(address) as one, constructs.Constructs.attach(address) as two:
        for _ in range(200):
            noise = dice.randbytes(constructs.All.SIZE)
            # Few bytes are a bool or a count: others are small.
            noise = bytes(b if dice.random() < 0.3 else b % 4 for b in noise)
            one.alls.put_many(noise)
            got = two.alls.get(timeout=1)
            assert bytes(got) == noise
            assert len(repr(got)) > 0 and (got == constructs.All()) is False
            values, errors = _read_all(got)
            read, refused = read + values, refused + errors
    assert read > 3_000 and refused > 1_000, "the noise must be of both kinds"


def _read_all(value: Any) -> tuple[int, int]:
    """Reads all that is within; what is no value raises a ValueError and nothing else. How many were
    read, and how many were refused."""
    if isinstance(value, list):
        inside = value
    elif isinstance(
        value, (constructs.Payload, constructs.Bit, constructs.Tall, constructs.Broad, constructs_root.Mark)
    ):
        again = copy.copy(value)
        assert again == value or "nan" in repr(value)
        inside = [getattr(value, "value", None)]
    else:
        inside, refused = [], 0
        for name in getattr(type(value), "_names", ()):
            try:
                inside.append(getattr(value, name))
            except ValueError:
                refused += 1
        below = [_read_all(part) for part in inside]
        return 1 + sum(n for n, _ in below), refused + sum(n for _, n in below)
    below = [_read_all(part) for part in inside]
    return sum(n for n, _ in below), sum(n for _, n in below)


def test_the_command_shows_the_same_values_by_the_contract_in_the_segment(address: str) -> None:
    dice = random.Random("shown")
    command = [os.environ["SHMGEN"], "dump", "--json", address]
    with constructs.Constructs.create(address) as segment:
        for _ in range(5):
            values = [some(ALL, dice) for _ in range(4)]
            for value in values:
                segment.alls.put(given(ALL, value, dice))
            told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            messages = told["objects"][0]["messages"]
            assert len(messages) == 4
            for message, value in zip(messages, values):
                check_dump(ALL, message["value"], value, "All")
            segment.alls.get_many(4)


def test_a_segment_of_another_layout_is_refused(address: str) -> None:
    class Other(constructs.Constructs):
        CONTRACT = constructs.Constructs.CONTRACT.replace(b"u8[<=3]", b"u8[<=2]")  # type: ignore[misc]

    with constructs.Constructs.create(address), pytest.raises(shm_runtime.Mismatch, match=r"u8\[<=[23]\]"):
        Other.attach(address)
