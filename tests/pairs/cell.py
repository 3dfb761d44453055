"""cell.py store|load|watch ADDRESS COUNT: one side of tests/object/cell_pairs.rs, in Python."""

import sys
import time

import objects

PATIENCE = 20


def config_of(n: int) -> objects.Config:
    return objects.Config(name="".join(chr(97 + (n + k) % 26) for k in range(200)), limit=n)


def tick_of(n: int) -> objects.Tick:
    return objects.Tick(time=n, levels=[(n * 7 + k) & 0xFFFF for k in range(3)])


def store(every: objects.Every, count: int) -> None:
    for n in range(1, count + 1):
        if n % 100 == 0:
            time.sleep(0.001)  # somebody falls asleep
        every.each[n % 3].store(tick_of(n))
        every.latest.store(config_of(n))


def load(every: objects.Every, count: int) -> None:
    """Value n is that of version n, up to the last one."""
    version = 0
    while version < count:
        last = version
        value, version = every.latest.wait_newer(last, timeout=PATIENCE)
        assert version > last and value == config_of(version), (last, version)
        value = every.latest.load()
        assert value == config_of(value.limit), value
        one = every.each[1].load()
        assert one.time == 0 or one == tick_of(one.time), one


def main() -> None:
    part, address, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    # Whoever may only read looks now and then; whoever watches is woken.
    with objects.Every.attach(address, read_only=part == "load") as every:
        (store if part == "store" else load)(every, count)


main()
