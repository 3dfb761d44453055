"""Bounded lists and optionals: what they take and refuse, and what they make of bytes that are none of
theirs. These tests need no segment."""

from __future__ import annotations

import collections
import math
from typing import Any

import constructs
import numpy
import pytest

# Much of what follows is about what a type checker refuses too.
Deep: Any = constructs.Deep
Level: Any = constructs.Level
Lists: Any = constructs.Lists
Optionals: Any = constructs.Optionals
Payload: Any = constructs.Payload
Side: Any = constructs.Side


# --- lists


def test_a_list_takes_any_sequence_of_at_most_so_many() -> None:
    assert Lists().u8s == []
    for given in (
        [1, 2],
        (1, 2),
        range(1, 3),
        b"\1\2",
        bytearray(b"\1\2"),
        numpy.array([1, 2]),
        collections.deque([1, 2]),
    ):
        assert Lists(u8s=given).u8s == [1, 2]
    whole = Lists(u8s=[1, 2, 3])
    assert whole.u8s == [1, 2, 3]
    assert bytes(whole)[Lists.u8s.offset :][:8] == b"\3\0\0\0\1\2\3\0"
    whole.u8s = []
    assert whole == Lists() and bytes(whole) == bytes(Lists()), "what was there is gone"


def test_a_struct_in_a_list_is_a_view_when_read_and_a_copy_when_assigned() -> None:
    level = Level(price=1)
    whole = Lists(levels=[level, level])
    level.price = 9
    whole.levels[1].price = 2
    assert [one.price for one in whole.levels] == [1, 2]
    # Also where what is assigned is a view of what it is assigned to.
    whole.levels = whole.levels[::-1]
    assert [one.price for one in whole.levels] == [2, 1]
    whole.levels = whole.levels[1:]
    assert [one.price for one in whole.levels] == [1]
    assert bytes(whole) == bytes(Lists(levels=[Level(price=1)]))


@pytest.mark.parametrize(
    ("name", "wrong", "error", "text"),
    [
        ("u8s", [1, 2, 3, 4], OverflowError, "a list of at most 3, not of 4"),
        ("u8s", range(10**6), ValueError, "not of 1000000"),
        ("u8s", [256], OverflowError, "a number from 0 to 255"),
        ("u8s", [1, -1], ValueError, "a number from 0 to 255"),
        ("u8s", [1, "2"], TypeError, "a whole number"),
        ("u8s", 1, TypeError, "a list of at most 3"),
        ("u8s", None, TypeError, "a list of at most 3"),
        ("u8s", {1: 2}, TypeError, "a list of at most 3"),
        ("u8s", {1, 2}, TypeError, "a list of at most 3"),
        ("u8s", iter([1]), TypeError, "a list of at most 3"),
        ("f32s", [1e39], OverflowError, "a number up to"),
        ("bools", [2], TypeError, "True or False"),
        ("texts", "abc", TypeError, "a list of at most 3"),
        ("texts", ["abc", "longer"], ValueError, "at most 5 bytes"),
        ("texts", ["a\0b"], ValueError, "NUL"),
        ("blobs", [b"ab"], ValueError, "exactly 3 bytes"),
        ("sides", [1, 256], OverflowError, "a number from 0 to 255"),
        ("sides", ["BUY"], TypeError, "a Side"),
        ("states", [-1], OverflowError, "a number from 0"),
        ("levels", [Level(), Side.BUY], TypeError, "a Level"),
        ("levels", [None], TypeError, "a Level"),
        ("payloads", [Level()], TypeError, "a Payload"),
        ("payloads", [Payload], TypeError, "a Payload"),
        ("rows", [[1, 2], [3]], ValueError, "a list of 2, not of 1"),
        ("rows", [1, 2], TypeError, "a list of 2"),
        ("grids", [[[1, 2, 3], [1, 2, 2**31]]], OverflowError, "a number from -"),
        ("lists", [[1], [1, 2, 3]], ValueError, "at most 2, not of 3"),
        ("lists", [1], TypeError, "a list of at most 2"),
        ("maybes", [None, 2**16], OverflowError, "a number from 0 to 65535"),
        ("arrays", [[[1], [2]], [[1], [2]]], ValueError, "a list of 3, not of 2"),
        ("arrays", [[[1]] * 3, [[1, 2, 3], [], []]], ValueError, "at most 2, not of 3"),
    ],
)
def test_a_list_refuses_what_does_not_fit(name: str, wrong: Any, error: type[Exception], text: str) -> None:
    whole = Lists(u8s=[1, 2, 3], texts=["abc"], levels=[Level(price=1)], payloads=[Payload.none()])
    before = bytes(whole)
    with pytest.raises(error, match=rf"Lists\.{name} takes .*{text}"):
        setattr(whole, name, wrong)
    assert bytes(whole) == before, "a refused value changes nothing"


def test_a_list_of_arrays_and_an_array_of_lists_keep_their_order() -> None:
    whole = Lists(
        grids=[[[1, 2, 3], [4, 5, 6]]],
        lists=[[1, 2], [], [3]],
        arrays=[[[1, 2], [], [3]], [[], [4], []]],
        rows=numpy.array([[1.5, 2.5]]),
    )
    assert whole.grids == [[[1, 2, 3], [4, 5, 6]]]
    assert whole.lists == [[1, 2], [], [3]]
    assert whole.arrays == [[[1, 2], [], [3]], [[], [4], []]]
    assert whole.rows == [[1.5, 2.5]]
    assert Lists.grids.size == 4 + 2 * 24 and Lists.arrays.size == 2 * 3 * 8


def test_lists_are_equal_element_by_element_whatever_lies_behind_them() -> None:
    raw = bytearray(bytes(Lists(u8s=[1, 2])))
    raw[Lists.u8s.offset + 6] = 9
    assert Lists.from_buffer_copy(raw) == Lists(u8s=[1, 2]) != Lists(u8s=[1, 2, 9])
    assert Lists(f64s=[math.nan]) != Lists(f64s=[math.nan])
    assert Lists(f64s=[0.0]) == Lists(f64s=[-0.0]) != Lists(f64s=[])
    raw = bytearray(bytes(Lists(texts=["ab"])))
    raw[Lists.texts.offset + 4 + 3] = 9
    assert Lists.from_buffer_copy(raw) == Lists(texts=["ab"])


def test_bounded_bytes_and_text_read_as_what_they_are() -> None:
    whole = Lists()
    assert (whole.key, whole.label) == (b"", "")
    for given in (b"\1\0", bytearray(b"\1\0"), memoryview(b"\1\0"), numpy.array([1, 0], "u1")):
        whole.key = given
        assert type(whole.key) is bytes and whole.key == b"\1\0"
    assert bytes(whole)[Lists.key.offset :][: Lists.key.size] == b"\2\0\0\0\1\0\0\0\0\0\0\0"
    whole.label = "a\0é"
    assert whole.label == "a\0é" and bytes(whole)[Lists.label.offset :][:8] == b"\4\0\0\0a\0\xc3\xa9"
    whole.label = ""
    assert bytes(whole)[Lists.label.offset :][: Lists.label.size] == bytes(Lists.label.size), (
        "nothing is left"
    )
    whole.keys, whole.labels = [b"abc", b""], ["x", "fünf"]
    assert whole.keys == [b"abc", b""] and whole.labels == ["x", "fünf"]
    whole.keys[1] = b"z"
    whole.keys[0] = b""
    whole.labels[0] = "yes"
    assert whole.keys == [b"", b"z"] and whole.labels[0] == "yes"
    assert Lists(key=b"a") != Lists(key=b"ab") and Lists(key=b"a") == Lists(key=b"a")
    assert "key=b'a', label=''" in repr(Lists(key=b"a"))
    assert Lists.from_dict(whole.asdict()) == whole and whole.asdict()["keys"] == [b"", b"z"]
    optional = Optionals(a_key=b"", a_label="\0")
    assert (optional.a_key, optional.a_label) == (b"", "\0") and Optionals().a_key is None
    array = numpy.zeros(2, Lists.DTYPE)
    array["label"]["items"][1], array["label"]["count"][1] = b"two", 3
    assert Lists.from_buffer_copy(array[1].tobytes()).label == "two"


@pytest.mark.parametrize(
    ("name", "wrong", "error", "text"),
    [
        ("key", b"123456", OverflowError, "at most 5 bytes"),
        ("key", "abc", TypeError, "bytes"),
        ("key", None, TypeError, "bytes"),
        ("key", [1, 2], TypeError, "bytes"),
        ("label", "sieben!", OverflowError, "at most 6 bytes of UTF-8"),
        ("label", "ééé1", ValueError, "at most 6 bytes of UTF-8"),
        ("label", b"abc", TypeError, "text"),
        ("keys", [b"1234"], OverflowError, "at most 3 bytes"),
        ("labels", ["a", "123456"], OverflowError, "at most 5 bytes"),
    ],
)
def test_bounded_bytes_and_text_refuse_what_does_not_fit(
    name: str, wrong: Any, error: type[Exception], text: str
) -> None:
    whole = Lists(key=b"12345", label="sechs!")
    before = bytes(whole)
    with pytest.raises(error, match=rf"Lists\.{name} takes .*{text}"):
        setattr(whole, name, wrong)
    assert bytes(whole) == before


def test_bounded_bytes_and_text_that_cannot_be_are_errors_when_they_are_read() -> None:
    for name, room in (("key", 5), ("label", 6)):
        raw = bytearray(bytes(Lists()))
        start = getattr(Lists, name).offset
        raw[start] = room + 1
        whole = Lists.from_buffer_copy(raw)
        with pytest.raises(ValueError, match=rf"Lists\.{name} holds {room + 1} bytes, with room for {room}"):
            getattr(whole, name)
        assert f"{name}=<invalid " in repr(whole) and whole == Lists.from_buffer_copy(raw) != Lists()
    raw = bytearray(bytes(Lists(label="a")))
    raw[Lists.label.offset + 4] = 0xFF
    with pytest.raises(UnicodeDecodeError):
        assert Lists.from_buffer_copy(raw).label


@pytest.mark.parametrize("count", [4, 255, 2**32 - 1])
def test_a_count_of_more_than_there_is_room_for_is_an_error_when_it_is_read(count: int) -> None:
    raw = bytearray(Lists.SIZE)
    start = Lists.u8s.offset
    raw[start : start + 8] = count.to_bytes(4, "little") + b"\1\2\3\0"
    whole = Lists.from_buffer_copy(raw)
    with pytest.raises(ValueError, match=rf"Lists\.u8s holds a list of {count}, with room for 3"):
        assert whole.u8s
    assert f"u8s=<invalid {raw[start : start + 8].hex()}>" in repr(whole)
    assert whole == Lists.from_buffer_copy(raw) != Lists(u8s=[1, 2, 3])
    raw[start + 4] = 7
    assert whole != Lists.from_buffer_copy(raw), "of what cannot be read the bytes count"
    whole.u8s = [5]
    assert whole.u8s == [5], "it can be written over"


@pytest.mark.parametrize(
    ("name", "start", "wrong", "error", "text"),
    [
        ("bools", 4, b"\7", ValueError, "holds 7"),
        ("texts", 4, b"\xff", UnicodeDecodeError, "utf-8"),
        ("lists", 4, b"\3", ValueError, r"holds a list of 3, with room for 2"),
        ("maybes", 4, b"\7", ValueError, "holds 7, which is neither 0 .None. nor 1"),
        (
            "payloads",
            8 + 8,
            b"\xff\xff",
            ValueError,
            r"Payload\.counts holds a list of 65535, with room for 5",
        ),
    ],
)
def test_an_element_that_cannot_be_read_is_an_error_only_where_the_list_reaches(
    name: str, start: int, wrong: bytes, error: type[Exception], text: str
) -> None:
    place = getattr(Lists, name).offset
    raw = bytearray(Lists.SIZE)
    if name == "payloads":
        raw[place + 8] = 3
    raw[place + start : place + start + len(wrong)] = wrong
    assert getattr(Lists.from_buffer_copy(raw), name) == []
    raw[place] = 1
    whole = Lists.from_buffer_copy(raw)
    assert len(getattr(whole, name)) == 1
    with pytest.raises(error, match=text):
        getattr(whole, name)[0]
    assert "<invalid" in repr(getattr(whole, name)) or name == "payloads"
    assert f"{name}=<invalid 01000000" in repr(whole)
    assert whole == Lists.from_buffer_copy(raw) != Lists()


# --- optionals


def test_an_optional_reads_as_none_or_the_value_and_takes_both() -> None:
    whole = Optionals()
    assert all(getattr(whole, name) is None for name in Optionals._names if name != "some")
    whole.a_u64 = 2**64 - 1
    assert whole.a_u64 == 2**64 - 1
    place = Optionals.a_u64.offset
    assert bytes(whole)[place : place + 16] == b"\1" + bytes(7) + b"\xff" * 8
    whole.a_u64 = None
    assert whole.a_u64 is None and bytes(whole) == bytes(Optionals()), "what was there is gone"
    for name, zero in (
        ("a_u8", 0),
        ("an_f32", 0.0),
        ("a_bool", False),
        ("a_text", ""),
        ("a_list", []),
        ("a_side", 0),
    ):
        setattr(whole, name, zero)
        assert getattr(whole, name) == zero and getattr(whole, name) is not None
        assert whole != Optionals(), "a zero is not nothing"
        setattr(whole, name, None)
    assert Optionals(some=[None, 3]).some == [None, 3]


def test_a_struct_in_an_optional_is_a_view_when_read_and_a_copy_when_assigned() -> None:
    level = Level(price=1, count=None)
    whole = Optionals(a_level=level)
    level.price = 2
    whole.a_level.count = 7
    assert whole.a_level == Level(price=1, count=7)
    whole.a_level = whole.a_level
    assert whole.a_level == Level(price=1, count=7)


@pytest.mark.parametrize(
    ("name", "wrong", "error", "text"),
    [
        ("a_u8", 256, OverflowError, "a number from 0 to 255"),
        ("a_u8", "1", TypeError, "a whole number"),
        ("an_f32", 1e39, OverflowError, "a number up to"),
        ("a_bool", 2, TypeError, "True or False"),
        ("a_text", "longer", ValueError, "at most 5 bytes"),
        ("a_blob", b"", ValueError, "exactly 3 bytes"),
        ("a_side", -1, OverflowError, "a number from 0 to 255"),
        ("a_level", Side.BUY, TypeError, "a Level"),
        ("a_payload", Level(), TypeError, "a Payload"),
        ("a_row", [1], ValueError, "a list of 2"),
        ("a_list", [1, 2, 3, 4], ValueError, "at most 3, not of 4"),
        ("some", None, TypeError, "a list of 2"),
        ("some", [1, 2**32], OverflowError, "a number from"),
    ],
)
def test_an_optional_refuses_what_does_not_fit(
    name: str, wrong: Any, error: type[Exception], text: str
) -> None:
    whole = Optionals(a_u8=1, a_text="abc", a_level=Level(), some=[1, 2])
    before = bytes(whole)
    with pytest.raises(error, match=rf"Optionals\.{name} takes .*{text}"):
        setattr(whole, name, wrong)
    assert bytes(whole) == before, "a refused value changes nothing"


@pytest.mark.parametrize("has", [2, 7, 255])
def test_a_byte_that_says_neither_yes_nor_no_is_an_error_when_it_is_read(has: int) -> None:
    for name in Optionals._names:
        start = getattr(Optionals, name).offset
        raw = bytearray(Optionals.SIZE)
        raw[start] = has
        whole = Optionals.from_buffer_copy(raw)
        with pytest.raises(
            ValueError, match=rf"Optionals\.{name} holds {has}, which is neither 0 \(None\) nor 1"
        ):
            value = getattr(whole, name)
            _ = value[0]  # of `some`, which is an array
        assert f"{name}=<invalid {has:02x}" in repr(whole)
        assert whole == Optionals.from_buffer_copy(raw) != Optionals()
        setattr(whole, name, getattr(Optionals(), name))
        assert bytes(whole) == bytes(Optionals()), "it can be written over"


def test_what_cannot_be_read_within_an_optional_is_an_error_only_if_it_is_there() -> None:
    raw = bytearray(Optionals.SIZE)
    raw[Optionals.a_bool.offset + 1] = 7
    raw[Optionals.a_list.offset + 4] = 4
    assert Optionals.from_buffer_copy(raw) == Optionals(), "what is not there makes no difference"
    for name in ("a_bool", "a_list"):
        raw[getattr(Optionals, name).offset] = 1
        with pytest.raises(ValueError, match=rf"Optionals\.{name} holds"):
            getattr(Optionals.from_buffer_copy(raw), name)


# --- in one another


def test_they_nest_as_deep_as_a_schema_nests_them() -> None:
    matrix = [[1.5, 2.5, 3.5], [4.5, 5.5, 6.5]]
    whole = Deep(
        deep=[None, [], [matrix], [matrix, matrix], None],
        payloads=[None, [Payload.none(), Payload.counts([1])]],
        texts=[["abcd", None], []],
        lists=[Lists(u8s=[9])],
    )
    assert whole.deep == [None, [], [matrix], [matrix, matrix], None]
    assert whole.payloads == [None, [Payload.none(), Payload.counts([1])]]
    assert whole.texts == [["abcd", None], []]
    assert whole.lists[0].u8s == [9]
    whole.lists[0].u8s = [8, 7]
    assert whole.lists == [Lists(u8s=[8, 7])]
    with pytest.raises(ValueError, match=r"Deep\.deep takes a list of at most 4, not of 5"):
        whole.deep = [None, None, None, None, [matrix] * 5]
    with pytest.raises(OverflowError, match=r"Deep\.deep takes a number"):
        whole.deep = [None, None, None, None, [[[1, 2, 3], [4, 5, 1e39]]]]


def test_a_field_tells_where_it_lies_and_its_unit() -> None:
    assert (Lists.i64s.offset, Lists.i64s.size, Lists.i64s.unit) == (8, 8 + 2 * 8, "ns")
    assert Optionals.a_price.unit == "1e-8 USD"
    assert repr(Deep.deep) == f"<field Deep.deep at 0, {5 * (4 + 4 + 4 * 24)} bytes>"


@pytest.mark.parametrize("kind", [Lists, Optionals, Deep, constructs.All, constructs.Foreign])
def test_each_byte_counts_for_one_field_at_most_and_none_makes_it_fail(kind: Any) -> None:
    for place in range(kind.SIZE):
        raw = bytearray(kind.SIZE)
        raw[place] = 0xA5
        whole = kind.from_buffer_copy(raw)
        repr(whole)
        holder = [n for n in kind._names if 0 <= place - getattr(kind, n).offset < getattr(kind, n).size]
        changed = [n for n in kind._names if not getattr(kind, n).same(whole, kind())]
        assert changed in ([], holder)
        assert (whole == kind()) == (not changed)
