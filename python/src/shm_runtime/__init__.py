"""Queues in shared memory, for modules that shmgen generates.

A generated module opens a segment (``Feed.attach()``) and hands out its queues; this package is what
it calls. Programs need it by name for its errors, which derive from :class:`Error` and from the
fitting builtin, and for segments without a schema: :class:`Segment`.
"""

from ._attachment import Attachment, QueueStat, SegmentSpec, remove
from ._descriptors import descriptor_address, receive_descriptor, send_descriptor
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
    Os,
    OwnerDied,
    Permission,
    ReadOnly,
    Removed,
    RoleTaken,
    TableFull,
    Timeout,
    Unsupported,
    ViewsExist,
)
from ._queue import Queue
from ._segment import Segment
from ._shared_memory import open_shared_memory

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
    "Os",
    "OwnerDied",
    "Permission",
    "Queue",
    "QueueStat",
    "ReadOnly",
    "Removed",
    "RoleTaken",
    "Segment",
    "SegmentSpec",
    "TableFull",
    "Timeout",
    "Unsupported",
    "ViewsExist",
    "descriptor_address",
    "open_shared_memory",
    "receive_descriptor",
    "remove",
    "send_descriptor",
]
