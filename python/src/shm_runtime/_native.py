"""The native library: finding it, and the functions it has.

Calls that cannot block go through ``PyDLL``, which keeps the interpreter's lock and costs half, and so do
calls that read what a program may change, its messages; calls that can block go through ``CDLL``. No
argument types are declared, since checking them costs as much as the call: everything that is handed over
is a ready-made handle, a ``c_void_p``, a ``byref`` or a small integer.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import os
import pathlib
import sys
from typing import Any

if sys.implementation.name != "cpython":
    raise ImportError(
        f"shm_runtime needs CPython, and this is {sys.implementation.name}, whose ctypes and object "
        "lifetimes differ. Types of generated modules, and decoding, do not need shm_runtime"
    )

ABI = 6

_NAME = "libshm_capi.so"


class Handle(ctypes.c_void_p):
    """A native handle, which a native call fills.

    Its memory is there as long as this object, and each call refers to that; so nothing is freed under
    a call, whoever closes meanwhile.
    """

    def __init__(self, free: Any) -> None:
        super().__init__()
        self._free = free

    def __del__(self) -> None:
        if self.value:
            self._free(self)


class Request(ctypes.Structure):
    """What a program wants of a segment; see ``ShmrtRequest``."""

    _fields_ = (
        ("contract", ctypes.c_char_p),
        ("contract_size", ctypes.c_size_t),
        ("version", ctypes.c_char_p),
        ("address", ctypes.c_char_p),
        ("mode", ctypes.c_uint32),
        ("participants", ctypes.c_uint32),
        ("schema_owner", ctypes.c_char_p),
        ("schema_group", ctypes.c_char_p),
        ("user", ctypes.c_char_p),
        ("group", ctypes.c_char_p),
        ("trust_uid", ctypes.c_int64),
        ("any_owner", ctypes.c_uint32),
        ("how", ctypes.c_uint32),
        ("pages", ctypes.c_uint64),
        ("prefault", ctypes.c_uint32),
        ("core_dump", ctypes.c_uint32),
    )


class SegmentRequest(ctypes.Structure):
    """What a program wants of a segment of bytes; see ``ShmrtSegmentRequest``."""

    _fields_ = (
        ("address", ctypes.c_char_p),
        ("size", ctypes.c_uint64),
        ("user", ctypes.c_char_p),
        ("group", ctypes.c_char_p),
        ("trust_uid", ctypes.c_int64),
        ("mode", ctypes.c_uint32),
        ("any_owner", ctypes.c_uint32),
        ("how", ctypes.c_uint32),
        ("prefault", ctypes.c_uint32),
        ("core_dump", ctypes.c_uint32),
    )


class Turn(ctypes.Structure):
    """What a call of a side is about, and what became of it; see ``ShmrtTurn``."""

    _fields_ = (
        ("size", ctypes.c_size_t),
        ("at", ctypes.c_size_t),
        ("count", ctypes.c_size_t),
        ("version", ctypes.c_uint64),
        ("done", ctypes.c_size_t),
    )


def text(value: str, what: str) -> bytes:
    """Text as the library takes it, which ends at a NUL."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is text, not {type(value).__name__}")
    if "\0" in value:
        raise ValueError(f"{what} has no NUL in it: {value!r}")
    return value.encode()


def shown(address: str) -> str:
    """An address for people: a name may have characters that command a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in address)


def address(function: Any, handle: ctypes.c_void_p) -> str:
    """The address of what a handle leads to, character for character."""
    size = 512
    while True:
        buffer = ctypes.create_string_buffer(size)
        length = int(function(handle, buffer, ctypes.c_size_t(size)))
        if length < size:
            return buffer.value.decode("utf-8", "replace")
        size = length + 1


def from_json(tell: Any) -> dict[str, Any]:
    """What a call tells as JSON, which takes room for it, its size, and where the length goes."""
    size = 4096
    while True:
        buffer = ctypes.create_string_buffer(size)
        length = ctypes.c_size_t()
        tell(buffer, ctypes.c_size_t(size), ctypes.byref(length))
        if length.value < size:
            found: dict[str, Any] = json.loads(buffer.value)
            return found
        size = length.value + 1


def account(value: int | str, what: str) -> bytes | None:
    """A user or a group as the library takes it; -1 stands for none."""
    if isinstance(value, str):
        return text(value, what)
    return None if value == -1 else str(value).encode()


def _candidates() -> list[str]:
    """Where the library may be, in the order in which it is looked for."""
    chosen = os.environ.get("SHM_RUNTIME_LIBRARY")
    if chosen:
        return [chosen]
    found = [str(pathlib.Path(__file__).with_name(_NAME))]
    system = ctypes.util.find_library("shm_capi")
    return [*found, system or _NAME]


class _Library:
    """The functions of the library, loaded at the first use."""

    def __init__(self) -> None:
        path, blocking = self._load()
        quick = ctypes.PyDLL(path)
        abi = quick.shmrt_abi()
        if abi != ABI:
            raise ImportError(
                f"{path} has ABI {abi}, this package needs {ABI}: install both from one version of shmgen"
            )
        self.path = path
        # May block: without the interpreter's lock.
        self.open = blocking.shmrt_open
        self.side = blocking.shmrt_side
        self.put_wait = blocking.shmrt_put_wait
        self.get_wait = blocking.shmrt_get_wait
        self.get_many = blocking.shmrt_get_many
        self.facts = blocking.shmrt_facts
        self.stat = blocking.shmrt_stat
        self.set = blocking.shmrt_set
        self.unlink = blocking.shmrt_unlink
        self.descriptor = blocking.shmrt_descriptor
        self.remove = blocking.shmrt_remove
        self.detach = _void(blocking.shmrt_detach)
        self.side_close = _void(blocking.shmrt_side_close)
        self.segment_open = blocking.shmrt_segment_open
        self.segment_stat = blocking.shmrt_segment_stat
        self.segment_set = blocking.shmrt_segment_set
        self.segment_unlink = blocking.shmrt_segment_unlink
        self.segment_descriptor = blocking.shmrt_segment_descriptor
        self.segment_lock = blocking.shmrt_segment_lock
        # Called when an object dies, wherever that is: the interpreter's lock is kept.
        self.segment_detach = _void(quick.shmrt_segment_detach)
        self.attachment_free = _void(quick.shmrt_attachment_free)
        self.side_free = _void(quick.shmrt_side_free)
        self.segment_free = _void(quick.shmrt_segment_free)
        # Never block; those that push read the program's own memory.
        self.segment_data = _returns(quick.shmrt_segment_data, ctypes.c_void_p)
        self.segment_size = _returns(quick.shmrt_segment_size, ctypes.c_uint64)
        self.segment_address = _returns(quick.shmrt_segment_address, ctypes.c_size_t)
        self.put = quick.shmrt_put
        self.put_many = quick.shmrt_put_many
        self.get = quick.shmrt_get
        self.signal = quick.shmrt_signal
        self.number = quick.shmrt_number
        self.address = _returns(quick.shmrt_address, ctypes.c_size_t)
        self.last_error = _returns(quick.shmrt_last_error, ctypes.c_size_t)
        self.last_errno = quick.shmrt_last_errno

    @staticmethod
    def _load() -> tuple[str, ctypes.CDLL]:
        failures = []
        for path in _candidates():
            try:
                return path, ctypes.CDLL(path)
            except OSError as reason:
                failures.append(f"  {path}: {reason}")
        tried = "\n".join(failures)
        raise ImportError(
            f"cannot load the native library of shm_runtime; tried\n{tried}\n"
            "build it with `cargo build --release`, and set SHM_RUNTIME_LIBRARY to the path of "
            "target/release/libshm_capi.so"
        )


def _void(function: Any) -> Any:
    function.restype = None
    return function


def _returns(function: Any, kind: Any) -> Any:
    function.restype = kind
    return function


_library: list[_Library] = []


def library() -> _Library:
    """The library, loaded once."""
    if not _library:
        try:
            _library.append(_Library())
        except AttributeError as reason:
            raise ImportError(
                f"the native library lacks what this package needs ({reason}): install both from one "
                "version of shmgen"
            ) from reason
    return _library[0]


def last_error() -> str:
    """The text of this thread's last failure."""
    size = 1024
    while True:
        buffer = ctypes.create_string_buffer(size)
        length = int(library().last_error(buffer, ctypes.c_size_t(size)))
        if length < size:
            return buffer.value.decode("utf-8", "replace")
        size = length + 1


def last_errno() -> int:
    """The errno of this thread's last failure, 0 if it has none."""
    return int(library().last_errno())
