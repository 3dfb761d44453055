"""Queues, in the words of :mod:`queue`."""

from __future__ import annotations

import ctypes
import functools
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from . import _native
from ._attachment import Attachment, QueueStat, Role
from ._errors import Empty, Full, Invalid, Removed, error

if TYPE_CHECKING:
    from ctypes import _CData

    import numpy
    import numpy.typing
    from typing_extensions import Buffer, TypeAlias

    #: Of structs.
    _Array: TypeAlias = numpy.typing.NDArray[numpy.void]

# Not ctypes.Structure, of which type checkers believe that it has every attribute.
_Item = TypeVar("_Item", bound="_CData")

# Statuses, see `shm_status`.
_OK, _FULL, _EMPTY, _NOT_READY, _TIMEOUT = 0, 1, 2, 3, 4

#: A native call comes back at least so often, so that Ctrl-C and other threads get their turn.
_SLICE_NS = 50_000_000

#: How long a thread that waits leaves the role to others between two native calls, and how long one
#: that does not want to wait for it sleeps before it looks again, in seconds.
_BREATH = 0.0002
_POLL = 0.001

#: Bytes that are put in at most while the interpreter's lock is kept.
_PIECE = 1 << 20


class Queue(Generic[_Item]):
    """A queue of structs from one producer to one consumer, in any two processes.

    The first put makes the caller's process the producer, the first get makes it the consumer; both
    roles are given up by the segment's ``close``. Methods may be called from any thread.
    """

    def __init__(
        self, attachment: Attachment, index: int, name: str, item: type[_Item], capacity: int
    ) -> None:
        self._attachment = attachment
        self._index = index
        self._item: Any = item
        self._size = ctypes.sizeof(item)
        library = _native.library()
        self._try_push, self._try_pop = library.try_push, library.try_pop
        self._producer = attachment.role(library.producer, library.producer_close, library.producer_free)
        self._consumer = attachment.role(library.consumer, library.consumer_close, library.consumer_free)
        # Messages that were taken out of shared memory for a call that an interrupt ended before it
        # could return them. The next get hands them out.
        self._left: list[_Item] = []
        # Set by the native call itself, in the same breath in which it takes a message out.
        self._mark = ctypes.c_uint8()
        self._mark_ref = ctypes.byref(self._mark)
        self.name = name
        #: Messages that always fit.
        self.capacity = capacity

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(
            f"{self!r} cannot be pickled, since its producer and consumer roles belong to this process: "
            f"hand the segment over instead, and use its .{self.name} there"
        )

    # --- put

    def put_nowait(self, item: _Item) -> None:
        """Puts a message in, or raises :class:`queue.Full`. It is committed when this returns."""
        self.put(item, block=False)

    def put(self, item: _Item, block: bool = True, timeout: float | None = None) -> None:
        """Puts a message in, waiting for room unless told otherwise.

        Raises :class:`queue.Full` after ``timeout`` seconds, and at once with ``block=False``.
        """
        if not isinstance(item, self._item):
            raise TypeError(f"{self.name} takes {self._item.__name__}, not {type(item).__name__}")
        pointer = ctypes.byref(item)
        producer = self._producer
        if not producer.waiting or (block and timeout is None):
            with producer.lock:
                status = self._try_push(producer.handle(self._attachment, self._index), pointer)
            if status == _OK:
                return
            if status != _FULL:
                raise self._failure(status)
        if block:
            for slice_ns in _slices(timeout, producer):
                with producer.lock:
                    handle, status = self._wait_room(slice_ns)
                    if status == _OK:
                        status = self._try_push(handle, pointer)
                if status == _OK:
                    return
                if status != _TIMEOUT:
                    raise self._failure(status)
        raise self._failure(_FULL)

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
        buffer, count = self._as_buffer(items)
        if count == 0:
            return 0
        producer = self._producer
        total = 0
        for slice_ns in _slices(timeout if block else 0.0, producer):
            with producer.lock:
                handle = producer.handle(self._attachment, self._index)
                status, total = self._push_ready(handle, buffer, total, count)
                if status == _FULL and slice_ns.value:
                    handle, status = self._wait_room(slice_ns)
                    if status == _OK:
                        status, total = self._push_ready(handle, buffer, total, count)
            if total == count:
                return total
            if status not in (_FULL, _TIMEOUT):
                raise self._failure(status)
        if total == 0:
            raise self._failure(_FULL)
        return total

    def _push_ready(self, handle: _native.Handle, buffer: Any, total: int, count: int) -> tuple[int, int]:
        """Puts in what there is room for, of ``count`` messages of which ``total`` are in; how many are
        in then. The caller holds the role's lock."""
        push, start = _native.library().try_push_many, ctypes.addressof(buffer)
        most = max(1, _PIECE // self._size)
        done = ctypes.c_size_t()
        status = _OK
        while status == _OK and total < count:
            items, wanted = ctypes.c_void_p(start + total * self._size), min(most, count - total)
            status = push(handle, items, ctypes.c_size_t(wanted), ctypes.byref(done))
            if status == _OK:
                total += done.value
        return status, total

    def _wait_room(self, slice_ns: ctypes.c_uint64) -> tuple[_native.Handle, int]:
        """Waits for room, in one native call that leaves the interpreter's lock to others: so it does not
        read the message, which they may change. The caller holds the role's lock."""
        producer = self._producer
        handle = producer.handle(self._attachment, self._index)
        producer.waiting = True
        try:
            return handle, _native.library().wait_room(handle, slice_ns)
        finally:
            producer.waiting = False

    def _as_buffer(self, items: Any) -> tuple[Any, int]:
        """A ctypes array over the items' memory, or over a copy of it."""
        try:
            view = _bytes_of(items)
        except TypeError:
            whole = list(items)
            for item in whole:
                if not isinstance(item, self._item):
                    raise TypeError(
                        f"{self.name} takes {self._item.__name__}, not {type(item).__name__}"
                    ) from None
            return (self._item * len(whole))(*whole), len(whole)
        if view.nbytes % self._size:
            raise ValueError(f"{view.nbytes} bytes are not whole items of {self._size} bytes")
        self._check_dtype(getattr(items, "dtype", None))
        kind = ctypes.c_uint8 * view.nbytes
        if not view.c_contiguous or view.readonly:
            return kind.from_buffer_copy(view.tobytes()), view.nbytes // self._size
        return kind.from_buffer(view.cast("B")), view.nbytes // self._size

    def _check_dtype(self, dtype: Any) -> None:
        """Refuses an array of other structs; plain numbers and bytes may be anything."""
        if dtype is None or dtype.itemsize == 1:
            return
        if dtype.itemsize != self._size:
            raise ValueError(
                f"items of {dtype.itemsize} bytes are not {self._item.__name__} of {self._size} bytes"
            )
        ours = self._dtype
        if dtype.names is not None and ours is not None and dtype != ours:
            raise TypeError(
                f"{self.name} takes arrays of {self._item.__name__}.DTYPE, which is {ours}, not {dtype}"
            )

    @functools.cached_property
    def _dtype(self) -> Any:
        """The items' type in NumPy, made once; None without NumPy."""
        numpy = _numpy()
        return None if numpy is None else numpy.dtype(getattr(self._item, "DTYPE"))  # noqa: B009

    # --- get

    def get_nowait(self) -> _Item:
        """Takes a message out, or raises :class:`queue.Empty`."""
        return self.get(block=False)

    def get(self, block: bool = True, timeout: float | None = None) -> _Item:
        """Takes a message out, waiting for one unless told otherwise.

        Raises :class:`queue.Empty` after ``timeout`` seconds, and at once with ``block=False``, and
        :class:`shm_runtime.Removed` when the segment was removed and is drained.
        """
        item: _Item = cast(Any, None)
        got = False
        status = _EMPTY
        consumer = self._consumer
        try:
            if not consumer.waiting or (block and timeout is None):
                with consumer.lock:
                    if self._left:
                        item = self._left[0]
                        got = True
                        del self._left[0]
                        return item
                    item = self._item.__new__(self._item)
                    status = self._receive(item, None)
                    got = status == _OK
                if got:
                    return item
            if block and status in (_EMPTY, _NOT_READY):
                for slice_ns in _slices(timeout, consumer):
                    with consumer.lock:
                        if self._left:
                            item = self._left[0]
                            got = True
                            del self._left[0]
                            return item
                        item = self._item.__new__(self._item)
                        status = self._receive(item, slice_ns)
                        got = status == _OK
                    if got:
                        return item
                    if status not in (_TIMEOUT, _NOT_READY):
                        break
        except BaseException:
            if got and item is not None:
                self._keep([item])
            raise
        raise self._failure(_EMPTY if status == _TIMEOUT else status)

    def _receive(self, item: _Item, slice_ns: ctypes.c_uint64 | None) -> int:
        """One native call, which waits so long if it is told to. The caller holds the lock."""
        consumer = self._consumer.handle(self._attachment, self._index)
        pointer = ctypes.byref(item)
        self._mark.value = 0
        try:
            if slice_ns is None:
                status: int = self._try_pop(consumer, pointer, self._mark_ref)
                return status
            self._consumer.waiting = True
            try:
                status = _native.library().pop(consumer, pointer, self._mark_ref, slice_ns)
                return status
            finally:
                self._consumer.waiting = False
        except BaseException:
            # An interrupt behind the native call: the message is out of shared memory already.
            if self._mark.value:
                self._keep([item])
            raise

    def _keep(self, items: list[_Item]) -> None:
        """Keeps messages for the next get, before all others; those that are kept already stay."""
        kept = {id(item) for item in self._left}
        self._left[:0] = [item for item in items if id(item) not in kept]

    def get_many(self, count: int, block: bool = True, timeout: float | None = None) -> _Array:
        """Takes up to ``count`` messages out in one call: at least one, if it may wait for it.

        A NumPy array of ``DTYPE`` where NumPy is installed, as type checkers see it, else a list. Raises
        :class:`queue.Empty` as :meth:`get` does.
        """
        if count < 1:
            raise ValueError(f"a count of {count}")
        batch = _room(self._item, count)
        wanted, done = ctypes.c_size_t(count), ctypes.c_size_t()
        left: list[_Item] = []
        consumer = self._consumer
        pop_many = _native.library().pop_many
        pointer = ctypes.c_void_p(ctypes.addressof(batch))
        try:
            for slice_ns in _slices(timeout if block else 0.0, consumer):
                with consumer.lock:
                    if self._left:
                        left = self._left[:count]
                        for i, item in enumerate(left):
                            room = ctypes.byref(batch, i * self._size)
                            ctypes.memmove(room, ctypes.byref(item), self._size)
                        del self._left[: len(left)]
                        return self._present(batch, len(left))
                    handle = consumer.handle(self._attachment, self._index)
                    consumer.waiting = True
                    try:
                        status = pop_many(handle, pointer, wanted, slice_ns, ctypes.byref(done))
                    finally:
                        consumer.waiting = False
                if status == _OK:
                    return self._present(batch, done.value)
                if status not in (_EMPTY, _NOT_READY, _TIMEOUT):
                    raise self._failure(status)
        except BaseException:
            if left:
                self._keep(left)
            elif done.value:
                self._keep([self._item.from_buffer_copy(batch, i * self._size) for i in range(done.value)])
            raise
        raise self._failure(_EMPTY)

    def _present(self, batch: Any, n: int) -> _Array:
        numpy = _numpy()
        if numpy is None:
            copies = [self._item.from_buffer_copy(batch, i * self._size) for i in range(n)]
            return cast("_Array", copies)
        found: _Array = numpy.frombuffer(batch, dtype=self._dtype, count=n)
        return found

    def __iter__(self) -> Iterator[_Item]:
        """Takes messages out, waiting for each, until the segment is removed."""
        while True:
            try:
                yield self.get()
            except Removed:
                return

    # --- numbers

    def qsize(self) -> int:
        """Messages that wait now; another process may change it at any time."""
        depth = ctypes.c_uint64()
        index = ctypes.c_size_t(self._index)
        self._attachment.call(_native.library().depth, index, ctypes.byref(depth))
        return depth.value

    def empty(self) -> bool:
        """Whether no message waits now."""
        return self.qsize() == 0

    def full(self) -> bool:
        """Whether at least :attr:`capacity` messages wait now."""
        return self.qsize() >= self.capacity

    def redelivered(self) -> int:
        """How many of the next messages a consumer that died may have seen already."""
        with self._consumer.lock:
            handle = self._consumer.handle(self._attachment, self._index)
            return int(_native.library().redelivered(handle))

    def stat(self) -> QueueStat:
        """The numbers of the queue."""
        return self._attachment.queue_stat(self._index)

    def __repr__(self) -> str:
        address = _native.shown(self._attachment.address)
        return f"<{type(self).__name__} {self.name} of {self._item.__name__} in {address}>"

    def _failure(self, status: int) -> Exception:
        if status == _FULL:
            return Full(f"{self.name} is full")
        if status == _EMPTY:
            return Empty(f"{self.name} is empty")
        address = _native.shown(self._attachment.address)
        texts = {
            6: f"{address} was removed",
            12: f"{self.name} is damaged: the other side's cursor is impossible",
            13: f"{address} was attached by the parent of this process; attach again in the child",
        }
        return error(status, texts.get(status))


def _bytes_of(items: Any) -> memoryview:
    """The memory of a buffer; TypeError if it is none."""
    try:
        return memoryview(items)
    except ValueError:
        if not hasattr(items, "dtype"):
            raise
        # NumPy shows no buffer of fields that share their bytes, as the variants of a union do.
        return memoryview(items.view(f"V{items.dtype.itemsize}"))


def _slices(timeout: float | None, role: Role) -> Iterable[ctypes.c_uint64]:
    """Time-outs for native calls, in ns, that together last ``timeout`` seconds; at least one, unless
    another thread waits in the same role all the time. Ends with an error when the role is closed by
    another thread."""
    if timeout is not None and timeout < 0:
        raise ValueError("'timeout' must be a non-negative number")
    whole = ctypes.c_uint64(_SLICE_NS)
    if timeout is None:
        while not role.closed:
            yield whole
            time.sleep(_BREATH)
        raise Invalid("the segment was closed while waiting")
    deadline = time.monotonic() + timeout
    left: int | float = timeout * 1e9
    while True:
        while role.waiting:
            if left <= 0:
                return
            time.sleep(_POLL)
            left = (deadline - time.monotonic()) * 1e9
        yield whole if left >= _SLICE_NS else ctypes.c_uint64(max(0, int(left)))
        if role.closed:
            raise Invalid("the segment was closed while waiting")
        left = (deadline - time.monotonic()) * 1e9
        if left <= 0:
            return
        time.sleep(_BREATH)


def _room(item: type[_Item], count: int) -> Any:
    """Memory for so many items, as a ctypes array of bytes."""
    numpy = _numpy()
    kind = ctypes.c_uint8 * (ctypes.sizeof(item) * count)
    # NumPy does not fill it with zeros first, as ctypes does.
    return kind() if numpy is None else kind.from_buffer(numpy.empty(ctypes.sizeof(kind), dtype=numpy.uint8))


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
