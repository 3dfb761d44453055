"""Segments as bytes: bare ones, mostly, and any other when looked at as such.

The memory is unmapped when the last view of it is gone: closing refuses as long as there are views, and
a segment that is forgotten leaves with its last view. So no view ever leads to memory that is not there.
"""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from types import TracebackType
from typing import Any, Callable

from . import _native, _travel
from ._attachment import (
    ATTACH,
    ATTACH_READ_ONLY,
    CREATE,
    INVALID,
    OPEN_OR_CREATE,
    check_ids,
    check_mode,
    wait_for,
)
from ._errors import Invalid, ViewsExist, error
from ._views import describe_views


class Segment:
    """A segment of N bytes. Made by :meth:`create`, :meth:`attach`, :meth:`attach_read_only` or
    :meth:`open_or_create`; leaving a ``with`` detaches and never removes."""

    def __init__(
        self, handle: _native.Handle, *, read_only: bool, created: bool = False, **options: Any
    ) -> None:
        # How it was made, for attaching in another process.
        self._created, self._options = created, options
        library = _native.library()
        self._handle = handle
        # Held by the thread that closes.
        self._lock = threading.RLock()
        self._address = _native.address(library.segment_address, handle)
        self._size = int(library.segment_size(handle))
        self._read_only = read_only
        # Every view refers to this array, and its end is the end of the mapping. Not at exit: views
        # may outlive this then, and the system unmaps anyway.
        whole = (ctypes.c_ubyte * self._size).from_address(library.segment_data(handle))
        self._detached = weakref.finalize(whole, library.segment_detach, handle)
        self._detached.atexit = False
        self._whole: ctypes.Array[ctypes.c_ubyte] | None = whole
        self._buf: memoryview | None = self._view(whole)
        _segments.add(self)

    def _view(self, whole: ctypes.Array[ctypes.c_ubyte]) -> memoryview:
        view = memoryview(whole).cast("B")
        return view.toreadonly() if self._read_only else view

    @classmethod
    def create(
        cls,
        address: str,
        size: int,
        *,
        mode: int = 0o600,
        uid: int | str = -1,
        gid: int | str = -1,
        prefault: bool = False,
        core_dump: bool = False,
    ) -> Segment:
        """Creates a segment of exactly ``size`` bytes, all zero. ``Exists`` if there is one.

        ``posix:`` as address chooses a name that is free, ``memfd:`` makes a memfd; see
        :attr:`address`. The mode is exactly the one given, whatever the umask. ``uid`` and ``gid`` are
        numbers or names; -1 leaves what the system gives. ``prefault`` maps every page at once, so that
        no access waits for a page fault later. With ``core_dump``, core files of this process have the bytes
        of the segment, which they else leave out.
        """
        return cls._open(
            CREATE, address, size=size, mode=mode, uid=uid, gid=gid, prefault=prefault, core_dump=core_dump
        )

    @classmethod
    def attach(
        cls,
        address: str,
        *,
        timeout: float | None = None,
        trust_uid: int = -1,
        any_owner: bool = False,
        prefault: bool = False,
        core_dump: bool = False,
    ) -> Segment:
        """Attaches to a segment of any size and content; waits up to ``timeout`` seconds for it."""
        return cls._open(
            ATTACH,
            address,
            timeout=timeout,
            trust_uid=trust_uid,
            any_owner=any_owner,
            prefault=prefault,
            core_dump=core_dump,
        )

    @classmethod
    def attach_read_only(
        cls,
        address: str,
        *,
        timeout: float | None = None,
        trust_uid: int = -1,
        any_owner: bool = False,
        prefault: bool = False,
        core_dump: bool = False,
    ) -> Segment:
        """As :meth:`attach`, with views that cannot be written to."""
        return cls._open(
            ATTACH_READ_ONLY,
            address,
            timeout=timeout,
            trust_uid=trust_uid,
            any_owner=any_owner,
            prefault=prefault,
            core_dump=core_dump,
        )

    @classmethod
    def open_or_create(
        cls,
        address: str,
        size: int,
        *,
        mode: int = 0o600,
        trust_uid: int = -1,
        any_owner: bool = False,
        prefault: bool = False,
        core_dump: bool = False,
    ) -> Segment:
        """Attaches to the segment, or creates it if there is none. One of another size is a
        ``Mismatch``; an existing one is never changed."""
        return cls._open(
            OPEN_OR_CREATE,
            address,
            size=size,
            mode=mode,
            trust_uid=trust_uid,
            any_owner=any_owner,
            prefault=prefault,
            core_dump=core_dump,
        )

    @classmethod
    def _open(
        cls,
        how: int,
        address: str,
        *,
        size: int = 0,
        mode: int = 0o600,
        uid: int | str = -1,
        gid: int | str = -1,
        trust_uid: int = -1,
        any_owner: bool = False,
        prefault: bool = False,
        core_dump: bool = False,
        timeout: float | None = None,
    ) -> Segment:
        library = _native.library()
        check_ids(uid=uid, gid=gid, trust_uid=trust_uid)
        if how in (CREATE, OPEN_OR_CREATE) and not 0 < size < 2**63:
            raise Invalid(
                f"cannot create {_native.shown(address)}: a segment has at least one byte, not {size}"
            )
        check_mode(mode, "create", address)
        request = _native.SegmentRequest(
            _native.text(address, "an address"),
            size,
            _native.account(uid, "uid"),
            _native.account(gid, "gid"),
            trust_uid,
            mode,
            int(any_owner),
            how,
            int(prefault),
            int(core_dump),
        )
        handle = _native.Handle(library.segment_free)
        wait_for(timeout, lambda: library.segment_open(ctypes.byref(request), ctypes.byref(handle)))
        return cls(
            handle,
            read_only=how == ATTACH_READ_ONLY,
            created=how in (CREATE, OPEN_OR_CREATE),
            trust_uid=trust_uid,
            any_owner=any_owner,
            prefault=prefault,
            core_dump=core_dump,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as its address and options, it attaches where it is unpickled."""
        place = _travel.depart(self)
        options = dict(self._options)
        options["trust_uid"] = _travel.trusted(self, self._created, options["trust_uid"])
        return _arrive, (type(self), place, ATTACH_READ_ONLY if self._read_only else ATTACH, options)

    @property
    def buf(self) -> memoryview:
        """The bytes. Views of it (slices, arrays) must be gone before :meth:`close`."""
        if self._buf is None:
            raise Invalid(f"{_native.shown(self._address)} is closed")
        return self._buf

    @property
    def size(self) -> int:
        """Bytes of the segment."""
        return self._size

    @property
    def address(self) -> str:
        """Where it is, with the name that was chosen if it was ``posix:``."""
        return self._address

    @property
    def read_only(self) -> bool:
        """Whether it may not be written to."""
        return self._read_only

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._buf is None

    def stat(self) -> dict[str, Any]:
        """What the system and the segment know of it, as ``shmgen stat --json`` has it."""
        return _native.from_json(lambda *arguments: self._call(_native.library().segment_stat, *arguments))

    def set(self, *, mode: int | None = None, uid: int = -1, gid: int = -1) -> None:
        """Changes what is named, and keeps the rest."""
        check_ids(uid=uid, gid=gid)
        if mode is not None:
            check_mode(mode, "set", self._address)
        numbers = [ctypes.c_int64(-1 if n is None else n) for n in (uid, gid, mode)]
        self._call(_native.library().segment_set, *numbers)

    def descriptor(self) -> int:
        """A new descriptor of a memfd, to be handed to another process and then closed (``os.close``).
        It keeps the memory until it is closed."""
        found = ctypes.c_int(-1)
        self._call(_native.library().segment_descriptor, ctypes.byref(found))
        return found.value

    def unlink(self) -> None:
        """Takes the segment's name away. Attached processes keep the memory. A memfd has none."""
        self._call(_native.library().segment_unlink)

    def lock_memory(self) -> None:
        """Keeps the segment in memory: until :meth:`unlock_memory` for System V, and no longer than this
        attachment for POSIX. ``PermissionError`` beyond ``ulimit -l``."""
        self._call(_native.library().segment_lock, ctypes.c_uint32(1))

    def unlock_memory(self) -> None:
        """Undoes :meth:`lock_memory`."""
        self._call(_native.library().segment_lock, ctypes.c_uint32(0))

    def close(self) -> None:
        """Detaches, and never removes the segment. May be called twice.

        :class:`~shm_runtime.ViewsExist`, with the views named, if there are views of :attr:`buf`; the
        segment stays open then.
        """
        # The traceback of the error must not hold what it complains of.
        views = self._detach()
        if views:
            shown = _native.shown(self._address)
            raise ViewsExist(
                f"cannot close {shown}: there are views of its bytes; delete or release them first: "
                + "; ".join(views)
            )

    def _detach(self) -> list[str]:
        """Detaches, unless there are views: what they are."""
        with self._lock:
            whole, buf = self._whole, self._buf
            if whole is None or buf is None:
                return []
            ended = weakref.ref(whole)
            held = ""
            try:
                buf.release()
            except BufferError as reason:
                held = str(reason)
            self._whole = self._buf = None
            del whole
            whole = ended()
            if whole is None:
                return []
            # Somebody still refers to the memory; so it is there.
            self._whole, self._buf = whole, buf if held else self._view(whole)
            return describe_views(whole, self._buf) or [held or "one that cannot be found"]

    def __enter__(self) -> Segment:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except ViewsExist:
            # What went wrong first counts; the traceback itself may hold views. The last one detaches.
            if value is None:
                raise
            self._whole = self._buf = None

    def __repr__(self) -> str:
        state = "closed" if self.closed else f"{self._size} bytes"
        return f"<{type(self).__name__} {_native.shown(self._address)}, {state}>"

    def _call(self, function: Callable[..., int], *arguments: Any) -> None:
        if not self.closed:
            status = function(self._handle, *arguments)
            if not status:
                return
            if status != INVALID or not self.closed:
                raise error(status)
        raise Invalid(f"{_native.shown(self._address)} is closed")


def _arrive(kind: type[Segment], place: tuple[str, Any], how: int, options: dict[str, Any]) -> Segment:
    return _travel.arrive(place, lambda address: kind._open(how, address, **options))


_segments: weakref.WeakSet[Segment] = weakref.WeakSet()


def _forked() -> None:
    """In a child, the lock of a thread that is not here would never be released."""
    for segment in _segments:
        segment._lock = threading.RLock()


os.register_at_fork(after_in_child=_forked)
