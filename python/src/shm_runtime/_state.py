"""States: a struct behind a lock, with wait and notify.

An interrupt never leaves a lock behind that nobody holds: the native call itself notes in the lock's turn
that it was taken, and the end of the :class:`Lock` gives it up, however it ends.
"""

from __future__ import annotations

import ctypes
import threading
import weakref
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from . import _native, _side
from ._attachment import Attachment
from ._errors import Busy, Invalid, error
from ._object import Object
from ._side import OK, TIMEOUT

if TYPE_CHECKING:
    from ctypes import _CData

_Value = TypeVar("_Value", bound="_CData")

_byref = ctypes.byref
_NOTIFY_ONE, _NOTIFY_ALL, _UNLOCK, _WAIT = map(ctypes.c_uint32, range(4))


class State(Object[_Value]):
    """A struct that many processes change, one after the other: whoever has its lock.

    A process that dies with the lock has changed nothing, and the next one gets it. The lock belongs to the
    segment that was attached: a second one by the same is :class:`shm_runtime.Busy`, by whichever thread.
    Threads that are to wait for each other attach once each.
    """

    def __init__(self, attachment: Attachment, index: int, name: str, value: type[_Value]) -> None:
        super().__init__(attachment, index, name, value)
        self._reader, self._locker = self._look, self._side(_side.GET)
        self._get, self._signal = _native.library().get, _native.library().signal
        self._turn = _native.Turn(self._items.size)
        self._turn_ref = _byref(self._turn)
        #: The lock that is held at present, of those that this object gave out. It does not keep it: one that
        #: nobody has any more gives the lock up.
        self._held: weakref.ref[Lock[_Value]] | None = None

    def lock(self, timeout: float | None = None) -> Lock[_Value]:
        """The lock, for ``with feed.robot.lock() as robot:``, where ``robot`` is a copy of the value.

        It is written back when the block ends, and dropped if it ends by an exception. Waiting for the lock
        raises :class:`shm_runtime.Timeout` after ``timeout`` seconds.
        """
        return Lock(self, timeout)

    def load(self) -> _Value:
        """A copy of the value as it was written back last, without the lock. It waits for nobody, and works
        where the segment is attached for reading only."""
        value: _Value = self._make()
        pointer, turn = _byref(value), self._turn_ref
        if self._get(self._reader.handle, pointer, turn) != OK:
            self._reader.again(self._get, pointer, turn)
        return value

    def wait(self, timeout: float | None = None) -> bool:
        """Within the block of a lock: writes the value back, gives the lock up, sleeps until somebody
        notifies, takes the lock again, however long that takes, and refreshes the value.

        False after ``timeout`` seconds. True may have been meant for another one, and a death wakes all: look
        again, in a loop. :class:`shm_runtime.Removed` when the segment was removed; the lock is held then,
        too.
        """
        held = self._held() if self._held is not None else None
        if held is None or not held.is_of_this_thread():
            raise Invalid(f"{self.name} is waited for with its lock in hand: with .lock() as value: ..")
        return held.wait(timeout)

    def notify(self) -> None:
        """Wakes one who waits, or more than one. What it is about is changed with the lock."""
        self._reader.again(self._signal, self._turn_ref, _NOTIFY_ONE)

    def notify_all(self) -> None:
        """Wakes all who wait."""
        self._reader.again(self._signal, self._turn_ref, _NOTIFY_ALL)

    @property
    def owner_died(self) -> bool:
        """Whether the lock that this segment's user took last had been a process's that died with it. The
        value is what that one had found, and may be half of something larger."""
        return bool(self._locker.number(b"owner_died"))


class Lock(Generic[_Value]):
    """The lock of a state, for one block: see :meth:`State.lock`."""

    def __init__(self, state: State[_Value], timeout: float | None) -> None:
        self._state, self._timeout = state, timeout
        self._library = _native.library()
        # Its `version` is the number of the lock, and its `done` says that it was taken.
        self._turn = _native.Turn(state._items.size)
        self._value: Any = None
        self._thread = 0
        #: Whether an interrupt ended a wait before the lock was had again.
        self._lost = False

    def is_of_this_thread(self) -> bool:
        """Whether the thread that calls took it."""
        return self._thread == threading.get_ident()

    def __enter__(self) -> _Value:
        state, turn = self._state, self._turn
        if turn.done:
            raise Busy(f"this lock of {state.name} is held already: .lock() makes another one")
        turn.version, self._lost = 0, False
        self._thread = threading.get_ident()
        value: _Value = state._make()
        self._value = value
        pointer, turn_ref = _byref(value), _byref(turn)
        status = state._get(state._locker.handle, pointer, turn_ref)
        if status != OK:
            for slice_ns in state._locker.slices(self._timeout):
                status = state._locker.wait(pointer, turn_ref, slice_ns)
                if status != TIMEOUT:
                    break
        if status != OK:
            raise error(status)
        state._held = weakref.ref(self)
        return value

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                if self._lost:
                    raise Invalid(
                        f"a wait for {self._state.name} was interrupted, and the lock was not taken again: "
                        "nothing was written back"
                    )
                self._write_back()
        finally:
            self._give_up()

    def __del__(self) -> None:
        if self._turn.done:
            self._give_up()

    def _give_up(self) -> None:
        state, turn = self._state, self._turn
        if state._held is not None and state._held() in (None, self):
            state._held = None
        self._library.signal(state._locker.handle, _byref(turn), _UNLOCK)
        turn.done = 0

    def _write_back(self) -> None:
        status = self._library.put(self._state._locker.handle, _byref(self._value), _byref(self._turn))
        if status != OK:
            raise error(status)

    def wait(self, timeout: float | None) -> bool:
        """See :meth:`State.wait`."""
        state, library = self._state, self._library
        side, pointer = state._locker, _byref(self._value)
        self._write_back()
        # The lock's own turn goes on to say that it is there to be given up.
        turn = _native.Turn(state._items.size, 0, 0, self._turn.version)
        turn_ref = _byref(turn)
        failure: Exception | None = None
        self._lost = True
        status = library.signal(side.handle, turn_ref, _WAIT)
        if status != OK:
            raise error(status)
        state._held = None
        for slice_ns in side.slices(timeout):
            status = library.put_wait(side.handle, turn_ref, slice_ns)
            if status != TIMEOUT:
                failure = None if status == OK else error(status)
                break
        for slice_ns in side.slices(None):
            status = side.wait(pointer, turn_ref, slice_ns)
            if status != TIMEOUT:
                break
        if status != OK:
            raise error(status)
        state._held = weakref.ref(self)
        self._lost = False
        if failure is not None:
            raise failure
        return bool(turn.done == 2)
