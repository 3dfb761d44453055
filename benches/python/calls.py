"""What one call costs in Python, in one process: ns, the median of many rounds.

    PYTHONPATH=GENERATED:python/src SHM_RUNTIME_LIBRARY=.. calls.py [ROUNDS]

GENERATED is where ``shmgen gen benches/speed.toml --lang python`` wrote to. Nobody waits, and every message
is got again, so this is the price of the calls alone; ``queues.py`` measures two processes.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy
import speed

#: Calls of a round.
CALLS = 1000
#: Messages of a call with many.
MANY = 1024


def cost(call: Callable[[], object], calls: int) -> float:
    """Of one call, in ns."""
    start = time.perf_counter_ns()
    for _ in range(calls):
        call()
    return (time.perf_counter_ns() - start) / calls


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    # A name of its own, which is chosen on create.
    with speed.Back.create("posix:") as back:
        back.unlink()
        queue, item = back.bytes64, speed.Item64()
        items = numpy.zeros(MANY, dtype=numpy.dtype(speed.Item64.DTYPE))
        costs: dict[str, list[float]] = {}

        def measure(name: str, call: Callable[[], object], calls: int) -> None:
            costs.setdefault(name, []).append(cost(call, calls))

        for _ in range(rounds):
            measure("put", lambda: queue.put(item), CALLS)
            measure("get", queue.get, CALLS)
            measure("put_many", lambda: queue.put_many(items), 1)
            measure("get_many", lambda: queue.get_many(MANY), 1)
        for name, found in costs.items():
            print(f"{name:10} {statistics.median(found):8.0f} ns")


if __name__ == "__main__":
    main()
