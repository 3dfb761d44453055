"""Handles that travel to other processes: pickled as an address and options, they attach where they arrive.

A memfd has no name: its descriptor goes along, by the ways that multiprocessing has for it.
"""

from __future__ import annotations

import os
import weakref
from multiprocessing import reduction
from multiprocessing.context import get_spawning_popen
from typing import Any, Callable, Protocol, TypeVar

from . import _native
from ._descriptors import descriptor_address
from ._errors import Invalid

_T = TypeVar("_T")


class _Handle(Protocol):
    """What a segment of any kind can do."""

    @property
    def address(self) -> str: ...
    @property
    def closed(self) -> bool: ...
    def descriptor(self) -> int: ...
    def stat(self) -> dict[str, Any]: ...


def depart(handle: _Handle) -> tuple[str, Any]:
    """Where a segment is found by another process: an address, or a descriptor that goes there."""
    if handle.closed:
        raise Invalid(f"cannot pickle {_native.shown(handle.address)}: it is closed")
    if not handle.address.startswith("memfd:"):
        return handle.address, None
    descriptor = handle.descriptor()
    child = get_spawning_popen()
    try:
        parcel = reduction.DupFd(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    if child is None:
        # There is a copy of it, which waits until it is fetched.
        os.close(descriptor)
    else:
        # The child gets it when it starts, which is before this process forgets the child.
        weakref.finalize(child, os.close, descriptor)
    return "", parcel


def arrive(place: tuple[str, Any], attach: Callable[[str], _T]) -> _T:
    """Attaches to the segment that is found there."""
    address, parcel = place
    if parcel is None:
        return attach(address)
    descriptor = parcel.detach()
    try:
        return attach(descriptor_address(descriptor))
    finally:
        os.close(descriptor)


def trusted(handle: _Handle, created: bool, trust_uid: int) -> int:
    """The user whom the one that attaches is to trust: whoever creates a segment may give it away."""
    return int(handle.stat()["uid"]) if created else trust_uid
