"""Bare segments: made, shared, looked into, closed and removed."""

from __future__ import annotations

import ctypes
import gc
import os
import re
import subprocess
import sys
import textwrap
import threading
import time

import pytest
import talk
from players import Player

import shm_runtime
from shm_runtime import Segment


def path(address: str) -> str:
    return f"/dev/shm/{os.environ['SHM_RUNTIME_PREFIX']}{address.rsplit('/', maxsplit=1)[-1]}"


def test_what_one_writes_the_other_reads_until_it_is_unlinked(either: str) -> None:
    with Segment.create(either, 5000) as one, Segment.attach(either) as two:
        assert one.size == two.size == len(one.buf) == len(two.buf) == 5000
        assert one.address == two.address
        assert bytes(one.buf) == bytes(5000)
        one.buf[4999] = 7
        one.buf[:5] = b"hello"
        assert two.buf[4999] == 7 and bytes(two.buf[:5]) == b"hello"
        assert one.buf.format == "B" and not one.buf.readonly
        two.unlink()
        assert two.buf[4999] == 7, "attached processes keep the memory"
    with pytest.raises(FileNotFoundError):
        Segment.attach(either)


def test_a_segment_stays_when_it_is_closed_and_when_its_process_ends(either: str) -> None:
    program = "segment = shm_runtime.Segment.create(address, 100); segment.buf[0] = 9; say('made')"
    player = Player(program, either)
    assert player.hear() == "made"
    player.process.wait()
    with Segment.attach(either) as segment:
        assert segment.buf[0] == 9
        assert segment.stat()["state"] == "foreign"


def test_create_is_exclusive_and_open_or_create_changes_nothing(either: str) -> None:
    with Segment.create(either, 100) as one:
        one.buf[0] = 5
        with pytest.raises(FileExistsError):
            Segment.create(either, 100)
        with Segment.open_or_create(either, 100) as two:
            assert two.buf[0] == 5
        with pytest.raises(shm_runtime.Mismatch, match="100 bytes instead of 200"):
            Segment.open_or_create(either, 200)
        one.unlink()
    with Segment.open_or_create(either, 200) as made:
        assert made.size == 200


def test_a_name_can_be_left_to_create() -> None:
    with Segment.create("posix:", 10) as segment:
        assert re.fullmatch(r"posix:/shmgen\.[0-9a-f]{16}", segment.address)
        assert os.path.getsize(path(segment.address)) == 10
        segment.unlink()


def test_who_only_reads_cannot_write(either: str) -> None:
    with Segment.create(either, 100) as one, Segment.attach_read_only(either) as two:
        assert two.read_only and not one.read_only
        with pytest.raises(TypeError):
            two.buf[0] = 1
        one.buf[0] = 3
        assert two.buf[0] == 3


def test_mode_and_owner_are_what_was_asked_for(either: str) -> None:
    umask = os.umask(0o077)
    try:
        with Segment.create(either, 100, mode=0o666) as segment:
            assert segment.stat()["mode"] == "0666"
            segment.set(mode=0o640)
            assert segment.stat()["mode"] == "0640"
            if os.geteuid() == 0:
                segment.set(uid=12345, gid=54321)
                assert (segment.stat()["uid"], segment.stat()["mode"]) == (12345, "0640")
                with pytest.raises(PermissionError, match="trust_uid"):
                    Segment.attach(either)
                with Segment.attach(either, trust_uid=12345), Segment.attach(either, any_owner=True):
                    pass
            segment.set()
    finally:
        os.umask(umask)


def test_what_makes_no_sense_is_refused(either: str) -> None:
    for size in (0, -1, 2**63):
        with pytest.raises(shm_runtime.Invalid, match="at least one byte"):
            Segment.create(either, size)
    for mode in (-1, 0o1000):
        with pytest.raises(ValueError, match="0 to 777"):
            Segment.create(either, 10, mode=mode)
    with pytest.raises(ValueError, match="trust_uid -2"):
        Segment.attach(either, trust_uid=-2)
    for address in ("", "posix:/a/b", "sysv:0", "tcp:1"):
        with pytest.raises(shm_runtime.Invalid):
            Segment.attach(address)
    with Segment.create(either, 10) as segment:
        with pytest.raises(ValueError, match="0 to 777"):
            segment.set(mode=0o7777)
        with pytest.raises(ValueError, match="gid"):
            segment.set(gid=2**32)


def test_attach_can_wait_for_a_segment(either: str) -> None:
    before = time.monotonic()
    with pytest.raises(FileNotFoundError):
        Segment.attach(either, timeout=0.05)
    assert time.monotonic() - before >= 0.05
    maker = threading.Timer(0.05, lambda: Segment.create(either, 77).close())
    maker.start()
    with Segment.attach(either, timeout=20) as segment:
        assert segment.size == 77
    maker.join()


def test_memory_is_locked_and_unlocked(either: str) -> None:
    with Segment.create(either, 4096) as segment:
        segment.lock_memory()
        if either.startswith("sysv"):
            assert segment.stat()["kernel"]["locked"] is True
        segment.unlock_memory()
        if either.startswith("sysv"):
            assert segment.stat()["kernel"]["locked"] is False


def test_a_segment_of_a_schema_is_bytes_as_well(either: str) -> None:
    with talk.Talk.create(either), Segment.attach_read_only(either) as raw:
        assert bytes(raw.buf[:8]) == b"shmgen\x1a\n"
        assert raw.stat()["state"] == "live"


# --- closing


def test_a_closed_segment_says_so(either: str) -> None:
    segment = Segment.create(either, 100)
    kept = segment.buf
    segment.unlink()
    segment.close()
    segment.close()
    assert segment.closed and "closed" in repr(segment)
    with pytest.raises(ValueError, match="released"):
        kept[0]
    for use in (lambda: segment.buf, segment.stat, segment.unlink, segment.set, segment.lock_memory):
        with pytest.raises(shm_runtime.Invalid, match="is closed"):
            use()


def test_close_names_the_views_and_leaves_the_segment_open(either: str) -> None:
    segment = Segment.create(either, 100)
    view = segment.buf[10:30]
    with pytest.raises(shm_runtime.ViewsExist) as caught:
        segment.close()
    assert isinstance(caught.value, BufferError)
    text = str(caught.value)
    assert segment.address in text and "a view of 20 bytes" in text
    where = "test_close_names_the_views_and_leaves_the_segment_open"
    assert f"`view` in {where}()" in text
    segment.buf[0] = 1
    view[0] = 2
    assert (segment.buf[0], segment.buf[10]) == (1, 2)
    del view
    # The error and its traceback hold no view themselves, nor do the variables that were looked at.
    segment.close()
    assert segment.closed


def test_close_names_what_ctypes_and_iterators_hold(address: str) -> None:
    segment = Segment.create(address, 100)
    number = ctypes.c_uint32.from_buffer(segment.buf)
    with pytest.raises(BufferError, match="cannot close"):
        segment.close()
    number.value = 7
    assert segment.buf[0] == 7
    del number
    gc.collect()
    segment.close()


def test_close_names_arrays_of_numpy(address: str) -> None:
    numpy = pytest.importorskip("numpy")
    segment = Segment.create(address, 800)
    array = numpy.frombuffer(segment.buf, dtype="u8")
    part = array[5:10]
    part[0] = 2**40
    with pytest.raises(BufferError, match=r"`part` in .* \(numpy\.ndarray\)"):
        segment.close()
    del array
    with pytest.raises(BufferError):
        segment.close()
    assert part[0] == 2**40
    del part
    segment.close()


def test_the_variables_of_the_caller_stay_as_they_are(address: str) -> None:
    segment = Segment.create(address, 100)
    view = segment.buf[:5]
    mine = locals()
    assert mine["view"] is view
    with pytest.raises(BufferError):
        segment.close()
    assert mine["view"] is view and locals()["address"] == address
    mine.clear()
    del view, mine
    segment.close()


def test_a_segment_that_is_forgotten_leaves_with_its_last_view(address: str) -> None:
    def attachments() -> int:
        with open("/proc/self/maps") as maps:
            return sum(path(address) in line for line in maps)

    Segment.create(address, 100).close()
    segment = Segment.attach(address)
    view = segment.buf[1:3]
    assert attachments() == 1
    del segment
    gc.collect()
    assert attachments() == 1
    view[0] = 1
    del view
    gc.collect()
    assert attachments() == 0


def test_what_went_wrong_in_a_with_is_not_hidden_by_its_views(address: str) -> None:
    with pytest.raises(ZeroDivisionError), Segment.create(address, 100) as segment:
        view = segment.buf[1:2]
        1 / 0  # noqa: B018
    assert segment.closed
    view[0] = 1  # it is still there
    with pytest.raises(BufferError), Segment.attach(address) as other:
        part = other.buf[:1]
    del part
    other.close()


def test_a_child_uses_what_its_parent_attached(either: str) -> None:
    with Segment.create(either, 100) as segment:
        child = os.fork()
        if child == 0:
            segment.buf[0] = 42
            segment.close()
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        assert segment.buf[0] == 42


def test_many_threads_look_while_one_closes(address: str) -> None:
    segment = Segment.create(address, 100)
    failures = []

    def look() -> None:
        try:
            while True:
                segment.stat()
        except shm_runtime.Invalid:
            pass
        except Exception as reason:
            failures.append(reason)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    segment.close()
    for thread in threads:
        thread.join(20)
    assert not failures


def test_the_end_of_the_interpreter_is_quiet_with_views_alive(either: str) -> None:
    program = textwrap.dedent(
        """
        import sys, shm_runtime
        segment = shm_runtime.Segment.create(sys.argv[1], 100)
        view = segment.buf[1:2]
        class Late:
            def __del__(self):
                view[0] = 1
        late = Late()
        """
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, either], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
