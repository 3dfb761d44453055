"""Errors: one class for each status that the native library returns."""

from __future__ import annotations

import queue

from . import _native


class Error(Exception):
    """Anything that goes wrong with a segment: what was tried, on what, why not, what to do."""

    #: The status in C, such as ``SHM_NOT_FOUND``.
    status = "SHM_OS"


class Full(Error, queue.Full):
    """The queue has no room. Also a :class:`queue.Full`."""

    status = "SHM_FULL"


class Empty(Error, queue.Empty):
    """The queue holds nothing. Also a :class:`queue.Empty`."""

    status = "SHM_EMPTY"


class NotReady(Empty):
    """The next message is claimed, but not committed yet. Also an :class:`Empty`."""

    status = "SHM_NOT_READY"


class Timeout(Error, TimeoutError):
    """The time given is up."""

    status = "SHM_TIMEOUT"


class RoleTaken(Error):
    """Somebody who is alive is the producer, or the consumer, already."""

    status = "SHM_ROLE_TAKEN"


class Removed(Error):
    """The segment was removed, and what it held is drained."""

    status = "SHM_REMOVED"


class Mismatch(Error, ValueError):
    """The segment is of another contract; the text says what differs."""

    status = "SHM_MISMATCH"


class NotFound(Error, FileNotFoundError):
    """There is no such segment."""

    status = "SHM_NOT_FOUND"


class Exists(Error, FileExistsError):
    """There is a segment of that name already."""

    status = "SHM_EXISTS"


class Permission(Error, PermissionError):
    """The caller may not do that, or the segment belongs to somebody who is not trusted."""

    status = "SHM_PERMISSION"


class NoSpace(Error, OSError):
    """There is not enough memory for it."""

    status = "SHM_NO_SPACE"


class Corrupt(Error, ValueError):
    """The segment's own numbers do not fit together."""

    status = "SHM_CORRUPT"


class Forked(Error, RuntimeError):
    """The segment was attached by the parent of this process."""

    status = "SHM_FORKED"


class OwnerDied(Error):
    """The holder of a lock died; its change did not happen."""

    status = "SHM_OWNER_DIED"


class ReadOnly(Error, PermissionError):
    """The attachment may not write."""

    status = "SHM_READ_ONLY"


class Busy(Error):
    """Somebody else is using it just now."""

    status = "SHM_BUSY"


class ViewsExist(Busy, BufferError):
    """A segment cannot be closed while there are views of its bytes; the text names them."""


class Invalid(Error, ValueError):
    """The arguments make no sense."""

    status = "SHM_INVALID"


class TableFull(Error):
    """The segment has no free participant record."""

    status = "SHM_TABLE_FULL"


class NoLane(Error):
    """The queue has no free lane."""

    status = "SHM_NO_LANE"


class Unsupported(Error, NotImplementedError):
    """This system or this version cannot do that."""

    status = "SHM_UNSUPPORTED"


class OutOfRange(ValueError, OverflowError):
    """A value that the type of a field cannot hold. Raised by generated modules, whose shm_types has it."""

    __module__ = "shm_runtime"


class Os(Error, OSError):
    """A system call failed for a reason of its own."""

    status = "SHM_OS"


# In the order of the numbers of `shm_status`, from 1.
_CLASSES: tuple[type[Error], ...] = (
    Full,
    Empty,
    NotReady,
    Timeout,
    RoleTaken,
    Removed,
    Mismatch,
    NotFound,
    Exists,
    Permission,
    NoSpace,
    Corrupt,
    Forked,
    OwnerDied,
    ReadOnly,
    Busy,
    Invalid,
    TableFull,
    NoLane,
    Unsupported,
    Os,
)


def error(status: int, text: str | None = None) -> Error:
    """The exception for a status, with the native library's text of this thread's last failure."""
    kind = _CLASSES[status - 1] if 0 < status <= len(_CLASSES) else Error
    message = _native.last_error() if text is None else text
    made = kind(message)
    errno = _native.last_errno() if text is None else 0
    if errno and isinstance(made, OSError):
        made.errno = errno
    return made
