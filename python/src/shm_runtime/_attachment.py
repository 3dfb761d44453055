"""Attached segments of a schema."""

from __future__ import annotations

import ctypes
import json
import time
import weakref
from dataclasses import dataclass
from typing import Any, Callable, Optional

from . import _native
from ._errors import Invalid, NotFound, error

CREATE, ATTACH, ATTACH_READ_ONLY, OPEN_OR_CREATE = range(4)

#: How often an attach that waits looks again, in seconds.
_RETRY = 0.005


@dataclass(frozen=True)
class SegmentSpec:
    """What a generated module knows of a segment."""

    contract: bytes
    version: str
    address: str
    mode: int
    participants: int


@dataclass(frozen=True)
class QueueStat:
    """The numbers of a queue."""

    #: Messages that wait.
    depth: int
    #: Messages that were ever put in, and taken out.
    put: int
    got: int
    #: How often a put found no room.
    full: int
    #: Messages that came a second time after a consumer died.
    redelivered: int
    #: The greatest depth that was noticed: sampled, not exact.
    high_water: int


class Attachment:
    """An attached segment. Generated classes own one; :meth:`close` detaches and never removes."""

    def __init__(self, handle: ctypes.c_void_p, address: str) -> None:
        self._handle = handle
        self._children: list[Callable[[], None]] = []
        self.address = address
        self._finalizer = weakref.finalize(self, _native.library().detach, handle)

    @classmethod
    def open(  # noqa: PLR0913
        cls,
        spec: SegmentSpec,
        how: int,
        *,
        address: Optional[str] = None,
        mode: Optional[int] = None,
        uid: int = -1,
        gid: int = -1,
        trust_uid: int = -1,
        any_owner: bool = False,
        timeout: Optional[float] = None,
    ) -> Attachment:
        """Opens a segment; with a time-out (seconds), waits so long for it to come into being."""
        library = _native.library()
        request = _native.Request(
            spec.contract,
            len(spec.contract),
            spec.version.encode(),
            (spec.address if address is None else str(address)).encode(),
            spec.mode if mode is None else mode,
            spec.participants,
            uid,
            gid,
            trust_uid,
            int(any_owner),
            how,
        )
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            handle = ctypes.c_void_p()
            status = library.open(ctypes.byref(request), ctypes.byref(handle))
            if status == 0:
                return cls(handle, _address(library, handle))
            failure = error(status)
            late = deadline is None or time.monotonic() >= deadline
            if late or not isinstance(failure, NotFound):
                raise failure
            time.sleep(_RETRY)

    @property
    def handle(self) -> ctypes.c_void_p:
        """The native handle."""
        if not self._finalizer.alive:
            raise Invalid(f"{self.address} is closed")
        return self._handle

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return not self._finalizer.alive

    def on_close(self, callback: Callable[[], None]) -> None:
        """Has something done before the segment is detached."""
        self._children.append(callback)

    def close(self) -> None:
        """Detaches: gives up every role, and never removes the segment. May be called twice."""
        for child in self._children:
            child()
        self._children.clear()
        self._finalizer()

    def unlink(self) -> None:
        """Takes the segment's name away. Who is attached keeps the memory."""
        status = _native.library().unlink(self.handle)
        if status:
            raise error(status)

    def stat(self) -> dict[str, Any]:
        """What the system and the segment know of it, as ``shmgen stat --json`` has it."""
        library = _native.library()
        size = 4096
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = ctypes.c_size_t()
            status = library.stat(self.handle, buffer, ctypes.c_size_t(size), ctypes.byref(length))
            if status:
                raise error(status)
            if length.value < size:
                found: dict[str, Any] = json.loads(buffer.value)
                return found
            size = length.value + 1

    def queue_stat(self, index: int) -> QueueStat:
        """The numbers of the queue that is object ``index``."""
        numbers = self.stat()["objects"][index]
        return QueueStat(
            depth=numbers["depth"],
            put=numbers["in"],
            got=numbers["out"],
            full=numbers["full"],
            redelivered=numbers["redelivered"],
            high_water=numbers["high_water"],
        )


def _address(library: Any, handle: ctypes.c_void_p) -> str:
    buffer = ctypes.create_string_buffer(512)
    library.address(handle, buffer, ctypes.c_size_t(512))
    return buffer.value.decode("utf-8", "replace")


def remove(address: str) -> None:
    """Removes the segment at an address, without attaching to it."""
    status = _native.library().remove(ctypes.c_char_p(str(address).encode()))
    if status:
        raise error(status)
