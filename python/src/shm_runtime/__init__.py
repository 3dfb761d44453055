"""Queues in shared memory, for modules that shmgen generates.

A generated module opens a segment (``Feed.attach()``) and hands out its queues; this package is what
it calls. Programs need it by name for its errors, which derive from :class:`Error` and from the
fitting builtin, and for segments without a schema: :class:`Segment`.
"""

import sys as _sys
import typing as _typing

from . import _errors
from ._attachment import Attachment, SegmentSpec, remove
from ._cell import Cell, Cells
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
from ._queue import Queue, QueueStat
from ._segment import Segment
from ._shared_memory import open_shared_memory
from ._state import Lock, State
from ._stream import ByteStream, Stream

__version__ = "0.1.0"

__all__ = [
    "Attachment",
    "Busy",
    "ByteStream",
    "Cell",
    "Cells",
    "Corrupt",
    "Empty",
    "Error",
    "Exists",
    "Forked",
    "Full",
    "Invalid",
    "Lock",
    "Mismatch",
    "NoLane",
    "NoSpace",
    "NotFound",
    "NotReady",
    "Os",
    "OutOfRange",
    "OwnerDied",
    "Permission",
    "Queue",
    "QueueStat",
    "ReadOnly",
    "Removed",
    "RoleTaken",
    "Segment",
    "SegmentSpec",
    "State",
    "Stream",
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

# As programs know them, in messages and in what is pickled.
for _name in __all__:
    if _name in globals():
        globals()[_name].__module__ = __name__


if _typing.TYPE_CHECKING:
    from ._errors import OutOfRange as OutOfRange
else:

    def __getattr__(name: str) -> _typing.Any:
        """``OutOfRange`` is of the generated modules, which have it from their shm_types."""
        if name != "OutOfRange":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        modules = [m for key, m in list(_sys.modules.items()) if key.rpartition(".")[2] == "shm_types"]
        # Where none is loaded yet, the first one takes this.
        found = [kind for module in modules if (kind := getattr(module, name, None)) is not None]
        globals()[name] = kind = found[0] if found else _errors.OutOfRange
        return kind
