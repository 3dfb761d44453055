"""The standard library's shared memory beside ours."""

from __future__ import annotations

import os
import sys
from multiprocessing import shared_memory

import pytest
import talk

import shm_runtime


def _name(address: str) -> str:
    return os.environ["SHM_RUNTIME_PREFIX"] + address.rsplit("/", maxsplit=1)[-1]


@pytest.mark.skipif(sys.version_info < (3, 13), reason="before 3.13 it removes what it only opened")
def test_the_standard_library_opens_our_segments_and_leaves_them(address: str) -> None:
    with talk.Talk.create(address) as talking:
        theirs = shared_memory.SharedMemory(name=_name(address), track=False)  # type: ignore[call-arg,unused-ignore]
        assert theirs.size >= talking.stat()["size"]
        theirs.close()
        talking.ticks.put(talk.Tick(number=1))
        assert talk.Talk.attach(address).ticks.get().number == 1


def test_a_segment_of_the_standard_library_is_foreign_and_can_be_removed(address: str) -> None:
    theirs = shared_memory.SharedMemory(name=_name(address), create=True, size=5000)
    try:
        with pytest.raises(shm_runtime.Mismatch, match="bare segment"):
            talk.Talk.attach(address)
        with pytest.raises(shm_runtime.Exists):
            talk.Talk.create(address)
    finally:
        theirs.close()
        theirs.unlink()


@pytest.mark.skipif(not hasattr(shm_runtime, "open_shared_memory"), reason="not offered yet")
def test_our_own_way_to_open_shared_memory_leaves_it_alone(address: str) -> None:
    with talk.Talk.create(address) as talking:
        theirs = getattr(shm_runtime, "open_shared_memory")(_name(address))  # noqa: B009
        assert isinstance(theirs, shared_memory.SharedMemory)
        assert theirs.size >= talking.stat()["size"]
        theirs.close()
        assert os.path.exists(f"/dev/shm/{_name(address)}")
