"""Unions: classes whose variants are classes in them. These tests need no segment."""

from __future__ import annotations

import copy
import math
import pickle
import sys
from typing import Any

import constructs
import constructs_root
import numpy
import pytest

# Much of what follows is about what a type checker refuses too.
All: Any = constructs.All
Bit: Any = constructs.Bit
Broad: Any = constructs.Broad
Level: Any = constructs.Level
Mark: Any = constructs_root.Mark
Payload: Any = constructs.Payload
Tall: Any = constructs.Tall

ONE_OF_EACH = [
    Payload.none(),
    Payload.level(Level(price=-1, count=2)),
    Payload.text("abcdefghijkl"),
    Payload.counts([1, 65535]),
    Payload.flag(True),
    Payload.maybe(None),
    Payload.maybe(0.5),
    Payload.raw(b"\0\1\0"),
    Payload.side(constructs.Side.SELL),
    Payload.side(9),
    Payload.state(constructs.State.TOP),
    Payload.grid([[1, 2, 3], [-1, -2, -3]]),
    Payload.mark(Mark.at(constructs_root.Stamp(time=5))),
    Payload.marks([Mark.never(), Mark.unknown(9, b"\1")]),
    Payload.levels(None),
    Payload.levels([Level(price=3)]),
    Payload.ratio(math.inf),
    Payload.last(2**64 - 1),
    Payload.unknown(77, b"all that lies behind it"),
]


@pytest.mark.parametrize("value", ONE_OF_EACH, ids=repr)
def test_a_variant_is_read_as_it_was_written_and_can_be_assigned_again(value: Any) -> None:
    whole = All(payload=value)
    read = whole.payload
    assert read == value and type(read) is type(value) and isinstance(read, Payload)
    assert bytes(whole)[0] == value.tag == read.tag
    again = All(payload=Payload.last(2**64 - 1))
    again.payload = read
    assert bytes(again) == bytes(whole), "nothing is left of what was there"
    assert again == whole
    if value != Payload.none():
        assert whole != All()


@pytest.mark.parametrize("value", ONE_OF_EACH, ids=repr)
def test_a_variant_can_be_printed_pickled_and_copied(value: Any) -> None:
    names = {**vars(constructs_root), **vars(constructs)}
    for again in (
        eval(repr(value), names),
        copy.copy(value),
        copy.deepcopy(value),
        *(pickle.loads(pickle.dumps(value, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)),
    ):
        assert again == value and type(again) is type(value)


def test_variants_are_equal_by_kind_and_value() -> None:
    for i, one in enumerate(ONE_OF_EACH):
        for j, two in enumerate(ONE_OF_EACH):
            assert (one == two) == (i == j)
            assert (All(payload=one) == All(payload=two)) == (i == j)
    assert Payload.counts((1, 2)) == Payload.counts([1, 2])
    assert Payload.ratio(math.nan) != Payload.ratio(math.nan)
    assert Payload.ratio(0.1) == All(payload=Payload.ratio(0.1)).payload, "rounded like what is read"
    assert Payload.none() != None and Payload.none() != 0  # noqa: E711
    assert Bit.Bit(1) != Bit.other(1)


def test_a_variant_says_what_it_is() -> None:
    assert repr(Payload.none()) == "Payload.none()"
    assert repr(Payload.text("a")) == "Payload.text('a')"
    assert repr(Payload.ratio(math.inf)) == "Payload.ratio(float('inf'))"
    assert repr(Payload.unknown(77, b"a\0b\0")) == "Payload.unknown(77, b'a\\x00b')"
    assert Payload.level.__qualname__ == "Payload.level" and Payload.level.__module__ == "constructs"
    assert issubclass(Payload.level, Payload)
    assert Payload.level.__match_args__ == ("value",)
    assert Payload.none.__match_args__ == ()
    assert Payload.unknown.__match_args__ == ("tag", "value")
    with pytest.raises(AttributeError):
        _ = Payload.none().value


def test_a_variant_does_not_change_and_has_no_hash() -> None:
    value = Payload.counts([1])
    for name in ("value", "tag", "other"):
        with pytest.raises(AttributeError):
            setattr(value, name, 1)
    with pytest.raises(TypeError):
        hash(value)
    for given in ((), (5,), (5, 6)):
        with pytest.raises(
            TypeError, match=r"Bit is one of its variants: Bit\.Bit\(\.\.\), Bit\.other\(\.\.\)"
        ):
            Bit(*given)
    with pytest.raises(TypeError, match="Bit is one of its variants"):
        Bit(other=5)


@pytest.mark.skipif(sys.version_info < (3, 10), reason="match came with 3.10")
def test_match_takes_a_union_apart() -> None:
    names: dict[str, Any] = {"Payload": Payload}
    exec(
        """
def told(payload):
    match payload:
        case Payload.none():
            return "none"
        case Payload.level(level):
            return level.price
        case Payload.counts([first, *_]):
            return first
        case Payload.flag(True):
            return "yes"
        case Payload.unknown(tag, value):
            return tag, value[:1]
        case Payload(tag=tag):
            return tag
""",
        names,
    )
    told = names["told"]
    assert told(Payload.none()) == "none"
    assert told(All(payload=Payload.level(Level(price=4))).payload) == 4
    assert told(Payload.counts([7, 8])) == 7 and told(Payload.counts([])) == 3
    assert told(Payload.flag(True)) == "yes" and told(Payload.flag(False)) == 4
    assert told(Payload.unknown(77, b"x")) == (77, b"x")
    assert told(Payload.text("")) == 2


@pytest.mark.parametrize(
    ("variant", "wrong", "error", "text"),
    [
        ("level", constructs.Side.BUY, TypeError, "takes a Level"),
        ("level", None, TypeError, "takes a Level"),
        ("text", "x" * 13, ValueError, "takes at most 12 bytes"),
        ("text", b"x", TypeError, "takes text"),
        ("counts", [1] * 6, OverflowError, "takes a list of at most 5, not of 6"),
        ("counts", [65536], OverflowError, "takes a number from 0 to 65535"),
        ("flag", 2, TypeError, "takes True or False"),
        ("maybe", "x", TypeError, "takes a number"),
        ("raw", b"ab", ValueError, "takes exactly 3 bytes"),
        ("side", 256, OverflowError, "takes a number from 0 to 255"),
        ("grid", [[1, 2, 3]], ValueError, "takes a list of 2, not of 1"),
        ("mark", Payload.none(), TypeError, "takes a Mark"),
        ("marks", [Mark.never()] * 3, ValueError, "takes a list of at most 2, not of 3"),
        ("ratio", 1e39, OverflowError, "takes a number up to"),
        ("last", -1, OverflowError, "takes a number from 0"),
    ],
)
def test_a_variant_refuses_what_does_not_fit(
    variant: str, wrong: Any, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=rf"Payload\.{variant} {text}"):
        getattr(Payload, variant)(wrong)


@pytest.mark.parametrize(
    "wrong", [None, 0, 1, "none", Payload, Payload.none, Mark.never(), Tall.most(1), Level()]
)
def test_a_field_takes_one_of_its_own_union_only(wrong: Any) -> None:
    whole = All(payload=Payload.last(1))
    before = bytes(whole)
    with pytest.raises(TypeError, match=r"All\.payload takes a Payload, not "):
        whole.payload = wrong
    with pytest.raises(TypeError, match=r"All\.payload takes a Payload, not "):
        All(payload=wrong)
    assert bytes(whole) == before


def test_a_list_in_a_variant_cannot_be_made_wrong_behind_its_back() -> None:
    value = Payload.counts([1])
    with pytest.raises(ValueError, match=r"Payload\.counts has room for 5 elements and holds 1"):
        value.value.extend([2] * 5)
    whole = All(payload=value)
    whole.payload.value.append(2)
    assert (whole.payload, value) == (Payload.counts([1, 2]), Payload.counts([1])), "a view, as of a struct"


def test_a_struct_in_a_variant_is_a_view_when_read_and_a_copy_when_made() -> None:
    level = Level(price=1)
    value = Payload.level(level)
    level.price = 2
    assert value.value.price == 1
    whole = All(payload=value)
    whole.payload.value.price = 3
    assert (whole.payload.value.price, value.value.price) == (3, 1)
    whole.payload = whole.payload
    assert whole.payload == Payload.level(Level(price=3))


# --- tags that nobody knows


def test_an_unknown_variant_survives_and_keeps_every_byte() -> None:
    raw = bytearray(range(1, 201)) * (All.SIZE // 200 + 1)
    for name, union, tag in (("payload", Payload, 200), ("tall", Tall, 2**63), ("broad", Broad, 2**32 - 1)):
        place, offset = getattr(All, name).offset, union._layout["offsets"][1]
        size = union._layout["formats"][0]
        width = int(size[2:])
        part = bytearray(raw[: union.SIZE])
        part[:width] = tag.to_bytes(width, "little")
        part[width:offset] = bytes(offset - width)
        whole = All.from_buffer_copy(bytes(place) + bytes(part) + bytes(All.SIZE))
        read = getattr(whole, name)
        assert read == union.unknown(tag, bytes(part[offset:])) and type(read) is union.unknown
        assert (read.tag, read.value) == (tag, bytes(part[offset:]))
        again = All(**{name: pickle.loads(pickle.dumps(copy.copy(read)))})
        assert bytes(again) == bytes(whole) and again == whole
        assert f"{name}={union.__name__}.unknown({tag}, b'" in repr(whole)
        assert eval(repr(read), vars(constructs)) == read
        part[-1] ^= 1
        other = All.from_buffer_copy(bytes(place) + bytes(part) + bytes(All.SIZE))
        assert other != whole and getattr(other, name) != read, "every byte counts"


def test_an_unknown_variant_takes_a_tag_without_a_name_and_at_most_the_bytes_there_are() -> None:
    room = Payload.SIZE - 8
    assert Payload.unknown(77, b"") == Payload.unknown(77, bytes(room)) != Payload.unknown(78, b"")
    assert Payload.unknown(77, b"ab").value == b"ab".ljust(room, b"\0")
    assert Payload.unknown(numpy.uint8(77), bytearray(b"ab")) == Payload.unknown(77, memoryview(b"ab"))
    with pytest.raises(ValueError, match=rf"Payload\.unknown takes at most {room} bytes, not {room + 1}"):
        Payload.unknown(77, bytes(room + 1))
    with pytest.raises(
        ValueError, match=r"Payload\.unknown takes a tag without a name, and 1 is Payload\.level"
    ):
        Payload.unknown(1, b"")
    for wrong in (-1, 256):
        with pytest.raises(OverflowError, match=rf"Payload\.unknown takes a tag from 0 to 255, not {wrong}"):
            Payload.unknown(wrong, b"")
    for wrong_types in (("1", b""), (None, b""), (77, "text"), (77, None), (77, 5)):
        with pytest.raises(TypeError):
            Payload.unknown(*wrong_types)
    # Of what lies behind a tag of 8 bytes, 3 belong to no variant: they are kept all the same.
    assert len(Tall.unknown(0, b"").value) == 8
    assert Tall.unknown(0, b"12345678").value == b"12345678"


def test_what_a_known_variant_does_not_use_makes_no_difference() -> None:
    raw = bytearray(bytes(All(payload=Payload.flag(True))))
    raw[8 + 1 : Payload.SIZE] = b"\xff" * (Payload.SIZE - 9)
    whole = All.from_buffer_copy(raw)
    assert whole.payload == Payload.flag(True) and whole == All(payload=Payload.flag(True))
    assert bytes(All(payload=whole.payload)) == bytes(All(payload=Payload.flag(True)))


@pytest.mark.parametrize(
    ("tag", "inside", "error", "text"),
    [
        (2, b"\xff", UnicodeDecodeError, "utf-8"),
        (3, b"\6", ValueError, r"Payload\.counts holds a list of 6, with room for 5"),
        (4, b"\7", ValueError, r"Payload\.flag holds 7"),
        (5, b"\2", ValueError, r"Payload\.maybe holds 2, which is neither 0 \(None\) nor 1"),
        (11, b"\3", ValueError, r"Payload\.marks holds a list of 3, with room for 2"),
        (12, b"\1" + bytes(7) + b"\3", ValueError, r"Payload\.levels holds a list of 3, with room for 2"),
    ],
)
def test_what_cannot_be_read_within_a_variant_is_an_error_when_it_is_read(
    tag: int, inside: bytes, error: type[Exception], text: str
) -> None:
    raw = bytearray(All.SIZE)
    raw[0] = tag
    raw[8 : 8 + len(inside)] = inside
    whole = All.from_buffer_copy(raw)
    with pytest.raises(error, match=text):
        _ = whole.payload
    assert f"payload=<invalid {tag:02x}" in repr(whole)
    assert whole == All.from_buffer_copy(raw) != All()
    whole.payload = Payload.none()
    assert bytes(whole) == bytes(All()), "it can be written over"


# --- layout


def test_the_layout_is_that_of_c() -> None:
    # Worked out by hand from the rules of the ABI.
    assert (Bit.SIZE, Bit._layout["offsets"]) == (2, [0, 1, 1])
    assert (Tall.SIZE, Tall._layout["offsets"]) == (16, [0, 8, 8])
    assert (Broad.SIZE, Broad._layout["offsets"]) == (64 + 128, [0, 64, 64])
    assert Payload._layout["offsets"] == [0] + [8] * 14
    assert All.bit.offset == Payload.SIZE and All.broad.offset % 64 == 0


def test_numpy_sees_the_tag_and_every_variant_in_the_same_bytes() -> None:
    for union in (Bit, Tall, Broad, Payload):
        dtype = numpy.dtype(union.DTYPE)
        assert dtype == union.DTYPE and dtype.itemsize == union.SIZE
    assert numpy.dtype(Payload.DTYPE).names == (
        "tag", "level", "text", "counts", "flag", "maybe", "raw", "side", "state", "grid", "mark", "marks",
        "levels", "ratio", "last",
    )  # fmt: skip
    array = numpy.zeros(2, dtype=All.DTYPE)
    array["payload"]["tag"] = [1, 3]
    array["payload"]["level"]["price"][0] = -9
    array["payload"]["counts"]["count"][1] = 2
    array["payload"]["counts"]["items"][1, :2] = [7, 8]
    values = [All.from_buffer_copy(array, i * All.SIZE).payload for i in range(2)]
    assert values == [Payload.level(Level(price=-9)), Payload.counts([7, 8])]
