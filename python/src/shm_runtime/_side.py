"""One side of an object, and how an interrupted interpreter loses nothing by it.

Ctrl-C, a signal's handler and ``PyThreadState_SetAsyncExc`` raise between any two instructions of Python. So
whatever must not be lost is written by the native call itself, into memory that is there before the call: a
handle that was claimed, an item that was taken out, and how many they are (``Turn.done``). It is given up
behind the last instruction that could be interrupted, and kept for the next call if one was.

What waits is cut into slices, between which the interpreter looks for signals. Other threads may close the
segment meanwhile: see :class:`Side`.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import threading
import time
import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from . import _native
from ._errors import Forked, Invalid, error

if TYPE_CHECKING:
    from ._attachment import Attachment

_T = TypeVar("_T")

# Statuses, see `shm_status`.
OK, FULL, EMPTY, NOT_READY, TIMEOUT, REMOVED, CORRUPT, FORKED, BUSY = 0, 1, 2, 3, 4, 6, 12, 13, 16

#: The roles of sides: who looks or reads, who puts, who takes out.
LOOK, PUT, GET = range(3)

#: A native call comes back at least so often, so that Ctrl-C and other threads get their turn.
_SLICE_NS = 50_000_000

#: How long a thread that waits leaves the side to others between two native calls, and how long one
#: that does not want to wait for it sleeps before it looks again, in seconds.
_BREATH = 0.0002
_POLL = 0.001

#: How long a thread that waits for an event loop has the side to itself: others do wait for that, since
#: nobody may be there any more who awaits what it waits for.
_WATCH_NS = 5_000_000

#: Bytes that are put in at most while the interpreter's lock is kept.
_PIECE = 1 << 20

_byref = ctypes.byref


class Side:
    """One side of an object, whose role is claimed at the first use, and given up by the segment's close."""

    def __init__(self, attachment: Attachment, index: int, role: int, size: int) -> None:
        # Not the attachment itself, which is let go by whoever has its sides.
        self._attachment, self._index, self.role = weakref.ref(attachment), index, role
        library = _native.library()
        self._native = library
        self._get, self._get_wait, self._get_many = library.get, library.get_wait, library.get_many
        self._put_many = library.put_many
        #: Filled by the native call itself, so that an interrupt behind it does not lose a claim.
        self.handle = _native.Handle(library.side_free)
        self.claimed = False
        #: Held by whoever uses the side, for one native call. A signal's handler may come in between,
        #: in the thread that has it. Calls that do not wait and have nothing to lose do without.
        self.lock = threading.RLock()
        #: Whether whoever holds the lock found nothing to do, and waits.
        self.waiting = False
        #: Whoever waits with the side looks at this now and then.
        self.closed = False
        #: Whether a fork brought a role here that is the parent's.
        self.forked = False
        #: What was taken out of shared memory for a call that an interrupt ended before it could return
        #: it. The next one hands it out.
        self.left: list[Any] = []
        #: What a call is about that is about one item, and a reference to it.
        self.turn = _native.Turn(size)
        self.turn_ref = _byref(self.turn)
        # The same for putting many in. Whoever holds the lock has it.
        self._many = _native.Turn(size)
        self._many_ref = _byref(self._many)
        attachment.add(self)
        _sides.add(self)

    # --- the role

    def claim(self) -> _native.Handle:
        """The native handle. The caller holds the lock."""
        if not self.claimed:
            attachment = self._attachment()
            if attachment is None:
                raise Invalid("the segment is closed")
            if self.forked:
                address = _native.shown(attachment.address)
                raise Forked(
                    f"{address} was attached by the parent of this process; attach again in the child"
                )
            if not self.handle:
                index, role = ctypes.c_size_t(self._index), ctypes.c_uint32(self.role)
                attachment.call(self._native.side, index, role, _byref(self.handle))
            self.claimed = True
        return self.handle

    def give_up(self) -> None:
        """Gives the role up, once nobody uses it."""
        self.closed = True
        with self.lock:
            handle, self.handle = self.handle, _native.Handle(self._native.side_free)
            self.claimed = False
            self._native.side_close(handle)

    # --- time

    def slices(self, timeout: float | None) -> Iterable[ctypes.c_uint64]:
        """Time-outs for native calls, in ns, that together last ``timeout`` seconds; at least one, unless
        another thread waits in the same side all the time. Ends with an error when the side is closed by
        another thread."""
        if timeout is not None and timeout < 0:
            raise ValueError("'timeout' must be a non-negative number")
        whole = ctypes.c_uint64(_SLICE_NS)
        if timeout is None:
            while not self.closed:
                yield whole
                time.sleep(_BREATH)
            raise Invalid("the segment was closed while waiting")
        deadline = time.monotonic() + timeout
        left: int | float = timeout * 1e9
        while True:
            while self.waiting:
                if left <= 0:
                    return
                time.sleep(_POLL)
                left = (deadline - time.monotonic()) * 1e9
            yield whole if left >= _SLICE_NS else ctypes.c_uint64(max(0, int(left)))
            if self.closed:
                raise Invalid("the segment was closed while waiting")
            left = (deadline - time.monotonic()) * 1e9
            if left <= 0:
                return
            time.sleep(_BREATH)

    def _holding(self, call: Any, *arguments: Any) -> int:
        """One native call that waits, without the interpreter's lock. The caller holds the side's."""
        self.waiting = True
        try:
            status: int = call(*arguments)
            return status
        finally:
            self.waiting = False

    # --- putting

    def put(self, pointer: Any, status: int, block: bool, timeout: float | None) -> int:
        """Goes on with a put that came to this status: claims the side, and waits until the item can be put
        in if it may.

        No call that waits reads the item, which other threads may change then.
        """
        put = self._native.put
        for slice_ns in self.slices(timeout if block else 0.0):
            with self.lock:
                handle = self.claim()
                if status != FULL:
                    status = put(handle, pointer, self.turn_ref)
                if status == FULL and slice_ns.value:
                    status = self._holding(self._native.put_wait, handle, self.turn_ref, slice_ns)
                    if status == OK:
                        status = put(handle, pointer, self.turn_ref)
                    elif status == TIMEOUT:
                        status = FULL
            if status not in (FULL, BUSY):
                return status
        return FULL

    def put_many(
        self, start: int, count: int, block: bool, timeout: float | None, least: int | None = None
    ) -> tuple[int, int]:
        """Puts items in that lie side by side, waiting, if it may, until all are in, or ``least`` of them;
        the status, and how many went in."""
        least = count if least is None else least
        total = 0
        for slice_ns in self.slices(timeout if block else 0.0):
            with self.lock:
                handle = self.claim()
                status, total = self._put_ready(handle, start, total, count)
                if status == FULL and total < least and slice_ns.value:
                    status = self._holding(self._native.put_wait, handle, self.turn_ref, slice_ns)
                    if status == OK:
                        status, total = self._put_ready(handle, start, total, count)
            if total >= least or status not in (FULL, TIMEOUT, BUSY):
                return status, total
        return FULL, total

    def _put_ready(self, handle: _native.Handle, start: int, total: int, count: int) -> tuple[int, int]:
        """Puts in what there is room for, of ``count`` items of which ``total`` are in; how many are in
        then."""
        turn = self._many
        size: int = turn.size
        most = _PIECE // size or 1
        status = OK
        while status == OK and total < count:
            turn.count, turn.done = min(most, count - total), 0
            status = self._put_many(handle, ctypes.c_void_p(start + total * size), self._many_ref)
            total += turn.done
        return status, total

    # --- reading, and storing

    def again(self, call: Any, *arguments: Any) -> None:
        """A native call that does not wait and has nothing to lose, of a side that is claimed first if need
        be; its failure is raised."""
        with self.lock:
            handle = self.claim()
        status = call(handle, *arguments)
        if status != OK:
            raise error(status)

    def wait(self, pointer: Any, turn_ref: Any, slice_ns: ctypes.c_uint64) -> int:
        """A native call that waits, by a side without a role: threads need not take turns."""
        with self.lock:
            handle = self.claim()
        status: int = self._get_wait(handle, pointer, turn_ref, slice_ns)
        return status

    # --- taking out

    def take(self, make: Callable[[], Any], kept: list[Any], slice_ns: ctypes.c_uint64 | None = None) -> int:
        """Takes an item out in one native call, which waits up to ``slice_ns`` if that is given.

        The item is in ``kept`` afterwards, even if an interrupt is raised. A caller that is interrupted
        itself passes it on to the next call, by :meth:`keep`.
        """
        with self.lock:
            if self.left:
                kept.append(self.left[0])
                del self.left[0]
                return OK
            handle = self.handle if self.claimed else self.claim()
            item, turn = make(), self.turn
            pointer = _byref(item)
            turn.done = 0
            try:
                if slice_ns is None:
                    status: int = self._get(handle, pointer, self.turn_ref)
                else:
                    status = self._holding(self._get_wait, handle, pointer, self.turn_ref, slice_ns)
                if status == OK:
                    kept.append(item)
            except BaseException:
                # An interrupt behind the native call: the item is out of shared memory already.
                if turn.done and not kept:
                    kept.append(item)
                raise
            return status

    def take_many(self, start: int, turn: _native.Turn, left: list[Any], slice_ns: ctypes.c_uint64) -> int:
        """Takes up to ``turn.count`` items out in one native call, which waits up to ``slice_ns`` for one.

        They are at ``start`` afterwards, and ``turn.done`` says how many, even if an interrupt is raised.
        Items that an interrupted call left over come first: those are in ``left``, and no call is made.
        """
        with self.lock:
            if self.left:
                left.extend(self.left[: turn.count])
                del self.left[: len(left)]
                return OK
            handle = self.claim()
            self.waiting = True
            try:
                status: int = self._get_many(handle, ctypes.c_void_p(start), _byref(turn), slice_ns)
                return status
            finally:
                self.waiting = False

    def keep(self, items: list[Any]) -> None:
        """Keeps items for the next who takes some out, before all others; those that are kept stay."""
        if items:
            with self.lock:
                kept = {id(item) for item in self.left}
                self.left[:0] = [item for item in items if id(item) not in kept]

    async def ready(self, timeout: float | None) -> None:
        """Waits, in an event loop, until there is an item to take out, and leaves it where it is: so nothing
        is lost if the task is cancelled. It may have come to nothing when the time is up.

        A thread waits, which no program waits for at its end.
        """
        loop = asyncio.get_running_loop()
        found: asyncio.Future[None] = loop.create_future()

        def tell() -> None:
            if not found.done():
                found.set_result(None)

        def watch() -> None:
            slice_ns, turn = ctypes.c_uint64(_WATCH_NS), _native.Turn(self.turn.size)
            try:
                while not self.closed and not found.done():
                    with self.lock:
                        if self.left:
                            return
                        handle = self.claim()
                        status = self._get_wait(handle, None, _byref(turn), slice_ns)
                    if status not in (TIMEOUT, NOT_READY):
                        return
                    time.sleep(_BREATH)
            finally:
                with contextlib.suppress(RuntimeError):  # the loop is closed
                    loop.call_soon_threadsafe(tell)

        threading.Thread(target=watch, name="shm_runtime", daemon=True).start()
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(found, timeout)

    # --- telling

    def number(self, name: bytes) -> int:
        """A number of the object or of the side, by its name."""
        found = ctypes.c_uint64()
        with self.lock:
            handle = self.claim()
            status = self._native.number(handle, ctypes.c_char_p(name), _byref(found))
        if status != OK:
            raise error(status)
        return found.value

    def facts(self) -> dict[str, Any]:
        """What is known about the object, as ``shmgen stat --json`` has it."""
        with self.lock:
            handle = self.claim()

            def tell(*arguments: Any) -> None:
                status = self._native.facts(handle, *arguments)
                if status != OK:
                    raise error(status)

            return _native.from_json(tell)


_sides: weakref.WeakSet[Side] = weakref.WeakSet()


def _forked() -> None:
    """In a child, the lock of a thread that is not here would never be released."""
    for side in _sides:
        side.lock = threading.RLock()
        side.waiting = False
        if side.role != LOOK:
            side.forked, side.claimed = True, False


os.register_at_fork(after_in_child=_forked)
