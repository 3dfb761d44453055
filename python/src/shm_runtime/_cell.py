"""Cells: the latest value, never torn, from one writer to any number of readers.

An interrupt loses nothing here: a value that was stored stays, and a load can be done again.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, SupportsIndex, TypeVar, overload

from . import _native, _side
from ._attachment import Attachment
from ._errors import Invalid, Timeout, error
from ._object import Object
from ._side import OK, TIMEOUT, Side

if TYPE_CHECKING:
    from ctypes import _CData

    from ._items import Array

_Value = TypeVar("_Value", bound="_CData")

_byref = ctypes.byref
_AT_ONCE = ctypes.c_uint64(0)


class Cell(Object[_Value]):
    """The latest of the structs that one process stores, for all others to load.

    The first store makes the caller's process the writer, until the segment is closed. Loading needs no
    role, and no right to write: it works where the segment is attached for reading only. A cell that was
    never stored holds zeros, and its version is 0. Methods may be called from any thread.
    """

    def __init__(
        self,
        attachment: Attachment,
        index: int,
        name: str,
        value: type[_Value],
        _at: int = 0,
        _sides: tuple[Side, Side] | None = None,
    ) -> None:
        super().__init__(attachment, index, name, value)
        self._reader, self._writer = _sides or (self._look, self._side(_side.PUT))
        self._put, self._get = _native.library().put, _native.library().get
        self._at = _at
        self._turn = _native.Turn(self._items.size, _at)
        self._turn_ref = _byref(self._turn)

    def store(self, value: _Value) -> None:
        """Stores a value, which every load that begins behind this gets, or a later one. Never waits.

        :class:`shm_runtime.RoleTaken` while another process, or another attachment, is the writer.
        """
        if not isinstance(value, self._item):
            raise self._items.refuse(value)
        pointer, turn = _byref(value), self._turn_ref
        if self._put(self._writer.handle, pointer, turn) != OK:
            self._writer.again(self._put, pointer, turn)

    def load(self) -> _Value:
        """A copy of the latest value."""
        value: _Value = self._make()
        pointer, turn = _byref(value), self._turn_ref
        if self._get(self._reader.handle, pointer, turn) != OK:
            self._reader.again(self._get, pointer, turn)
        return value

    def load_versioned(self) -> tuple[_Value, int]:
        """The same, with its version: how often a value was stored here, for :meth:`wait_newer`."""
        value: _Value = self._make()
        turn = _native.Turn(self._items.size, self._at)
        self._reader.again(self._get, _byref(value), _byref(turn))
        return value, int(turn.version)

    def wait_newer(self, version: int, timeout: float | None = None) -> tuple[_Value, int]:
        """Waits for a value of a higher version than this one; the latest one then, with its version.

        :class:`shm_runtime.Timeout` after ``timeout`` seconds, :class:`shm_runtime.Removed` when the segment
        was removed. Where it is attached for reading only nobody can wake the caller, who looks every few
        milliseconds instead.
        """
        if not 0 <= version < 2**64:
            raise Invalid(f"{self.name} has no version {version}: they are counted from 0")
        reader = self._reader
        value: _Value = self._make()
        turn = _native.Turn(self._items.size, self._at, 0, version)
        for slice_ns in reader.slices(timeout):
            status = reader.wait(_byref(value), _byref(turn), slice_ns)
            if status == OK:
                return value, int(turn.version)
            if status != TIMEOUT:
                raise error(status)
        raise Timeout(f"{self.name} had no version above {version} in {timeout:g} s")


class Cells(Object[_Value]):
    """An array of cells, ``feed.quotes[i]``, whose writer is one process for all of them."""

    def __init__(
        self, attachment: Attachment, index: int, name: str, value: type[_Value], count: int
    ) -> None:
        super().__init__(attachment, index, name, value)
        self._count = count
        self._sides = self._look, self._side(_side.PUT)
        self._made: dict[int, Cell[_Value]] = {}

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: SupportsIndex) -> Cell[_Value]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Cell[_Value]]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Cell[_Value] | Sequence[Cell[_Value]]:
        if isinstance(index, slice):
            return [self._cell(at) for at in range(*index.indices(self._count))]
        at = index.__index__()
        if not -self._count <= at < self._count:
            raise IndexError(f"there is no {self.name}[{at}]: {self.name} has {self._count} cells")
        return self._cell(at % self._count)

    def _cell(self, at: int) -> Cell[_Value]:
        found = self._made.get(at)
        if found is None:
            name = f"{self.name}[{at}]"
            made = Cell[_Value](self._attachment, self._index, name, self._item, at, self._sides)
            found = self._made.setdefault(at, made)
        return found

    def __iter__(self) -> Iterator[Cell[_Value]]:
        return map(self._cell, range(self._count))

    def load_all(self) -> Array:
        """The latest value of every cell, in one native call: a NumPy array of ``DTYPE`` where NumPy is
        installed, as type checkers see it, else a list. Each value is whole; together they are of no one
        moment."""
        room = self._items.room(self._count)
        turn = _native.Turn(self._items.size, 0, self._count)
        start = ctypes.c_void_p(ctypes.addressof(room))
        self._look.again(_native.library().get_many, start, _byref(turn), _AT_ONCE)
        return self._items.present(room, self._count)
