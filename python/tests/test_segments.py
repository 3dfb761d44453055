"""Segments: made, found, shared, closed and removed."""

from __future__ import annotations

import errno
import gc
import json
import os
import pathlib
import queue
import subprocess
import time
from typing import Any

import everything
import pytest
import talk
from players import Player, in_thread

import shm_runtime


def test_what_is_created_is_there_until_it_is_unlinked(either: str) -> None:
    with talk.Talk.create(either) as talking:
        talking.ticks.put(talk.Tick(number=1))
    with talk.Talk.attach(either) as talking:
        assert talking.ticks.get_nowait() == talk.Tick(number=1)
        talking.unlink()
    with pytest.raises(FileNotFoundError):
        talk.Talk.attach(either)


def test_create_refuses_a_name_that_is_taken(either: str) -> None:
    with talk.Talk.create(either), pytest.raises(shm_runtime.Exists) as caught:
        talk.Talk.create(either)
    assert isinstance(caught.value, FileExistsError)
    assert caught.value.errno == errno.EEXIST
    assert either.rsplit("/", maxsplit=1)[-1] in str(caught.value)


def test_attach_refuses_a_name_that_is_free(either: str) -> None:
    with pytest.raises(shm_runtime.NotFound) as caught:
        talk.Talk.attach(either)
    assert isinstance(caught.value, FileNotFoundError)
    assert caught.value.errno == errno.ENOENT
    assert either.rsplit("/", maxsplit=1)[-1] in str(caught.value)


def test_open_or_create_never_resets_what_is_there(either: str) -> None:
    with talk.Talk.open_or_create(either) as first:
        first.ticks.put(talk.Tick(number=7))
        with talk.Talk.open_or_create(either) as second:
            assert second.ticks.get_nowait().number == 7


def test_the_address_in_the_schema_is_the_default() -> None:
    with talk.Talk.create() as talking:
        assert talking.address == "posix:/test.talk.talk"
        name = os.environ["SHM_RUNTIME_PREFIX"] + "test.talk.talk"
        assert os.path.exists(f"/dev/shm/{name}")
        talking.unlink()


def test_an_address_can_be_left_to_create() -> None:
    with talk.Talk.create("posix:") as talking, talk.Talk.attach(talking.address):
        assert talking.address.startswith("posix:/shmgen.")
        talking.unlink()


def test_attach_waits_for_a_segment_to_come_into_being(either: str) -> None:
    waiter = in_thread(lambda: talk.Talk.attach(either, timeout=20))
    time.sleep(0.05)
    with talk.Talk.create(either) as talking:
        talking.ticks.put(talk.Tick(number=3))
        found = waiter.result()
        assert found.ticks.get_nowait().number == 3
        found.close()


def test_attach_gives_up_when_the_time_is_over(address: str) -> None:
    start = time.monotonic()
    with pytest.raises(FileNotFoundError):
        talk.Talk.attach(address, timeout=0.1)
    assert 0.1 <= time.monotonic() - start < 5


def test_an_attach_that_waits_waits_for_another_one_where_one_was_removed(address: str) -> None:
    with talk.Talk.create("memfd:") as talking:
        descriptor = talking.descriptor()
        talking.unlink()
        place = shm_runtime.descriptor_address(descriptor)
        with pytest.raises(shm_runtime.Removed) as at_once:
            talk.Talk.attach(place)
        start = time.monotonic()
        with pytest.raises(shm_runtime.Removed, match=r", and none came in 50 ms$"):
            talk.Talk.attach(place, timeout=0.05)
        assert time.monotonic() - start >= 0.05 and "none came" not in str(at_once.value)
        os.close(descriptor)


def test_reading_only_can_look_and_take_no_part(either: str) -> None:
    with talk.Talk.create(either) as talking:
        talking.ticks.put(talk.Tick())
        with talk.Talk.attach(either, read_only=True) as reader:
            assert reader.ticks.qsize() == 1
            assert len(reader.stat()["participants"]) == 1
            for attempt in (lambda: reader.ticks.put(talk.Tick()), reader.ticks.get_nowait):
                with pytest.raises(shm_runtime.ReadOnly) as caught:
                    attempt()
                assert isinstance(caught.value, PermissionError)


def test_a_mode_is_exactly_what_was_asked_for(either: str) -> None:
    umask = os.umask(0o077)
    try:
        with talk.Talk.create(either, mode=0o646) as talking:
            assert talking.stat()["mode"] == "0646"
    finally:
        os.umask(umask)


def test_a_mode_that_is_none_is_refused_and_nothing_is_made(address: str) -> None:
    with pytest.raises(shm_runtime.Invalid) as caught:
        talk.Talk.create(address, mode=0o1777)
    assert isinstance(caught.value, ValueError)
    with pytest.raises(FileNotFoundError):
        talk.Talk.attach(address)


def test_a_mode_that_was_meant_to_be_octal_is_told_so(address: str) -> None:
    with pytest.raises(shm_runtime.Invalid, match=r"mode 1200 .*; if 640 was meant, write 0o640$"):
        talk.Talk.create(address, mode=640)
    with pytest.raises(shm_runtime.Invalid, match=r"0 to 777$"):
        talk.Talk.create(address, mode=2**32 + 0o600)  # would be 0o600 in 32 bits
    with pytest.raises(shm_runtime.Invalid, match=r"0 to 777$"):
        talk.Talk.open_or_create(address, mode=-1)


def test_an_option_that_is_none_is_refused(address: str) -> None:
    kind: Any = talk.Talk  # a type checker refuses it too
    with pytest.raises(
        TypeError, match=r"^create\(\) has no option 'colour' \(it has mode, uid, gid, prefault, core_dump\)$"
    ):
        kind.create(address, colour="red")
    with pytest.raises(TypeError, match=r"^open_or_create\(\) has no option 'moed'; did you mean 'mode'\?"):
        kind.open_or_create(address, moed=0o600)
    with pytest.raises(FileNotFoundError):
        kind.attach(address)


def test_an_option_of_create_is_not_silently_ignored_by_attach(address: str) -> None:
    kind: Any = talk.Talk  # a type checker refuses it too
    with talk.Talk.create(address):
        with pytest.raises(
            TypeError, match=r"^attach\(\) has no option 'mode', which is for create\(\) and "
        ):
            kind.attach(address, mode=0o600)
        with pytest.raises(TypeError, match="'mode'"):
            kind.attach(address, read_only=True, mode=0o600)
        with pytest.raises(TypeError, match=r"'timeout', which is for attach\(\)"):
            kind.create(address, timeout=1.0)


def test_an_odd_name_is_exact_for_programs_and_escaped_for_people(address: str) -> None:
    odd = address + "\x1b[31m\u202eé"
    with talk.Talk.create(odd) as talking:
        try:
            assert talking.address == odd == talking.stat()["address"]
            assert "\\x1b[31m\\u202eé" in repr(talking.ticks)
            talk.Talk.attach(talking.address).close()
        finally:
            talking.unlink()
    with pytest.raises(shm_runtime.Invalid) as caught:
        talking.ticks.put_nowait(talk.Tick())
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("wrong", ["posix:/a/b", "sysv:0", "tcp:1", ""])
def test_an_address_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(shm_runtime.Invalid):
        talk.Talk.create(wrong)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives segments away")
def test_an_owner_and_a_group_can_each_be_chosen_alone(either: str) -> None:
    for uid, gid, expected in (
        (12345, 54321, (12345, 54321)),
        (12345, -1, (12345, os.getegid())),
        (-1, 54321, (os.geteuid(), 54321)),
    ):
        with talk.Talk.create(either, uid=uid, gid=gid) as talking:
            stat = talking.stat()
            assert (stat["uid"], stat["gid"]) == expected
            talking.unlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives segments away")
def test_a_strangers_segment_is_attached_only_when_it_is_trusted(either: str) -> None:
    with talk.Talk.create(either, uid=12345, gid=12345):
        with pytest.raises(shm_runtime.Permission, match="12345") as caught:
            talk.Talk.attach(either)
        assert isinstance(caught.value, PermissionError)
        talk.Talk.attach(either, trust_uid=12345).close()
        talk.Talk.attach(either, any_owner=True).close()
        with pytest.raises(shm_runtime.Permission):
            talk.Talk.attach(either, trust_uid=12346)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_another_user_is_kept_out_by_the_mode(either: str) -> None:
    with talk.Talk.create(either, mode=0o600):
        pid = os.fork()
        if pid == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            try:
                talk.Talk.attach(either)
            except PermissionError as reason:
                os._exit(0 if isinstance(reason, shm_runtime.Permission) and reason.errno else 1)
            os._exit(2)
        assert os.waitpid(pid, 0)[1] == 0


def test_who_is_attached_drains_an_unlinked_segment_and_then_hears_of_it(either: str) -> None:
    with talk.Talk.create(either) as talking, talk.Talk.attach(either) as other:
        talking.ticks.put_many([talk.Tick(number=n) for n in range(3)])
        talking.unlink()
        assert [other.ticks.get(timeout=5).number for _ in range(3)] == [0, 1, 2]
        with pytest.raises(shm_runtime.Removed, match="removed"):
            other.ticks.get(timeout=5)
        with pytest.raises(shm_runtime.Removed):
            other.ticks.get_nowait()
        # The name is free for another one, and a late unlink leaves that alone.
        with talk.Talk.create(either) as fresh:
            with pytest.raises(FileNotFoundError):
                talking.unlink()
            fresh.ticks.put(talk.Tick())


def test_remove_needs_no_attachment(either: str) -> None:
    talk.Talk.create(either).close()
    shm_runtime.remove(either)
    with pytest.raises(shm_runtime.NotFound):
        shm_runtime.remove(either)


def test_closing_twice_is_closing_once(address: str) -> None:
    talking = talk.Talk.create(address)
    assert "closed" not in repr(talking)
    talking.close()
    talking.close()
    assert "closed" in repr(talking) and address in repr(talking)


def test_nothing_works_after_close(address: str) -> None:
    talking = talk.Talk.create(address)
    talking.ticks.put(talk.Tick())
    talking.close()
    attempts = (
        lambda: talking.ticks.put(talk.Tick()),
        lambda: talking.ticks.put_many([talk.Tick()]),
        lambda: talking.trades.put_nowait(talk.Trade()),
        lambda: talking.ticks.get(timeout=0.1),
        lambda: talking.ticks.get_many(2),
        talking.ticks.get_nowait,
        talking.ticks.qsize,
        talking.ticks.redelivered,
        talking.ticks.stat,
        talking.stat,
        talking.unlink,
    )
    for attempt in attempts:
        with pytest.raises(shm_runtime.Invalid, match="closed"):
            attempt()


def test_the_roles_of_a_closed_segment_are_free(address: str) -> None:
    talking = talk.Talk.create(address)
    talking.ticks.put(talk.Tick(number=1))
    talking.ticks.get()
    talking.close()
    with talk.Talk.attach(address) as other:
        other.ticks.put(talk.Tick(number=2))
        assert other.ticks.get().number == 2
        assert other.ticks.redelivered() == 0


def test_a_segment_that_nobody_holds_any_more_is_left(address: str) -> None:
    talking = talk.Talk.create(address)
    talking.ticks.put(talk.Tick())
    del talking
    gc.collect()
    with talk.Talk.attach(address) as other:
        assert len(other.stat()["participants"]) == 1
        other.ticks.put(talk.Tick())


def test_a_program_that_forgets_to_close_leaves_like_one_that_does_not(
    either: str, players: type[Player]
) -> None:
    with talk.Talk.create(either) as talking:
        player = players(
            """
            talking = talk.Talk.attach(address)
            talking.ticks.put_many([talk.Tick(number=n) for n in range(3)])
            talking.ticks.get()
            """,
            either,
        )
        player.finish()
        assert talking.ticks.redelivered() == 0, "nobody died"
        assert talking.ticks.get().number == 1
        talking.ticks.put(talk.Tick())


def test_stat_is_what_the_command_prints(either: str) -> None:
    with talk.Talk.create(either) as talking:
        talking.trades.put(talk.Trade())
        command = [os.environ["SHMGEN"], "stat", either, "--json"]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        told = json.loads(printed)
        own = talking.stat()
        for facts in (told, own):
            # The command itself is attached to a System V segment while it looks.
            for key in ("mapped_by", "kernel"):
                facts.pop(key)
        assert told == own
        assert own["schema"]["name"] == "test.talk" and own["schema"]["version"] == "1.2"
        assert own["participants"][0]["pid"] == os.getpid()
        assert [o["name"] for o in own["objects"]] == [
            "trades",
            "ticks",
            "narrow",
            "blocks",
            "bell",
            "last",
            "each",
            "shared",
        ]
        assert [(h["role"], h["pid"]) for h in own["objects"][0]["holders"]] == [("producer", os.getpid())]


def test_a_bare_segment_is_a_mismatch_that_says_so(either: str) -> None:
    subprocess.run(
        [os.environ["SHMGEN"], "create", either, "--size", "4096"], check=True, stdout=subprocess.DEVNULL
    )
    with pytest.raises(shm_runtime.Mismatch, match="bare segment") as caught:
        talk.Talk.attach(either)
    assert isinstance(caught.value, ValueError)


def test_a_full_table_names_who_is_in_it(address: str) -> None:
    with everything.SystemV.create(address) as one:
        two = everything.SystemV.attach(address)
        three = everything.SystemV.attach(address)
        with pytest.raises(shm_runtime.TableFull, match=str(os.getpid())):
            everything.SystemV.attach(address)
        two.close()
        everything.SystemV.attach(address).close()
        three.close()
        with pytest.raises(queue.Empty):
            one.choices.get_nowait()


def test_an_address_is_text_without_a_nul(address: str) -> None:
    with pytest.raises(ValueError, match="NUL"):
        talk.Talk.create(address + "\0junk")
    with pytest.raises(ValueError, match="NUL"):
        shm_runtime.remove(address + "\0other")
    with pytest.raises(TypeError, match="not int"):
        talk.Talk.attach(5)  # type: ignore[arg-type]


def test_every_status_has_a_class_of_its_name() -> None:
    names = (
        "Full Empty NotReady Timeout RoleTaken Removed Mismatch NotFound Exists Permission NoSpace Corrupt "
        "Forked OwnerDied ReadOnly Busy Invalid TableFull NoLane Unsupported Os"
    )
    for name in names.split():
        assert issubclass(getattr(shm_runtime, name), shm_runtime.Error)


def test_a_damaged_contract_is_told_where_it_is_needed(address: str) -> None:
    with talk.Talk.create(address) as talking:
        assert talking.ticks.stat().depth == 0
        if address.startswith("posix:"):
            name = os.environ.get("SHM_RUNTIME_PREFIX", "") + talking.address[len("posix:/") :]
            path = pathlib.Path("/dev/shm") / name
            raw = bytearray(path.read_bytes())
            start = int.from_bytes(raw[48:56], "little")  # where the header says the contract lies
            with path.open("r+b") as file:
                file.seek(start)
                file.write(b"\xff" * 64)
            with pytest.raises(shm_runtime.Corrupt, match="contract"):
                talking.ticks.stat()
