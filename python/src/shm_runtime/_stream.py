"""Streams: bytes, or whole structs in any number at once, first in, first out."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Callable, TypeVar

from . import _side
from ._attachment import Attachment
from ._errors import Timeout
from ._object import Object, Taken
from ._side import EMPTY, FULL, OK

if TYPE_CHECKING:
    from ctypes import _CData

    import numpy.typing
    from typing_extensions import Buffer

    from ._items import Array

_Item = TypeVar("_Item", bound="_CData")
_Found = TypeVar("_Found")

#: Bytes that one read takes out at most.
_PIECE = 1 << 20


class _Stream(Object[_Item]):
    """What streams of bytes and of structs have."""

    def __init__(
        self, attachment: Attachment, index: int, name: str, item: type[_Item], capacity: int
    ) -> None:
        super().__init__(attachment, index, name, item)
        #: Items, or bytes, that always fit.
        self.capacity = capacity
        self._writer, self._reader = self._side(_side.PUT), self._side(_side.GET)

    def _write(self, items: Any, block: bool, timeout: float | None) -> int:
        buffer, count = self._items.gather(items)
        if count == 0:
            return 0
        status, total = self._writer.put_many(ctypes.addressof(buffer), count, block, timeout, least=1)
        if total == 0 and status == FULL:
            if block:
                raise Timeout(f"{self.name} was full for {timeout:g} s")
        elif status not in (OK, FULL):
            raise self._failure(status)
        return total

    def _read(self, n: int, block: bool, timeout: float | None, give: Callable[[Any, int], _Found]) -> _Found:
        """Reads up to ``n`` items; ``give`` makes what the caller gets of the memory and their number."""
        # No more than ever wait, whatever is asked for.
        most = min(self.capacity + self.capacity // 8 + 8, max(1, _PIECE // self._items.size))
        taken = Taken(self._items, most if n < 0 else min(n, most))
        if n == 0:
            return give(taken.room, 0)
        try:
            status = self._take_many(self._reader, taken, block, timeout)
            if status == OK or (status == EMPTY and not block):
                return give(taken.room, taken.count)
        except BaseException:
            self._reader.keep(taken.copies())
            raise
        if status == EMPTY:
            raise Timeout(f"nothing came in {self.name} for {timeout:g} s")
        raise self._failure(status)

    def depth(self) -> int:
        """Items, or bytes, that wait now; another process may change it at any time."""
        return self._look.number(b"depth")

    def redelivered(self) -> int:
        """How many of the next items, or bytes, a reader that died may have seen already."""
        return self._reader.number(b"redelivered")


class ByteStream(_Stream[ctypes.c_uint8]):
    """A stream of bytes from one writer to one reader, in any two processes.

    The first write makes the caller's process the writer, the first read makes it the reader; both roles are
    given up by the segment's ``close``. Methods may be called from any thread.
    """

    def __init__(self, attachment: Attachment, index: int, name: str, capacity: int) -> None:
        super().__init__(attachment, index, name, ctypes.c_uint8, capacity)

    def write(self, data: Buffer, block: bool = True, timeout: float | None = None) -> int:
        """Writes as many bytes as fit, and says how many: at least one. They are committed then.

        Waits for room for the first byte; :class:`shm_runtime.Timeout` after ``timeout`` seconds. With
        ``block=False`` it is 0 where none fits. :class:`shm_runtime.Removed` when the segment was removed.
        """
        return self._write(memoryview(data).cast("B"), block, timeout)

    def read(self, n: int = -1, block: bool = True, timeout: float | None = None) -> bytes:
        """Reads as many bytes as are there, at least one and at most ``n``. They are acknowledged then.

        Waits for the first byte; :class:`shm_runtime.Timeout` after ``timeout`` seconds. With ``block=False``
        it is ``b""`` where none is there. :class:`shm_runtime.Removed` when the segment was removed and the
        stream is drained.
        """
        return self._read(n, block, timeout, lambda room, count: bytes(memoryview(room)[:count]))


class Stream(_Stream[_Item]):
    """A stream of structs, the same as :class:`ByteStream` with whole ones in place of bytes."""

    def write(
        self,
        items: Iterable[_Item] | Buffer | numpy.typing.NDArray[Any],
        block: bool = True,
        timeout: float | None = None,
    ) -> int:
        """Writes as many structs as fit, and says how many; see :meth:`ByteStream.write`. They are a NumPy
        array of ``DTYPE``, any buffer of whole items, or an iterable of structs."""
        return self._write(items, block, timeout)

    def read(self, n: int = -1, block: bool = True, timeout: float | None = None) -> Array:
        """Reads as many structs as are there, at most ``n``; see :meth:`ByteStream.read`. A NumPy array of
        ``DTYPE`` where NumPy is installed, as type checkers see it, else a list."""
        return self._read(n, block, timeout, self._items.present)
