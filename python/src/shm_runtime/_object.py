"""What the objects of all kinds have: a name and facts, and, as far as their kind is for it, putting in and
taking out in the words of :mod:`queue`. What keeps an interrupt from losing anything is in ``_side``."""

from __future__ import annotations

import ctypes
import functools
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from . import _native, _side
from ._attachment import Attachment
from ._errors import Empty, Removed, error
from ._items import Items
from ._side import BUSY, EMPTY, FULL, NOT_READY, OK, TIMEOUT, Side

if TYPE_CHECKING:
    from ctypes import _CData

    import numpy.typing
    from typing_extensions import Buffer

    from ._items import Array

# Not ctypes.Structure, of which type checkers believe that it has every attribute.
_Item = TypeVar("_Item", bound="_CData")

_byref = ctypes.byref


class Object(Generic[_Item]):
    """An object of an attached segment, of structs of one type."""

    def __init__(self, attachment: Attachment, index: int, name: str, item: type[_Item]) -> None:
        self._attachment = attachment
        self._index = index
        self._item: Any = item
        self._make: Any = functools.partial(self._item.__new__, self._item)
        self._items = Items(name, item)
        self.name = name

    def _side(self, role: int) -> Side:
        return Side(self._attachment, self._index, role, self._items.size)

    @functools.cached_property
    def _look(self) -> Side:
        return self._side(_side.LOOK)

    def _take_many(self, side: Side, taken: Taken, block: bool, timeout: float | None) -> int:
        """Takes items out in one call, waiting for one if it may; the status. Callers keep what is taken if
        they are interrupted themselves."""
        for slice_ns in side.slices(timeout if block else 0.0):
            status = side.take_many(taken.start, taken.turn, taken.left, slice_ns)
            taken.place_left()
            if status not in (EMPTY, NOT_READY, TIMEOUT):
                return status
        return EMPTY

    def facts(self) -> dict[str, Any]:
        """Kind, definition, numbers and holders, as in ``shmgen stat --json``."""
        return self._look.facts()

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            f"{self!r} cannot be pickled, since its roles belong to this process: hand the segment over "
            f"instead, and use its .{self.name} there"
        )

    def __repr__(self) -> str:
        address = _native.shown(self._attachment.address)
        return f"<{type(self).__name__} {self.name} of {self._item.__name__} in {address}>"

    def _failure(self, status: int) -> Exception:
        address = _native.shown(self._attachment.address)
        texts = {
            FULL: f"{self.name} is full",
            EMPTY: f"{self.name} is empty",
            _side.REMOVED: f"{address} was removed",
            _side.CORRUPT: f"{self.name} is damaged: the other side's cursor is impossible",
            _side.FORKED: f"{address} was attached by the parent of this process; attach again in the child",
        }
        return error(status, texts.get(status))


class Taken:
    """Memory that many items are taken out into."""

    def __init__(self, items: Items, count: int) -> None:
        self.items, self.room = items, items.room(count)
        self.start, self.turn = ctypes.addressof(self.room), _native.Turn(items.size, 0, count)
        #: Those that a call before had left over.
        self.left: list[Any] = []

    @property
    def count(self) -> int:
        """How many items are there."""
        return len(self.left) or int(self.turn.done)

    def place_left(self) -> None:
        """Copies what was left over into the memory."""
        size = self.items.size
        for i, item in enumerate(self.left):
            ctypes.memmove(self.start + i * size, _byref(item), size)

    def copies(self) -> list[Any]:
        """The items, each by itself, to be kept for another call."""
        return self.left or self.items.copies(self.room, int(self.turn.done))


class Puts(Object[_Item]):
    """One that messages are put into, by whoever is first to do so."""

    def __init__(self, attachment: Attachment, index: int, name: str, item: type[_Item]) -> None:
        super().__init__(attachment, index, name, item)
        self._putter = self._side(_side.PUT)
        self._put = _native.library().put

    def put_nowait(self, item: _Item) -> None:
        """Puts a message in, or raises :class:`queue.Full`. It is committed when this returns."""
        self.put(item, block=False)

    def put(self, item: _Item, block: bool = True, timeout: float | None = None) -> None:
        """Puts a message in, waiting for room unless told otherwise.

        Raises :class:`queue.Full` after ``timeout`` seconds, and at once with ``block=False``.
        """
        if not isinstance(item, self._item):
            raise self._items.refuse(item)
        side = self._putter
        pointer = _byref(item)
        # No lock: the native call keeps the interpreter's, and has nothing to lose.
        status = self._put(side.handle, pointer, side.turn_ref)
        if status != OK:
            if status != FULL or block:
                status = side.put(pointer, status, block, timeout)
            if status != OK:
                raise self._failure(status)

    def put_many(
        self,
        items: Iterable[_Item] | Buffer | numpy.typing.NDArray[Any],
        block: bool = True,
        timeout: float | None = None,
    ) -> int:
        """Puts many messages in, from a NumPy array of ``DTYPE``, any buffer of whole items, or an
        iterable of structs; how many went in.

        Waits until all are in. With ``block=False``, or when the time is up, it stops earlier, and
        raises :class:`queue.Full` if not a single one went in.
        """
        buffer, count = self._items.gather(items)
        if count == 0:
            return 0
        status, total = self._putter.put_many(ctypes.addressof(buffer), count, block, timeout)
        if status not in (OK, FULL) or total == 0:
            raise self._failure(status)
        return total


class Takes(Object[_Item]):
    """One that messages are taken out of, by whoever is first to do so."""

    def __init__(self, attachment: Attachment, index: int, name: str, item: type[_Item]) -> None:
        super().__init__(attachment, index, name, item)
        self._taker = self._side(_side.GET)

    def get_nowait(self) -> _Item:
        """Takes a message out, or raises :class:`queue.Empty`."""
        return self.get(block=False)

    def get(self, block: bool = True, timeout: float | None = None) -> _Item:
        """Takes a message out, waiting for one unless told otherwise.

        Raises :class:`queue.Empty` after ``timeout`` seconds, and at once with ``block=False``, and
        :class:`shm_runtime.Removed` when the segment was removed and is drained.
        """
        side = self._taker
        kept: list[_Item] = []
        status = EMPTY
        try:
            if not side.waiting or (block and timeout is None):
                status = side.take(self._make, kept)
                if kept:
                    return kept[0]
            if block and status in (EMPTY, NOT_READY, BUSY):
                for slice_ns in side.slices(timeout):
                    status = side.take(self._make, kept, slice_ns)
                    if kept:
                        return kept[0]
                    if status not in (TIMEOUT, NOT_READY):
                        break
        except BaseException:
            side.keep(kept)
            raise
        raise self._failure(EMPTY if status in (TIMEOUT, BUSY) else status)

    def get_many(self, count: int, block: bool = True, timeout: float | None = None) -> Array:
        """Takes up to ``count`` messages out in one call: at least one, if it may wait for it.

        A NumPy array of ``DTYPE`` where NumPy is installed, as type checkers see it, else a list. Raises
        :class:`queue.Empty` as :meth:`get` does.
        """
        if count < 1:
            raise ValueError(f"a count of {count}")
        side, taken = self._taker, Taken(self._items, count)
        try:
            status = self._take_many(side, taken, block, timeout)
            if status == OK:
                return self._items.present(taken.room, taken.count)
        except BaseException:
            side.keep(taken.copies())
            raise
        raise self._failure(status)

    async def get_async(self, timeout: float | None = None) -> _Item:
        """As :meth:`get`, awaited in an event loop of :mod:`asyncio`. A message that came while the task was
        cancelled stays in shared memory, for the next who takes one out."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                return self.get_nowait()
            except Empty:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    raise
            await self._taker.ready(left)

    def __iter__(self) -> Iterator[_Item]:
        """Takes messages out, waiting for each, until the segment is removed."""
        while True:
            try:
                yield self.get()
            except Removed:
                return

    async def __aiter__(self) -> AsyncIterator[_Item]:
        """The same in an event loop."""
        while True:
            try:
                yield await self.get_async()
            except Removed:
                return
