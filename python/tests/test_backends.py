"""The kinds of segment beyond a name or a key, and what a schema says of them."""

from __future__ import annotations

import fcntl
import os
import pathlib
import pwd
import socket
import stat

import backends
import everything
import pytest
from players import Player

import shm_runtime
from shm_runtime import Segment

NOBODY = pwd.getpwnam("nobody").pw_uid
IS_ROOT = os.geteuid() == 0


@pytest.fixture
def id_file(tmp_path: pathlib.Path) -> pathlib.Path:
    """The path of an id file that is not there."""
    return tmp_path / "feed.id"


# --- private System V segments


def test_a_private_segment_is_found_by_its_file_and_by_its_id(id_file: pathlib.Path) -> None:
    with everything.Plain.create(f"sysv-file:{id_file}") as made:
        assert made.address == f"sysv-file:{id_file}"
        assert stat.S_IMODE(id_file.stat().st_mode) == 0o600
        number = made.stat()["kernel"]["id"]
        assert id_file.read_text().startswith(f"shmgen.sysv {number} ")
        with pytest.raises(FileExistsError):
            everything.Plain.create(f"sysv-file:{id_file}")
        with everything.Plain.attach(f"sysv-id:{number}") as other:
            other.levels.put(everything.Level(price=3))
        assert made.levels.get().price == 3
        made.unlink()
    assert not id_file.exists()
    with pytest.raises(FileNotFoundError):
        everything.Plain.attach(f"sysv-file:{id_file}")


def test_a_stale_id_file_is_replaced(id_file: pathlib.Path) -> None:
    first = Segment.create(f"sysv-file:{id_file}", 100)
    number = first.stat()["kernel"]["id"]
    shm_runtime.remove(f"sysv-id:{number}")
    with pytest.raises(FileNotFoundError, match="stale"):
        Segment.attach(f"sysv-file:{id_file}")
    with Segment.open_or_create(f"sysv-file:{id_file}", 100) as second:
        assert second.stat()["kernel"]["id"] != number
        second.unlink()
    first.close()


def test_what_is_no_id_file_is_left_alone(id_file: pathlib.Path) -> None:
    id_file.write_text("[database]\nuser = me\n")
    for tried in (Segment.attach, lambda a: Segment.open_or_create(a, 100), shm_runtime.remove):
        with pytest.raises(shm_runtime.Corrupt, match="no id file of shmgen"):
            tried(f"sysv-file:{id_file}")
    assert id_file.read_text() == "[database]\nuser = me\n"


def test_a_schema_can_name_an_id_file(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # It counts from the folder in which the program runs.
    monkeypatch.chdir(tmp_path)
    with backends.ByFile.create() as segment:
        assert segment.address == "sysv-file:backends.id"
        assert (tmp_path / "backends.id").exists()
        segment.unlink()
    assert not (tmp_path / "backends.id").exists()


# --- owner and group


def test_a_schema_says_to_whom_a_segment_is_given(either: str) -> None:
    if not IS_ROOT:
        with pytest.raises(PermissionError, match="only root may give it to"):
            backends.Owned.create(either)
        return
    with backends.Owned.create(either) as made:
        facts = made.stat()
        assert (facts["uid"], facts["gid"], facts["mode"]) == (NOBODY, 12345, "0660")
        # The schema's owner is trusted by whoever has the schema.
        backends.Owned.attach(either).close()
        with pytest.raises(PermissionError, match=f"uid {NOBODY}"):
            Segment.attach(either)
        made.unlink()
    with backends.Owned.create(either, uid="root", gid=7) as made:
        assert (made.stat()["uid"], made.stat()["gid"]) == (0, 7)
        made.unlink()
    with Segment.create(either, 100, uid="nobody", gid=0) as bare:
        assert (bare.stat()["uid"], bare.stat()["gid"]) == (NOBODY, 0)
        bare.unlink()


def test_an_unknown_owner_is_an_error_of_create(either: str) -> None:
    with pytest.raises(shm_runtime.Invalid, match="no user `no-such-user-here` on this machine"):
        backends.UnknownOwner.create(either)
    with pytest.raises(shm_runtime.Invalid, match="no group `none`"):
        Segment.create(either, 100, gid="none")
    with pytest.raises(ValueError, match="NUL"):
        Segment.create(either, 100, uid="a\0b")
    with pytest.raises(shm_runtime.Invalid):
        Segment.create(either, 100, uid=-2)
    with backends.UnknownOwner.create(either, uid=os.geteuid()) as made:
        backends.UnknownOwner.attach(either).close()
        made.unlink()


# --- memfds


def test_a_segment_in_a_memfd_is_attached_by_its_place() -> None:
    with backends.InMemory.create() as made:
        assert made.address.startswith(f"memfd:{os.getpid()}/")
        facts = made.stat()
        assert (facts["kind"], facts["mode"], facts["size"]) == ("memfd", "0640", backends.InMemory.SIZE)
        assert facts["kernel"]["name"] == "test.backends.in_memory"
        assert {"shrink", "grow", "seal"} <= set(facts["kernel"]["seals"])
        with backends.InMemory.attach(made.address) as other:
            made.ticks.put(backends.Tick(price=4))
            assert other.ticks.get().price == 4
        descriptor = made.descriptor()
        with pytest.raises(PermissionError):
            os.truncate(descriptor, 0)
        os.close(descriptor)
        for way in (backends.InMemory.attach, backends.InMemory.open_or_create):
            with pytest.raises(shm_runtime.Invalid, match="no name to be found by"):
                way()
        made.unlink()
        with pytest.raises(shm_runtime.Removed):
            backends.InMemory.attach(made.address)


def test_a_bare_memfd_is_attached_by_its_descriptor() -> None:
    with Segment.create("memfd:", 5000) as made:
        made.buf[:5] = b"hello"
        descriptor = made.descriptor()
    # Nobody is attached; the descriptor keeps it.
    with Segment.attach_read_only(shm_runtime.descriptor_address(descriptor)) as again:
        os.close(descriptor)
        assert bytes(again.buf[:5]) == b"hello"
        assert again.size == 5000
        with pytest.raises(shm_runtime.Unsupported, match="no name that could be taken away"):
            again.unlink()
    with pytest.raises(FileNotFoundError):
        Segment.attach(shm_runtime.descriptor_address(descriptor))
    with Segment.create("posix:", 10) as named:
        with pytest.raises(shm_runtime.Unsupported, match="only a memfd"):
            named.descriptor()
        named.unlink()


def test_what_is_not_sealed_or_no_memfd_is_refused() -> None:
    descriptor = os.memfd_create("stranger", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
    os.truncate(descriptor, 4096)
    address = shm_runtime.descriptor_address(descriptor)
    with pytest.raises(PermissionError, match="missing: seal, shrink, grow"):
        Segment.attach(address)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
    Segment.attach(address).close()
    os.close(descriptor)
    with open(__file__, "rb") as file, pytest.raises(shm_runtime.Mismatch, match="no memfd"):
        Segment.attach(shm_runtime.descriptor_address(file.fileno()))


HAND_OVER = """
import backends, socket
connection = socket.socket(socket.AF_UNIX)
connection.connect(address)
made = backends.InMemory.create()
made.ticks.put(backends.Tick(price=1))
shm_runtime.send_descriptor(connection, made.descriptor())
say("sent")
hear()
"""


def test_a_descriptor_is_handed_over(players: type[Player], tmp_path: pathlib.Path) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "door"))
        door.listen()
        maker = players(HAND_OVER, str(tmp_path / "door"))
        connection, _ = door.accept()
        with connection:
            descriptor = shm_runtime.receive_descriptor(connection)
        assert os.get_inheritable(descriptor) is False
        maker.hear()
    with backends.InMemory.attach(shm_runtime.descriptor_address(descriptor)) as segment:
        with pytest.raises(shm_runtime.RoleTaken, match=str(maker.pid)):
            segment.ticks.put(backends.Tick())
        # The descriptor that it sent is open here; it is dead all the same.
        maker.kill()
        segment.ticks.put(backends.Tick(price=2))
        assert [segment.ticks.get().price for _ in range(2)] == [1, 2]
    os.close(descriptor)


def test_what_else_comes_over_a_socket_is_told() -> None:
    here, there = socket.socketpair(socket.AF_UNIX)
    there.settimeout(0.03)
    with pytest.raises(socket.timeout):
        shm_runtime.receive_descriptor(there)
    before = len(os.listdir("/proc/self/fd"))
    here.send(b"x")
    with pytest.raises(shm_runtime.Invalid, match="carries 0 instead of one"):
        shm_runtime.receive_descriptor(there)
    socket.send_fds(here, [b"x"], [0, 1, 2])
    with pytest.raises(shm_runtime.Invalid, match="carries 3 instead of one"):
        shm_runtime.receive_descriptor(there)
    assert len(os.listdir("/proc/self/fd")) == before
    here.close()
    with pytest.raises(shm_runtime.NotFound, match="closed the socket"):
        shm_runtime.receive_descriptor(there)
    there.close()


# --- what a handle sets, and what it asks for


def test_a_handle_sets_owner_and_mode(either: str) -> None:
    with backends.InMemory.create(either) as made:
        made.set(mode=0o604)
        assert made.stat()["mode"] == "0604"
        with backends.InMemory.attach(either, read_only=True) as reader:
            reader.set(mode=0o640)
        assert made.stat()["mode"] == "0640"
        if IS_ROOT:
            made.set(gid=12345)
            assert (made.stat()["uid"], made.stat()["gid"], made.stat()["mode"]) == (0, 12345, "0640")
        for wrong in (0o1000, -1):
            with pytest.raises(shm_runtime.Invalid, match="is not within 0 to 777"):
                made.set(mode=wrong)
        with pytest.raises(shm_runtime.Invalid, match="is not within"):
            made.set(uid=2**32 - 1)
        made.unlink()
    with pytest.raises(shm_runtime.Invalid, match="is closed"):
        made.set(mode=0o600)


def test_prefault_is_an_option_of_every_way(either: str) -> None:
    with backends.InMemory.create(either, prefault=True) as made:
        backends.InMemory.attach(either, prefault=True).close()
        backends.InMemory.attach(either, read_only=True, prefault=True).close()
        backends.InMemory.open_or_create(either, prefault=True).close()
        Segment.attach(either, prefault=True).close()
        Segment.attach_read_only(either, prefault=True).close()
        made.unlink()
    with Segment.open_or_create(either, 100, prefault=True) as bare:
        bare.unlink()


def left_out_of_core_files() -> list[bool]:
    """Of each segment that is mapped here, whether core files leave it out."""
    found: list[bool] = []
    ours = False
    for line in pathlib.Path("/proc/self/smaps").read_text().splitlines():
        if line.startswith("VmFlags:"):
            if ours:
                found.append("dd" in line.split())
        elif "-" in line.split(maxsplit=1)[0]:
            ours = "/memfd:" in line
    return found


def test_core_files_have_what_is_asked_for() -> None:
    before = left_out_of_core_files()
    for asked in (False, True):
        with backends.InMemory.create("memfd:", core_dump=asked) as made:
            assert sorted(left_out_of_core_files()) == sorted([*before, not asked])
            with backends.InMemory.attach(made.address, core_dump=asked):
                assert sorted(left_out_of_core_files()) == sorted([*before, not asked, not asked])
        with Segment.create("memfd:", 4096, core_dump=asked):
            assert sorted(left_out_of_core_files()) == sorted([*before, not asked])
