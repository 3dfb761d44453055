"""Many structs of one type in one piece of memory: buffers, NumPy arrays, or lists where NumPy is not
installed."""

from __future__ import annotations

import ctypes
import functools
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import numpy
    import numpy.typing
    from typing_extensions import TypeAlias

    #: Of structs.
    Array: TypeAlias = numpy.typing.NDArray[numpy.void]


class Items:
    """The structs of an object, one and many."""

    def __init__(self, name: str, item: Any) -> None:
        self.name, self.item = name, item
        self.size = ctypes.sizeof(item)

    def refuse(self, item: object) -> TypeError:
        """The error of something else."""
        return TypeError(f"{self.name} takes {self.item.__name__}, not {type(item).__name__}")

    def gather(self, items: Any) -> tuple[Any, int]:
        """A ctypes array over the items' memory, or over a copy of it, and how many they are."""
        try:
            view = _bytes_of(items)
        except TypeError:
            whole = list(items)
            for item in whole:
                if not isinstance(item, self.item):
                    raise self.refuse(item) from None
            return (self.item * len(whole))(*whole), len(whole)
        if view.nbytes % self.size:
            raise ValueError(f"{view.nbytes} bytes are not whole items of {self.size} bytes")
        self._check(getattr(items, "dtype", None))
        kind = ctypes.c_uint8 * view.nbytes
        if not view.c_contiguous or view.readonly:
            return kind.from_buffer_copy(view.tobytes()), view.nbytes // self.size
        return kind.from_buffer(view.cast("B")), view.nbytes // self.size

    def _check(self, dtype: Any) -> None:
        """Refuses an array of other structs; plain numbers and bytes may be anything."""
        if dtype is None or dtype.itemsize == 1:
            return
        if dtype.itemsize != self.size:
            raise ValueError(
                f"items of {dtype.itemsize} bytes are not {self.item.__name__} of {self.size} bytes"
            )
        ours = self._dtype
        if dtype.names is not None and ours is not None and dtype != ours:
            raise TypeError(
                f"{self.name} takes arrays of {self.item.__name__}.DTYPE, which is {ours}, not {dtype}"
            )

    @functools.cached_property
    def _dtype(self) -> Any:
        """Their type in NumPy, made once; None without NumPy."""
        numpy = _numpy()
        return None if numpy is None else numpy.dtype(getattr(self.item, "DTYPE"))  # noqa: B009

    def room(self, count: int) -> Any:
        """Memory for ``count`` items, as a ctypes array of bytes."""
        numpy = _numpy()
        kind = ctypes.c_uint8 * (self.size * count)
        # NumPy does not fill it with zeros first, as ctypes does.
        return kind() if numpy is None else kind.from_buffer(numpy.empty(ctypes.sizeof(kind), numpy.uint8))

    def copies(self, room: Any, count: int) -> list[Any]:
        """The first ones of a room, each by itself."""
        return [self.item.from_buffer_copy(room, i * self.size) for i in range(count)]

    def present(self, room: Any, count: int) -> Array:
        """The first ones of a room, as a program is given them: a NumPy array, as type checkers see it."""
        numpy = _numpy()
        if numpy is None:
            return cast("Array", self.copies(room, count))
        found: Array = numpy.frombuffer(room, dtype=self._dtype, count=count)
        return found


def _bytes_of(items: Any) -> memoryview:
    """The memory of an object that supports the buffer protocol; TypeError for any other object."""
    try:
        return memoryview(items)
    except ValueError:
        if not hasattr(items, "dtype"):
            raise
        # NumPy shows no buffer of fields that share their bytes, as the variants of a union do.
        return memoryview(items.view(f"V{items.dtype.itemsize}"))


def _numpy() -> Any:
    """NumPy, if it is installed."""
    global _found_numpy  # noqa: PLW0603
    if _found_numpy is False:
        try:
            import numpy
        except ImportError:
            _found_numpy = None
        else:
            _found_numpy = numpy
    return _found_numpy


_found_numpy: Any = False
