"""Handing descriptors of memfds to other processes, over Unix sockets.

A message is one byte, 0, with the descriptor beside it, the same from all languages. Nothing tells which
segment it is: that the descriptor is a memfd, sealed, and of the right contract is what attach looks at.
"""

from __future__ import annotations

import array
import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator

from ._errors import Invalid, NotFound

#: Descriptors for which there is room in a message, though only one is right.
_ROOM = 12

#: Standard input, output and error.
_STANDARD = 3


def descriptor_address(descriptor: int) -> str:
    """The address of a memfd that this process has a descriptor of, for attaching.

    It leads there as long as that is open; a process that has attached does not need it any longer.
    """
    return f"memfd:{os.getpid()}/{descriptor}"


@contextlib.contextmanager
def standard_descriptors_held() -> Iterator[None]:
    """Occupies the numbers of standard streams that a program was started without, by what can be neither
    read nor written: so nothing that is opened meanwhile gets one, and no warning of some library overwrites
    it."""
    held: list[int] = []
    try:
        while not held or held[-1] < _STANDARD:
            held.append(os.open("/", os.O_PATH | os.O_CLOEXEC))
        yield
    finally:
        for descriptor in held:
            os.close(descriptor)


def keep_descriptor(descriptor: int) -> int:
    """The same open file at 3 or above."""
    if descriptor >= _STANDARD:
        return descriptor
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _STANDARD)
    finally:
        os.close(descriptor)


def send_descriptor(connection: socket.socket, descriptor: int) -> None:
    """Sends a descriptor over a connected Unix socket. The receiver has it from then on; the caller's may
    be closed."""
    socket.send_fds(connection, [b"\0"], [descriptor])


def receive_descriptor(connection: socket.socket) -> int:
    """Waits for a descriptor on a Unix socket: as long as it takes, or until the socket's own time-out.
    It is the caller's to close.

    :class:`~shm_runtime.NotFound` if the other side has closed the socket, :class:`~shm_runtime.Invalid`
    if it sent something else; what came with it is closed.
    """
    # Not socket.recv_fds, which forgets its flags, so that a child would inherit what came.
    descriptors = array.array("i")
    room = socket.CMSG_LEN(_ROOM * descriptors.itemsize)
    data, messages, _, _ = connection.recvmsg(1, room, socket.MSG_CMSG_CLOEXEC)
    for level, kind, content in messages:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
    if len(descriptors) == 1:
        return keep_descriptor(descriptors[0])
    for descriptor in descriptors:
        os.close(descriptor)
    if not data and not descriptors:
        raise NotFound("cannot receive a descriptor: the other side has closed the socket")
    raise Invalid(
        f"cannot receive a descriptor: a message came that carries {len(descriptors)} instead of one"
    )
