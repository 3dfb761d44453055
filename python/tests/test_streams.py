"""Streams: bytes and structs, in any number at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy
import pipes_of_tests
import pytest
from players import in_thread

import shm_runtime


@pytest.fixture
def pipes(address: str) -> Iterator[pipes_of_tests.Pipes]:
    """A segment with streams."""
    with pipes_of_tests.Pipes.create(address) as made:
        yield made


def text(start: int, end: int) -> bytes:
    """A part of an endless text."""
    return bytes(n % 251 for n in range(start, end))


def test_writes_and_reads_move_what_they_can_and_say_how_much(pipes: pipes_of_tests.Pipes) -> None:
    assert pipes.log.read(block=False) == b""
    assert pipes.log.write(b"") == 0 and pipes.log.read(0) == b""
    assert pipes.log.write(text(0, 2000)) == 1128
    assert pipes.log.depth() == 1128
    assert pipes.log.write(b"x", block=False) == 0
    assert pipes.log.read(100) == text(0, 100)
    assert pipes.log.read() == text(100, 1128)
    numbers = pipes.log.facts()["numbers"]
    # A write that was cut short looked for more room in vain, which counts as well.
    assert (numbers["in"], numbers["out"], numbers["full"]) == (1128, 1128, 2)
    assert pipes.log.redelivered() == 0 and pipes.log.capacity == 1000


def test_who_waits_too_long_is_told(pipes: pipes_of_tests.Pipes) -> None:
    start = time.monotonic()
    with pytest.raises(shm_runtime.Timeout, match="nothing came in log for"):
        pipes.log.read(timeout=0.03)
    pipes.log.write(bytes(2000))
    with pytest.raises(TimeoutError, match="log was full for"):
        pipes.log.write(b"x", timeout=0.03)
    assert time.monotonic() - start >= 0.06


def test_both_sides_wait_for_each_other(pipes: pipes_of_tests.Pipes, address: str) -> None:
    total = 100_000

    def write() -> None:
        with pipes_of_tests.Pipes.attach(address) as other:
            written = 0
            while written < total:
                written += other.log.write(text(written, min(total, written + 700)))

    thread = threading.Thread(target=write)
    thread.start()
    read = 0
    while read < total:
        data = pipes.log.read(333, timeout=60)
        assert data == text(read, read + len(data)) and data
        read += len(data)
    thread.join()


def test_structs_go_in_as_arrays_and_as_lists(pipes: pipes_of_tests.Pipes) -> None:
    samples = [pipes_of_tests.Sample(time=n, value=n / 2) for n in range(5)]
    assert pipes.samples.write(samples) == 5
    array = numpy.zeros(30, pipes_of_tests.Sample.DTYPE)
    array["time"] = range(5, 35)
    assert pipes.samples.write(array) == 16
    found = pipes.samples.read(7)
    assert list(found["time"]) == list(range(7)) and found["value"][4] == 2.0
    assert len(pipes.samples.read()) == 14
    assert len(pipes.samples.read(block=False)) == 0
    with pytest.raises(TypeError):
        pipes.samples.write([5])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="not whole items"):
        pipes.samples.write(b"12345")


def test_what_was_written_before_the_removal_is_drained(pipes: pipes_of_tests.Pipes) -> None:
    pipes.log.write(b"last words")
    pipes.unlink()
    assert pipes.log.read() == b"last words"
    with pytest.raises(shm_runtime.Removed):
        pipes.log.read()


def test_a_segment_that_is_closed_ends_a_wait(address: str) -> None:
    pipes = pipes_of_tests.Pipes.create(address)
    waiter = in_thread(pipes.log.read)
    time.sleep(0.05)
    pipes.close()
    with pytest.raises(shm_runtime.Invalid):
        waiter.result(60)


def test_the_roles_are_claimed_by_the_first_use(pipes: pipes_of_tests.Pipes, address: str) -> None:
    pipes.log.write(b"x")
    with pipes_of_tests.Pipes.attach(address) as other:
        assert other.log.read() == b"x"
        with pytest.raises(shm_runtime.RoleTaken, match="writer of log"):
            other.log.write(b"y")
        with pytest.raises(shm_runtime.RoleTaken, match="reader of log"):
            pipes.log.read()
