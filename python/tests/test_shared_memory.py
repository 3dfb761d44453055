"""The standard library's shared memory beside ours."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import textwrap
from multiprocessing import shared_memory

import pytest
import talk

import shm_runtime
from shm_runtime import Segment, open_shared_memory


def _name(address: str) -> str:
    return os.environ["SHM_RUNTIME_PREFIX"] + address.rsplit("/", maxsplit=1)[-1]


def run(program: str, *arguments: str) -> str:
    """Runs a Python of its own to its end, resource tracker included; what it said."""
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(program), *arguments]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


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
        with Segment.attach(address) as ours:
            assert ours.size == 5000
            ours.buf[4999] = 1
            assert theirs.buf is not None and theirs.buf[4999] == 1
    finally:
        theirs.close()
        theirs.unlink()


def test_our_own_way_to_open_shared_memory_leaves_it_alone(address: str) -> None:
    program = """
        import sys
        from multiprocessing.shared_memory import SharedMemory
        import shm_runtime
        theirs = shm_runtime.open_shared_memory(sys.argv[1])
        assert isinstance(theirs, SharedMemory)
        assert theirs.name == sys.argv[1]
        theirs.buf[0] = 99
        print(theirs.size)
    """
    with Segment.create(address, 5000) as ours:
        assert run(program, _name(address)) == "5000"
        assert ours.buf[0] == 99
        assert os.path.exists(f"/dev/shm/{_name(address)}"), "it was tracked and removed"
    theirs = open_shared_memory(_name(address))
    assert theirs.buf is not None and theirs.buf[0] == 99
    theirs.close()


def test_what_is_untracked_stays_so_when_it_is_pickled_and_can_be_unlinked(address: str) -> None:
    program = """
        import pickle, sys
        theirs = pickle.loads(bytes.fromhex(sys.argv[1]))
        theirs.buf[1] = 7
        theirs.close()
    """
    with Segment.create(address, 100) as ours:
        theirs = open_shared_memory(_name(address))
        run(program, pickle.dumps(theirs).hex())
        assert ours.buf[1] == 7
        assert os.path.exists(f"/dev/shm/{_name(address)}")
        theirs.close()
    program = """
        import sys, shm_runtime
        theirs = shm_runtime.open_shared_memory(sys.argv[1])
        theirs.unlink()
        theirs.close()
    """
    run(program, _name(address))
    assert not os.path.exists(f"/dev/shm/{_name(address)}")


def test_what_is_no_shared_memory_is_refused_and_left_alone(address: str) -> None:
    with pytest.raises(FileNotFoundError):
        open_shared_memory(_name(address))
    for name in ("", "/x", "a/b", "a\0b"):
        with pytest.raises(ValueError, match="no name"):
            open_shared_memory(name)
    empty = f"/dev/shm/{_name(address)}"
    with open(empty, "wb"):
        pass
    with pytest.raises(ValueError, match="empty"):
        open_shared_memory(_name(address))
    assert os.path.exists(empty)
