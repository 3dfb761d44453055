"""The kinds of segment beyond a name or a key, and what a schema says of them."""

from __future__ import annotations

import os
import pathlib
import pwd
import stat

import backends
import everything
import pytest

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
