"""Attached segments of a schema."""

from __future__ import annotations

import ctypes
import time
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

from . import _native, _travel
from ._errors import Invalid, NotFound, Removed, error

if TYPE_CHECKING:
    from ._side import Side

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


def wait_for(timeout: float | None, attach: Callable[[], int]) -> None:
    """``attach``, and again while there is no such segment, for ``timeout`` seconds at most. What was removed
    may come again."""
    deadline = time.monotonic() + (timeout or 0)
    while status := attach():
        failure = error(status)
        if not timeout or not isinstance(failure, (NotFound, Removed)):
            raise failure
        left = deadline - time.monotonic()
        if left <= 0:
            failure.args = (f"{failure}, and none came in {timeout * 1000:.0f} ms",)
            raise failure
        time.sleep(min(left, RETRY))


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


def _let_go(handle: _native.Handle, sides: list[Side]) -> None:
    for side in sides:
        side.closed = True  # all first: whoever waits stops waiting now
    for side in sides:
        side.give_up()
    _native.library().detach(handle)


class Attachment:
    """An attached segment. Generated classes own one; :meth:`close` detaches and never removes."""

    def __init__(
        self, handle: _native.Handle, address: str, spec: SegmentSpec, how: int, options: dict[str, Any]
    ) -> None:
        self._handle = handle
        # How it was made, for attaching in another process.
        self._spec, self._how, self._options = spec, how, options
        self._sides: list[Side] = []
        self.address = address
        # Runs at the latest when the interpreter ends, so that a program which forgets to close
        # leaves like one that does not.
        self._finalizer = weakref.finalize(self, _let_go, handle, self._sides)

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
        handle = _native.Handle(library.attachment_free)
        wait_for(timeout, lambda: library.open(ctypes.byref(request), ctypes.byref(handle)))
        options: dict[str, Any] = {
            "trust_uid": trust_uid,
            "any_owner": any_owner,
            "prefault": prefault,
            "core_dump": core_dump,
        }
        return cls(handle, _native.address(library.address, handle), spec, how, options)

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

    def add(self, side: Side) -> None:
        """A side of one of its objects, which is given up when the attachment is closed."""
        self._sides.append(side)

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
        """Takes the segment's name away. Attached processes keep the memory."""
        self.call(_native.library().unlink)

    def stat(self) -> dict[str, Any]:
        """What the system and the segment know of it, as ``shmgen stat --json`` has it."""
        return _native.from_json(lambda *arguments: self.call(_native.library().stat, *arguments))

    def set(self, *, mode: int | None = None, uid: int = -1, gid: int = -1) -> None:
        """Changes what is named, and keeps the rest."""
        check_ids(uid=uid, gid=gid)
        if mode is not None:
            check_mode(mode, "set", self.address)
        numbers = [ctypes.c_int64(-1 if n is None else n) for n in (uid, gid, mode)]
        self.call(_native.library().set, *numbers)


def _arrive(place: tuple[str, Any], spec: SegmentSpec, how: int, options: dict[str, Any]) -> Attachment:
    return _travel.arrive(place, lambda address: Attachment.open(spec, how, address=address, **options))


def remove(address: str) -> None:
    """Removes the segment at an address, without attaching to it."""
    status = _native.library().remove(ctypes.c_char_p(_native.text(address, "an address")))
    if status:
        raise error(status)
