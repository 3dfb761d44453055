"""The C ABI by itself: what its verbs answer, whoever calls them."""

from __future__ import annotations

import ctypes
import time
from typing import Any

import pytest
import talk
from players import in_thread

import shm_runtime
from shm_runtime import _native
from shm_runtime._side import BUSY, EMPTY, GET, LOOK, NOT_READY, OK, PUT, TIMEOUT

INVALID = 17
TRADES, TICKS, NARROW, BELL, EACH = 0, 1, 2, 4, 6


class Side:
    """A side, without anything that `shm_runtime` adds to it."""

    def __init__(self, talking: talk.Talk, index: int, role: int) -> None:
        self.library: Any = _native.library()
        self.handle = _native.Handle(self.library.side_free)
        attachment: Any = talking._attachment
        attachment.call(
            self.library.side, ctypes.c_size_t(index), ctypes.c_uint32(role), ctypes.byref(self.handle)
        )

    def call(self, verb: str, *arguments: Any) -> int:
        status: int = getattr(self.library, verb)(self.handle, *arguments)
        return status


def test_a_library_of_another_abi_is_refused_and_both_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = _native.ABI
    monkeypatch.setattr(_native, "ABI", theirs + 1)
    with pytest.raises(ImportError, match=f"has ABI {theirs}, this package needs {theirs + 1}: install both"):
        _native._Library()


def test_a_side_that_is_not_claimed_is_refused_by_every_verb() -> None:
    library: Any = _native.library()
    turn, none = ctypes.byref(_native.Turn(8)), ctypes.c_void_p()
    item, zero = ctypes.byref(talk.Tick()), ctypes.c_uint64(0)
    for verb, arguments in {
        "put": (item, turn),
        "get": (item, turn),
        "put_wait": (turn, zero),
        "get_wait": (item, turn, zero),
        "put_many": (item, turn),
        "get_many": (item, turn, zero),
        "number": (b"depth", ctypes.byref(zero)),
        "facts": (None, ctypes.c_size_t(0), ctypes.byref(zero)),
    }.items():
        assert getattr(library, verb)(none, *arguments) == INVALID, verb
        assert "not claimed" in _native.last_error()


def test_items_of_another_size_are_refused_before_they_are_touched(address: str) -> None:
    with talk.Talk.create(address) as talking:
        for role, verb in ((PUT, "put"), (GET, "get")):
            side = Side(talking, TRADES, role)
            turn = _native.Turn(8)
            assert side.call(verb, None, ctypes.byref(turn)) == INVALID
            size = ctypes.sizeof(talk.Trade)
            assert _native.last_error() == f"the object's items have {size} bytes, and the caller's 8"


def test_each_side_has_the_verbs_of_its_role(address: str) -> None:
    with talk.Talk.create(address) as talking:
        item, turn, zero = ctypes.byref(talk.Tick()), _native.Turn(8, 0, 1), ctypes.c_uint64(0)
        ref = ctypes.byref(turn)
        puts = {"put": (item, ref), "put_wait": (ref, zero), "put_many": (item, ref)}
        gets = {"get": (item, ref), "get_wait": (item, ref, zero), "get_many": (item, ref, zero)}
        for role, lacks in ((PUT, gets), (GET, puts), (LOOK, {**puts, **gets})):
            side = Side(talking, TICKS, role)
            for verb, arguments in lacks.items():
                assert side.call(verb, *arguments) == INVALID, (role, verb)
                assert "has no" in _native.last_error()
            assert side.call("number", b"such", ctypes.byref(zero)) == INVALID
            assert "number called such" in _native.last_error()
        for role in (3, 2**32 - 1):
            with pytest.raises(ValueError, match=f"no side number {role}"):
                Side(talking, TICKS, role)
        with pytest.raises(ValueError, match="no object number 99"):
            Side(talking, 99, LOOK)
        with pytest.raises(shm_runtime.Unsupported, match=f"object {BELL} of .* no operations in Python"):
            Side(talking, BELL, LOOK)


def test_the_call_itself_says_how_many_it_took(address: str) -> None:
    with talk.Talk.create(address) as talking:
        put, get = Side(talking, TICKS, PUT), Side(talking, TICKS, GET)
        turn, item = _native.Turn(8), talk.Tick(number=5)
        assert get.call("get", ctypes.byref(item), ctypes.byref(turn)) == EMPTY and turn.done == 0
        assert put.call("put", ctypes.byref(item), ctypes.byref(turn)) == OK
        item.number = 0
        assert get.call("get", ctypes.byref(item), ctypes.byref(turn)) == OK and turn.done == 1
        assert item.number == 5
        many, room = _native.Turn(8, 0, 3), (talk.Tick * 3)()
        assert put.call("put_many", ctypes.byref(room), ctypes.byref(many)) == OK and many.done == 3
        many.done, many.count = 0, 2
        zero = ctypes.c_uint64(0)
        assert get.call("get_many", ctypes.byref(room), ctypes.byref(many), zero) == OK and many.done == 2


def test_a_wait_without_room_for_an_item_leaves_it_where_it_is(address: str) -> None:
    with talk.Talk.create(address) as talking:
        get, turn, short = Side(talking, TICKS, GET), _native.Turn(8), ctypes.c_uint64(1_000_000)
        assert get.call("get_wait", None, ctypes.byref(turn), short) in (TIMEOUT, NOT_READY)
        talking.ticks.put(talk.Tick(number=5))
        for _ in range(2):
            assert get.call("get_wait", None, ctypes.byref(turn), short) == OK and turn.done == 0
        assert talking.ticks.qsize() == 1


def test_a_side_that_waits_in_one_thread_is_busy_in_another(address: str) -> None:
    with talk.Talk.create(address) as talking:
        get, turn, item = Side(talking, TICKS, GET), _native.Turn(8), talk.Tick()
        long = ctypes.c_uint64(20_000_000_000)
        waiter = in_thread(get.call, "get_wait", None, ctypes.byref(_native.Turn(8)), long)
        while get.call("get", ctypes.byref(item), ctypes.byref(turn)) != BUSY:
            time.sleep(0.001)
        talking.ticks.put(talk.Tick(number=5))
        assert waiter.result() == OK
        assert get.call("get", ctypes.byref(item), ctypes.byref(turn)) == OK and item.number == 5


def test_a_turn_says_which_cell_of_an_array_it_is_about(address: str) -> None:
    with talk.Talk.create(address) as talking:
        write, read = Side(talking, EACH, PUT), Side(talking, EACH, LOOK)
        item, zero = talk.Tick(number=7), ctypes.c_uint64(0)
        for at in range(3):
            assert write.call("put", ctypes.byref(item), ctypes.byref(_native.Turn(8, at))) == OK
        turn = _native.Turn(8, 2)
        assert read.call("get", ctypes.byref(item), ctypes.byref(turn)) == OK
        assert (item.number, turn.version) == (7, 1)
        # Where it is not asked for, the value is left alone.
        assert read.call("get_wait", None, ctypes.byref(_native.Turn(8, 2)), zero) == OK
        for at in (3, 2**32, 2**32 + 1, 2**64 - 1):
            outside = ctypes.byref(_native.Turn(8, at, 1))
            for side, verb, arguments in (
                (write, "put", (ctypes.byref(item), outside)),
                (read, "get", (ctypes.byref(item), outside)),
                (read, "get_wait", (None, outside, zero)),
                (read, "get_many", (ctypes.byref(item), outside, zero)),
            ):
                assert side.call(verb, *arguments) == INVALID, verb
                assert _native.last_error() == f"there is no cell number {at}: they are 3"
        room = (talk.Tick * 3)()
        many = _native.Turn(8, 1, 3)
        assert read.call("get_many", ctypes.byref(room), ctypes.byref(many), zero) == INVALID
        many.count = 2
        assert read.call("get_many", ctypes.byref(room), ctypes.byref(many), zero) == OK and many.done == 2
        assert [tick.number for tick in room] == [7, 7, 0]
        with pytest.raises(ValueError, match=f"no side number {GET}"):
            Side(talking, EACH, GET)


def test_facts_are_those_of_one_object(address: str) -> None:
    with talk.Talk.create(address) as talking:
        talking.narrow.put(talk.Tick())
        facts = talking.narrow.facts()
        assert facts == talking.stat()["objects"][NARROW]
        assert (facts["name"], facts["kind"], facts["numbers"]["depth"]) == ("narrow", "queue", 1)
        assert [holder["role"] for holder in facts["holders"]] == ["producer"]
