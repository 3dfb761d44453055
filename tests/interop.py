"""Shared memory as other programs make and open it; tests/language/interop.rs drives it.

Reads commands, a line each, and answers each with a line of JSON: what the library
says of the segment, or the class of the error.

    sysv KEY [SIZE MODE]     sysv_ipc, opened or created; sysv-id ID by its id
    posix NAME [SIZE MODE]   posix_ipc and mmap
    python NAME [SIZE]       multiprocessing.shared_memory
    stat | read AT N | write AT HEX | remove
"""

from __future__ import annotations

import json
import mmap
import os
import sys
from multiprocessing import resource_tracker, shared_memory
from typing import Any

import posix_ipc
import sysv_ipc


class SystemV:
    def __init__(self, segment: Any) -> None:
        self.segment = segment

    @classmethod
    def open(cls, key: str, size: str = "", mode: str = "600") -> SystemV:
        if not size:
            return cls(sysv_ipc.SharedMemory(int(key, 0)))
        return cls(sysv_ipc.SharedMemory(int(key, 0), sysv_ipc.IPC_CREX, int(mode, 8), int(size)))

    @classmethod
    def by_id(cls, number: str) -> SystemV:
        return cls(sysv_ipc.attach(int(number)))

    def stat(self) -> dict[str, int]:
        s = self.segment
        return {
            "id": s.id,
            "key": s.key,
            "size": s.size,
            "mode": s.mode & 0o777,
            "uid": s.uid,
            "gid": s.gid,
            "creator_uid": s.cuid,
            "creator_pid": s.creator_pid,
            "last_pid": s.last_pid,
            "attached": s.number_attached,
        }

    def read(self, at: int, count: int) -> bytes:
        return bytes(self.segment.read(count, at))

    def write(self, at: int, data: bytes) -> None:
        self.segment.write(data, at)

    def remove(self) -> None:
        self.segment.remove()


class Posix:
    def __init__(self, name: str, size: str = "", mode: str = "600") -> None:
        if size:
            os.umask(0)
            self.segment = posix_ipc.SharedMemory(name, posix_ipc.O_CREX, int(mode, 8), int(size))
        else:
            self.segment = posix_ipc.SharedMemory(name)
        self.view = mmap.mmap(self.segment.fd, self.segment.size)

    def stat(self) -> dict[str, int]:
        s = os.fstat(self.segment.fd)
        return {"size": self.segment.size, "mode": s.st_mode & 0o777, "uid": s.st_uid, "gid": s.st_gid}

    def read(self, at: int, count: int) -> bytes:
        return self.view[at : at + count]

    def write(self, at: int, data: bytes) -> None:
        self.view[at : at + len(data)] = data

    def remove(self) -> None:
        self.segment.unlink()


class Python:
    def __init__(self, name: str, size: str = "") -> None:
        self.segment = shared_memory.SharedMemory(name, bool(size), int(size or 0))
        # Its tracker would remove what it only opened.
        resource_tracker.unregister(f"/{self.segment.name}", "shared_memory")

    def stat(self) -> dict[str, int]:
        return {"size": self.segment.size}

    def read(self, at: int, count: int) -> bytes:
        return bytes(self.segment.buf[at : at + count])

    def write(self, at: int, data: bytes) -> None:
        self.segment.buf[at : at + len(data)] = data

    def remove(self) -> None:
        resource_tracker.register(f"/{self.segment.name}", "shared_memory")
        self.segment.unlink()


KINDS: dict[str, Any] = {"sysv": SystemV.open, "sysv-id": SystemV.by_id, "posix": Posix, "python": Python}


def main() -> None:
    held: Any = None
    for line in sys.stdin:
        verb, *words = line.split()
        answer: Any = None
        try:
            if verb in KINDS:
                held = KINDS[verb](*words)
                answer = held.stat()
            elif verb == "read":
                answer = held.read(int(words[0]), int(words[1])).hex()
            elif verb == "write":
                held.write(int(words[0]), bytes.fromhex(words[1]))
            elif verb == "stat":
                answer = held.stat()
            elif verb == "remove":
                held.remove()
            else:
                raise SystemExit(f"there is no command {verb}")
        except (OSError, ValueError, posix_ipc.Error, sysv_ipc.Error) as reason:
            answer = {"error": type(reason).__name__}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
