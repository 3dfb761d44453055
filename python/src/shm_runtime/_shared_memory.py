"""The standard library's shared memory, opened without its resource tracker.

The tracker removes each segment that a process has opened when that process ends, also one that other
programs use; from 3.13 on it can be told not to.
"""

from __future__ import annotations

import mmap
import os
import sys
from multiprocessing import shared_memory

from ._descriptors import standard_descriptors_held

if sys.version_info >= (3, 13):

    class _Untracked(shared_memory.SharedMemory):
        """A ``SharedMemory`` that nobody removes behind its user's back, pickled ones included."""

        def __init__(self, name: str, create: bool = False, size: int = 0) -> None:
            # `create` and `size` are what unpickling hands over: False, and a size that is not used.
            with standard_descriptors_held():
                super().__init__(name=name, track=False)

else:
    import _posixshmem  # type: ignore[import-not-found,unused-ignore]

    class _Untracked(shared_memory.SharedMemory):
        """A ``SharedMemory`` that nobody removes behind its user's back, pickled ones included."""

        _name: str
        _fd: int

        def __init__(self, name: str, create: bool = False, size: int = 0) -> None:
            # As the original, without the tracker, and without the unlink where it fails.
            self._name = f"/{name}"
            with standard_descriptors_held():
                self._fd = _posixshmem.shm_open(self._name, os.O_RDWR, mode=0o600)
                try:
                    self._mmap = mmap.mmap(self._fd, os.fstat(self._fd).st_size)
                except (OSError, ValueError):
                    os.close(self._fd)
                    self._fd = -1
                    raise
            self._size = len(self._mmap)
            self._buf = memoryview(self._mmap)

        def unlink(self) -> None:
            """Removes the segment; the original would tell a tracker that never heard of it."""
            _posixshmem.shm_unlink(self._name)


def open_shared_memory(name: str) -> shared_memory.SharedMemory:
    """Opens a POSIX segment as :class:`multiprocessing.shared_memory.SharedMemory` that is untracked, on
    every Python.

    ``name`` is that of the standard library: without a slash before it, and with
    ``SHM_RUNTIME_PREFIX`` if there is one. Like ``SharedMemory(name, track=False)`` of 3.13, it leaves
    the segment alone when it is closed and when the process ends.
    """
    if not name or "/" in name or "\0" in name:
        raise ValueError(f"{name!r} is no name of shared memory: it is not empty and has no slash")
    return _Untracked(name)
