"""Messages of 64 bytes from one Python process to another.

    queues.py multiprocessing|one|many COUNT FIRST_CPU SECOND_CPU [ADDRESS]

Prints the time for each message in ns. ``multiprocessing`` is that module's ``Queue``, ``one`` is our
queue with one message a call, ``many`` with 1,024 messages a call. The receiver checks every message:
the sequence number where they come one by one, every word where they come as an array.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from typing import Any

import numpy

#: Messages a call.
MANY = 1024
#: A neighbour that is silent for this many seconds is given up.
PATIENCE = 20

WORDS = 8
CONTEXT = multiprocessing.get_context("spawn")


def send_multiprocessing(queue: Any, total: int) -> None:
    body = bytes(range(56))
    for n in range(total):
        queue.put(n.to_bytes(8, "little") + body)


def receive_multiprocessing(queue: Any, count: int, first: int) -> None:
    for n in range(first, first + count):
        message = queue.get(timeout=PATIENCE)
        if int.from_bytes(message[:8], "little") != n or len(message) != 64:
            sys.exit(f"message {n} is damaged or out of order")


def send_one(queue: Any, total: int) -> None:
    from speed import Item64

    put, item = queue.put, Item64()
    for n in range(total):
        item.sequence = n
        put(item, timeout=PATIENCE)


def receive_one(queue: Any, count: int, first: int) -> None:
    get = queue.get
    for n in range(first, first + count):
        if get(timeout=PATIENCE).sequence != n:
            sys.exit(f"message {n} is damaged or out of order")


def send_many(queue: Any, total: int) -> None:
    message = numpy.arange(WORDS, dtype=numpy.uint64)
    items = numpy.empty((MANY, WORDS), dtype=numpy.uint64)
    for first in range(0, total, MANY):
        numbers = numpy.arange(first, first + MANY, dtype=numpy.uint64)
        numpy.add(numbers[:, None], message, out=items)
        if queue.put_many(items.view(numpy.uint8), timeout=PATIENCE) != MANY:
            sys.exit("the receiver is silent")


def receive_many(queue: Any, count: int, first: int) -> None:
    total, n = 0, first
    while n < first + count:
        # Not beyond: what comes after the warm-up is counted by the next call.
        found = queue.get_many(min(MANY, first + count - n), timeout=PATIENCE)
        words = found.view(numpy.uint64).reshape(-1, WORDS)
        numbers = numpy.arange(n, n + len(words), dtype=numpy.uint64)
        if not numpy.array_equal(words[:, 0], numbers):
            sys.exit(f"messages are out of order behind {n}")
        total += int(words.sum())
        n += len(words)
    # The words of message n sum up to 8 n + 28.
    if total != (n - first) * ((first + n - 1) * WORDS // 2 + 28):
        sys.exit("a message is damaged")


KINDS = {
    "multiprocessing": (send_multiprocessing, receive_multiprocessing),
    "one": (send_one, receive_one),
    "many": (send_many, receive_many),
}


def open_queue(kind: str, address: str) -> Any:
    """Our queue, or room for as many messages in that of multiprocessing."""
    if kind == "multiprocessing":
        return CONTEXT.Queue(4096)
    from speed import There

    return There.attach(address).bytes64


def send(kind: str, queue: Any, address: str, total: int, cpu: int) -> None:
    """What the other process does."""
    os.sched_setaffinity(0, {cpu})
    KINDS[kind][0](queue or open_queue(kind, address), total)


def main() -> None:
    kind, count, first_cpu, second_cpu = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    address = sys.argv[5] if len(sys.argv) > 5 else ""
    warm_up = count // 4 // MANY * MANY
    queue = open_queue(kind, address)
    handed = queue if kind == "multiprocessing" else None
    arguments = (kind, handed, address, warm_up + count, first_cpu)
    sender = CONTEXT.Process(target=send, args=arguments, daemon=True)
    sender.start()
    os.sched_setaffinity(0, {second_cpu})
    receive = KINDS[kind][1]
    receive(queue, warm_up, 0)
    start = time.perf_counter_ns()
    receive(queue, count, warm_up)
    print((time.perf_counter_ns() - start) / count)
    sender.join()


if __name__ == "__main__":
    main()
