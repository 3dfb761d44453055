"""Queues in shared memory, for modules that shmgen generates.

A generated module opens a segment (``Feed.attach()``) and hands out its queues; this package is what
it calls. Programs need it by name for its errors, which derive from :class:`Error` and from the
fitting builtin.
"""

from ._attachment import Attachment, QueueStat, SegmentSpec, remove
from ._errors import (
    Busy,
    Corrupt,
    Empty,
    Error,
    Exists,
    Forked,
    Full,
    Invalid,
    Mismatch,
    NoLane,
    NoSpace,
    NotFound,
    NotReady,
    OsFailure,
    OwnerDied,
    PermissionDenied,
    ReadOnly,
    Removed,
    RoleTaken,
    TableFull,
    TimedOut,
    Unsupported,
)
from ._queue import Queue

__version__ = "0.1.0"

__all__ = [
    "Attachment",
    "Busy",
    "Corrupt",
    "Empty",
    "Error",
    "Exists",
    "Forked",
    "Full",
    "Invalid",
    "Mismatch",
    "NoLane",
    "NoSpace",
    "NotFound",
    "NotReady",
    "OsFailure",
    "OwnerDied",
    "PermissionDenied",
    "Queue",
    "QueueStat",
    "ReadOnly",
    "Removed",
    "RoleTaken",
    "SegmentSpec",
    "TableFull",
    "TimedOut",
    "Unsupported",
    "remove",
]
