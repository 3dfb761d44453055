"""Other processes: Python programs that talk with the test through their standard input and output."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

# What every program begins with.
_HEAD = """
import itertools, os, queue, signal, sys, threading, time
# Whoever starts the tests may ignore interrupts (a shell does for what it puts in the background).
signal.signal(signal.SIGINT, signal.default_int_handler)
import shm_runtime
import talk

address, *arguments = sys.argv[1:]

def say(*words):
    print(*words, flush=True)

def hear():
    return sys.stdin.readline().strip()

"""


class Player:
    """A process that runs a piece of Python, with an address as its first argument."""

    #: How long a test waits for a word before it fails, in seconds.
    PATIENCE: ClassVar[float] = 20.0
    _all: ClassVar[list[Player]] = []

    def __init__(self, program: str, address: str, *arguments: object, flags: tuple[str, ...] = ()) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *flags, "-c", _HEAD + textwrap.dedent(program), address, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._all.append(self)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def hear(self) -> str:
        """The next line that it says. One that says nothing for long is killed."""
        assert self.process.stdout is not None
        with self._patience():
            line = self.process.stdout.readline()
        assert line, f"the process ended without a word: {self.process.wait()}"
        return line.strip()

    def tell(self, *words: object) -> None:
        """Gives it a line."""
        assert self.process.stdin is not None
        print(*words, file=self.process.stdin, flush=True)

    def interrupt(self) -> None:
        """What Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """Kills it with all that it has started, and waits until it is dead."""
        self._kill_all()
        self.process.wait()

    def finish(self) -> None:
        """Waits for its good end."""
        with self._patience():
            status = self.process.wait()
        assert status == 0, f"the process ended with {status}"

    def _kill_all(self) -> None:
        # It leads a process group, whose number is its own until it is waited for.
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    @contextlib.contextmanager
    def _patience(self) -> Iterator[None]:
        timer = threading.Timer(self.PATIENCE, self._kill_all)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    @classmethod
    def end_all(cls) -> None:
        """Kills those that are still there."""
        for player in cls._all:
            player.kill()
            for pipe in (player.process.stdin, player.process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
        cls._all.clear()


def in_thread(work: Any, *arguments: Any) -> Waiter:
    """Runs something in another thread."""
    return Waiter(work, arguments)


class Waiter(threading.Thread):
    """A thread whose result, or error, can be waited for."""

    def __init__(self, work: Any, arguments: tuple[Any, ...]) -> None:
        super().__init__(daemon=True)
        self._work, self._arguments = work, arguments
        self._result: Any = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._result = self._work(*self._arguments)
        except BaseException as reason:
            self._error = reason

    def result(self, timeout: float = 20.0) -> Any:
        """What it gave back; its error is raised here."""
        self.join(timeout)
        assert not self.is_alive(), f"{self._work} is still at it after {timeout} s"
        if self._error is not None:
            raise self._error
        return self._result
