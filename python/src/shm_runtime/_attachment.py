"""Attached segments of a schema."""

from __future__ import annotations

import ctypes
import json
import os
import threading
import time
import weakref
from dataclasses import dataclass
from typing import Any

from . import _native, _travel
from ._errors import Corrupt, Forked, Invalid, NotFound, error

#: What a handle answers that was closed, among others; see `shm_status`.
INVALID = 17

CREATE, ATTACH, ATTACH_READ_ONLY, OPEN_OR_CREATE = range(4)

#: Sizes of huge pages, in bytes.
HUGE_PAGES = {"2M": 2 << 20, "1G": 1 << 30}

#: How often an attach that waits looks again, in seconds.
RETRY = 0.005


def check_ids(**numbers: int | str) -> None:
    """Refuses what is no user or group; -1 stands for none. A name is looked up later."""
    for name, number in numbers.items():
        if isinstance(number, int) and not -1 <= number < 2**32 - 1:
            raise Invalid(f"{name} {number} is not within 0 to {2**32 - 2}")


def check_mode(mode: int, verb: str, address: str) -> None:
    """Refuses what are no permissions: 640 without ``0o`` is 0o1200."""
    if 0 <= mode <= 0o777:
        return
    digits = str(mode)
    octal = set(digits) <= set("01234567") and int(digits, 8) <= 0o777
    hint = f"; if {digits} was meant, write 0o{digits}" if octal else ""
    raise Invalid(f"cannot {verb} {_native.shown(address)}: mode {mode:o} is not within 0 to 777{hint}")


_METHODS = {CREATE: "create", ATTACH: "attach", ATTACH_READ_ONLY: "attach", OPEN_OR_CREATE: "open_or_create"}


@dataclass(frozen=True)
class SegmentSpec:
    """What a generated module knows of a segment."""

    contract: bytes
    version: str
    address: str
    mode: int
    participants: int
    #: The user it is given to on create, and who is trusted on attach: a name or a number.
    owner: str | None = None
    #: The group it is given to on create.
    group: str | None = None
    #: The huge pages that it asks for on create: ``2M`` or ``1G``.
    pages: str | None = None


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
    #: Messages that were committed and given up; this kind of queue gives none up.
    dropped: int = 0
    #: How many processes sleep until there is a message, or room.
    waiters: int = 0


class Role:
    """A role of an object, producer or consumer: claimed at the first use, given up at close."""

    def __init__(self, claim: Any, close: Any, free: Any) -> None:
        self._claim, self._close, self._free = claim, close, free
        # Filled by the native call itself, so that an interrupt behind it does not lose a claim.
        self._handle = _native.Handle(free)
        #: Held by whoever uses the handle, for one native call. A signal's handler may come in between,
        #: in the thread that has it.
        self.lock = threading.RLock()
        #: Whether whoever holds the lock found nothing to do, and waits.
        self.waiting = False
        #: Whoever waits with the handle looks at this now and then.
        self.closed = False
        #: Whether a fork brought it here.
        self.forked = False
        _roles.add(self)

    def handle(self, attachment: Attachment, index: int) -> _native.Handle:
        """The native handle. The caller holds the lock."""
        if self.forked:
            address = _native.shown(attachment.address)
            raise Forked(f"{address} was attached by the parent of this process; attach again in the child")
        if not self._handle:
            attachment.call(self._claim, ctypes.c_size_t(index), ctypes.byref(self._handle))
        return self._handle

    def give_up(self) -> None:
        """Gives the role up, once nobody uses it."""
        self.closed = True
        with self.lock:
            handle, self._handle = self._handle, _native.Handle(self._free)
            self._close(handle)


_roles: weakref.WeakSet[Role] = weakref.WeakSet()


def _forked() -> None:
    """In a child, the lock of a thread that is not here would never be released."""
    for role in _roles:
        role.lock = threading.RLock()
        role.forked, role.waiting = True, False


os.register_at_fork(after_in_child=_forked)


def _let_go(handle: _native.Handle, roles: list[Role]) -> None:
    for role in roles:
        role.closed = True  # all first: whoever waits stops waiting now
    for role in roles:
        role.give_up()
    _native.library().detach(handle)


class Attachment:
    """An attached segment. Generated classes own one; :meth:`close` detaches and never removes."""

    def __init__(
        self, handle: _native.Handle, address: str, spec: SegmentSpec, how: int, options: dict[str, Any]
    ) -> None:
        self._handle = handle
        # How it was made, for attaching in another process.
        self._spec, self._how, self._options = spec, how, options
        self._roles: list[Role] = []
        self.address = address
        # Runs at the latest when the interpreter ends, so that a program which forgets to close
        # leaves like one that does not.
        self._finalizer = weakref.finalize(self, _let_go, handle, self._roles)

    @classmethod
    def open(
        cls,
        spec: SegmentSpec,
        how: int,
        *,
        address: str | None = None,
        mode: int | None = None,
        uid: int | str = -1,
        gid: int | str = -1,
        trust_uid: int = -1,
        any_owner: bool = False,
        prefault: bool = False,
        core_dump: bool = False,
        timeout: float | None = None,
    ) -> Attachment:
        """Opens a segment; with a time-out (seconds), waits so long for it to come into being."""
        if mode is not None:
            check_mode(mode, _METHODS[how], spec.address if address is None else address)
        library = _native.library()
        if spec.pages is not None and spec.pages not in HUGE_PAGES:
            raise Invalid(f"huge pages are of {' or '.join(HUGE_PAGES)}, not {spec.pages}")
        check_ids(uid=uid, gid=gid, trust_uid=trust_uid)
        request = _native.Request(
            spec.contract,
            len(spec.contract),
            spec.version.encode(),
            _native.text(spec.address if address is None else address, "an address"),
            spec.mode if mode is None else mode,
            spec.participants,
            None if spec.owner is None else spec.owner.encode(),
            None if spec.group is None else spec.group.encode(),
            _native.account(uid, "uid"),
            _native.account(gid, "gid"),
            trust_uid,
            int(any_owner),
            how,
            0 if spec.pages is None else HUGE_PAGES[spec.pages],
            int(prefault),
            int(core_dump),
        )
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            handle = _native.Handle(library.attachment_free)
            status = library.open(ctypes.byref(request), ctypes.byref(handle))
            if status == 0:
                options: dict[str, Any] = {
                    "trust_uid": trust_uid,
                    "any_owner": any_owner,
                    "prefault": prefault,
                    "core_dump": core_dump,
                }
                return cls(handle, _native.address(library.address, handle), spec, how, options)
            failure = error(status)
            late = deadline is None or time.monotonic() >= deadline
            if late or not isinstance(failure, NotFound):
                raise failure
            time.sleep(RETRY)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled as its address and options, it attaches where it is unpickled."""
        place = _travel.depart(self)
        options = dict(self._options)
        created = self._how in (CREATE, OPEN_OR_CREATE)
        options["trust_uid"] = _travel.trusted(self, created, options["trust_uid"])
        how = ATTACH_READ_ONLY if self._how == ATTACH_READ_ONLY else ATTACH
        return _arrive, (place, self._spec, how, options)

    def call(self, function: Any, *arguments: Any) -> None:
        """Calls a native function with the handle, whoever closes meanwhile."""
        if not self.closed:
            status = function(self._handle, *arguments)
            if not status:
                return
            if status != INVALID or not self.closed:
                raise error(status)
        raise Invalid(f"{_native.shown(self.address)} is closed")

    @property
    def closed(self) -> bool:
        """Whether :meth:`close` was called."""
        return not self._finalizer.alive

    def role(self, claim: Any, close: Any, free: Any) -> Role:
        """A role that is given up when the attachment is closed."""
        role = Role(claim, close, free)
        self._roles.append(role)
        return role

    def close(self) -> None:
        """Detaches: gives up every role, and never removes the segment. May be called twice."""
        self._finalizer()

    def descriptor(self) -> int:
        """A new descriptor of a segment in a memfd, to be handed to another process and then closed
        (``os.close``). It holds no part in the segment, and keeps the memory until it is closed."""
        found = ctypes.c_int(-1)
        self.call(_native.library().descriptor, ctypes.byref(found))
        return found.value

    def unlink(self) -> None:
        """Takes the segment's name away. Who is attached keeps the memory."""
        self.call(_native.library().unlink)

    def stat(self) -> dict[str, Any]:
        """What the system and the segment know of it, as ``shmgen stat --json`` has it."""
        library = _native.library()
        size = 4096
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = ctypes.c_size_t()
            self.call(library.stat, buffer, ctypes.c_size_t(size), ctypes.byref(length))
            if length.value < size:
                found: dict[str, Any] = json.loads(buffer.value)
                return found
            size = length.value + 1

    def set(self, *, mode: int | None = None, uid: int = -1, gid: int = -1) -> None:
        """Changes what is named, and keeps the rest."""
        check_ids(uid=uid, gid=gid)
        if mode is not None:
            check_mode(mode, "set", self.address)
        numbers = [ctypes.c_int64(-1 if n is None else n) for n in (uid, gid, mode)]
        self.call(_native.library().set, *numbers)

    def queue_stat(self, index: int) -> QueueStat:
        """The numbers of the queue that is object ``index``."""
        objects = self.stat()["objects"]
        numbers = objects[index]["numbers"] if index < len(objects) else {}
        if "depth" not in numbers:
            shown = _native.shown(self.address)
            raise Corrupt(f"{shown}: the contract in it is damaged, so its objects are unknown")
        return QueueStat(
            depth=numbers["depth"],
            put=numbers["in"],
            got=numbers["out"],
            full=numbers["full"],
            redelivered=numbers["redelivered"],
            high_water=numbers["high_water"],
            dropped=numbers["dropped"],
            waiters=numbers["waiters"],
        )


def _arrive(place: tuple[str, Any], spec: SegmentSpec, how: int, options: dict[str, Any]) -> Attachment:
    return _travel.arrive(place, lambda address: Attachment.open(spec, how, address=address, **options))


def remove(address: str) -> None:
    """Removes the segment at an address, without attaching to it."""
    status = _native.library().remove(ctypes.c_char_p(_native.text(address, "an address")))
    if status:
        raise error(status)
