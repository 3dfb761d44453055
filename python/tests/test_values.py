"""Values of generated types: what they hold, what they refuse, how they print and compare. These tests
need no segment."""

from __future__ import annotations

import copy
import ctypes
import math
from typing import Any

import everything
import pytest
from everything import Signed, State, Wide, Wide64, WideSigned

# Much of what follows is about what a type checker refuses too.
Book: Any = everything.Book
Level: Any = everything.Level
Option: Any = everything.Option
Outer: Any = everything.Outer
Side: Any = everything.Side

INTEGERS = [(f"{sign}{bits}", sign, bits) for bits in (8, 16, 32, 64) for sign in "ui"]


def bounds(sign: str, bits: int) -> tuple[int, int]:
    return (0, 2**bits - 1) if sign == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def filled() -> Any:
    """One with something else than zero in every field."""
    return Book(
        symbol="ÅÄÖ",
        u8=255,
        i8=-128,
        u16=65535,
        i16=-32768,
        u32=2**32 - 1,
        i32=-(2**31),
        u64=2**64 - 1,
        i64=-(2**63),
        f32=0.5,
        f64=-1e300,
        flag=True,
        side=Side.SELL,
        signed_value=Signed.LOW,
        wide=Wide.ALL,
        wide_signed=WideSigned.LEAST,
        state=State.STALE | State.TOP,
        wide64=Wide64.HIGHEST,
        raw=b"\x00'\xff",
        level=Level(price=-7, quantity=8),
        levels=[Level(price=n) for n in range(3)],
        curve=[[row + column / 8 for column in range(8)] for row in range(4)],
        rows=[[1, 2, 3, 4], [5, 6, 7, 8]],
        names=[["a", "bc", "def"], ["ghij", "klmno", ""]],
        blobs=[b"ab", b"\0\0", b"ef"],
        switches=[True, False, True],
        sides=[[Side.BUY, Side.SELL], [Side(9), Side(0)]],
        states=[State.TOP, State(6)],
        ticker=["ABCDEFG", "x"],
        option=Option(a=1, b=2, c=3, d=4, e=5, f=6, g=7),
        apart=9,
    )


# --- numbers


@pytest.mark.parametrize(("name", "sign", "bits"), INTEGERS)
def test_an_integer_takes_its_whole_range_and_nothing_else(name: str, sign: str, bits: int) -> None:
    low, high = bounds(sign, bits)
    book = Book()
    for value in (low, high, 0, 1):
        setattr(book, name, value)
        assert getattr(book, name) == value
        assert getattr(Book(**{name: value}), name) == value
    setattr(book, name, 5)
    for wrong in (low - 1, high + 1, 2**200, -(2**200)):
        with pytest.raises((ValueError, OverflowError), match=rf"Book\.{name}.*{low} to {high}") as caught:
            setattr(book, name, wrong)
        assert isinstance(caught.value, ValueError) and isinstance(caught.value, OverflowError)
        with pytest.raises(OverflowError):
            Book(**{name: wrong})
    for wrong_type in (1.0, "1", None, b"1", [1]):
        with pytest.raises(TypeError, match=rf"Book\.{name}"):
            setattr(book, name, wrong_type)
        with pytest.raises(TypeError):
            Book(**{name: wrong_type})
    assert getattr(book, name) == 5, "a refused value changes nothing"


def test_whatever_is_an_index_is_an_integer() -> None:
    class Seven:
        def __index__(self) -> int:
            return 7

    assert Book(u8=Seven()).u8 == 7
    assert Book(u8=True).u8 == 1


def test_a_float_stays_finite_if_it_was() -> None:
    book = Book(f32=1, f64=2)
    assert (book.f32, book.f64) == (1.0, 2.0)
    assert isinstance(book.f32, float)
    assert Book(f32=3.4028234663852886e38).f32 == 3.4028234663852886e38
    for value in (math.inf, -math.inf):
        assert Book(f32=value).f32 == value and Book(f64=value).f64 == value
    assert math.isnan(Book(f32=math.nan).f32)
    for wrong in (1e39, -1e39, 3.5e38):
        with pytest.raises(OverflowError, match=r"Book\.f32"):
            Book(f32=wrong)
    for wrong_type in ("1.0", None, [1.0], b"1"):
        with pytest.raises(TypeError, match=r"Book\.f64"):
            Book(f64=wrong_type)


def test_a_bool_is_true_or_false() -> None:
    assert Book(flag=True).flag is True
    assert Book(flag=0).flag is False
    for wrong in (2, -1, "yes", None, 0.5):
        with pytest.raises((TypeError, ValueError), match=r"Book\.flag"):
            Book(flag=wrong)


def test_a_byte_that_is_no_bool_is_an_error_when_it_is_read() -> None:
    raw = bytearray(Book.SIZE)
    raw[Book.flag.offset] = 2
    book = Book.from_buffer_copy(raw)
    with pytest.raises(ValueError, match=r"Book\.flag.*2"):
        assert book.flag
    assert "invalid 02" in repr(book)
    assert book == Book.from_buffer_copy(raw) != Book()


# --- text and bytes


def test_text_uses_every_byte_and_no_more() -> None:
    assert Book(symbol="x" * 16).symbol == "x" * 16
    assert Book(symbol="Å" * 8).symbol == "Å" * 8
    assert Book().symbol == ""
    for wrong in ("x" * 17, "Å" * 8 + "x", "x" * 1000):
        with pytest.raises(ValueError, match=r"Book\.symbol.*16 bytes"):
            Book(symbol=wrong)
    for broken in ("a\0b", "\0", "a\0"):
        with pytest.raises(ValueError, match=r"Book\.symbol.*NUL"):
            Book(symbol=broken)
    with pytest.raises(ValueError, match="surrogates"):
        Book(symbol="\ud800")
    for wrong_type in (b"text", 5, None, ["x"]):
        with pytest.raises(TypeError, match=r"Book\.symbol"):
            Book(symbol=wrong_type)


def test_a_shorter_text_leaves_nothing_of_a_longer_one() -> None:
    book = Book(symbol="longer text")
    book.symbol = "ab"
    assert book.symbol == "ab"
    assert bytes(book)[:16] == b"ab" + bytes(14)


def test_bytes_that_are_no_text_are_an_error_when_they_are_read() -> None:
    raw = bytearray(Book.SIZE)
    raw[0:2] = b"\xff\xfe"
    book = Book.from_buffer_copy(raw)
    with pytest.raises(UnicodeDecodeError):
        assert book.symbol
    assert "invalid fffe" in repr(book)


def test_bytes_are_exactly_so_many() -> None:
    assert Book(raw=b"\0\xff'").raw == b"\0\xff'"
    assert Book(raw=bytearray(b"abc")).raw == b"abc"
    assert Book(raw=memoryview(b"abc")).raw == b"abc"
    for wrong in (b"", b"ab", b"abcd"):
        with pytest.raises(ValueError, match=r"Book\.raw.*exactly 3 bytes"):
            Book(raw=wrong)
    for wrong_type in ("abc", 3, None, [1, 2, 3]):
        with pytest.raises(TypeError):
            Book(raw=wrong_type)


# --- enums and flags


def test_an_enum_holds_every_number_of_its_width_known_or_not() -> None:
    assert Book(side=Side.SELL).side is Side.SELL
    assert Book(side=2).side is Side.SELL
    unknown = Book(side=9).side
    assert unknown == 9 and not unknown.known and Side.BUY.known
    assert isinstance(unknown, Side)
    for value in (Signed.LOW, Signed.HIGH, Signed(-5)):
        assert Book(signed_value=value).signed_value == value
    assert Book(wide=2**64 - 1).wide is Wide.ALL
    assert Book(wide_signed=-(2**63)).wide_signed is WideSigned.LEAST
    for name, wrong in (("side", 256), ("side", -1), ("signed_value", 2**15), ("wide", 2**64), ("wide", -1)):
        with pytest.raises(OverflowError, match=rf"Book\.{name}"):
            Book(**{name: wrong})
    for wrong_type in ("BUY", 1.0, None):
        with pytest.raises(TypeError, match=r"Book\.side takes a Side"):
            Book(side=wrong_type)


def test_a_number_without_a_name_prints_as_what_evaluates_to_it() -> None:
    for value in (Side(9), Side(0), Side.BUY, Signed(-3), State(0), State(6), State(0x8001), Wide64(1 << 62)):
        assert eval(repr(value), vars(everything)) == value
        assert type(eval(repr(value), vars(everything))) is type(value)
    assert repr(Side(9)) == "Side(9)"
    assert repr(Side.BUY) == str(Side.BUY) == "Side.BUY"
    assert f"{Side.SELL:d} {Side.SELL}" == "2 Side.SELL"


def test_what_is_no_number_is_no_enum() -> None:
    for wrong in ("BUY", 1.5, None):
        with pytest.raises(ValueError):
            Side(wrong)


def test_flags_are_bits_known_or_not() -> None:
    both = Book(state=State.STALE | State.TOP).state
    assert both == 0x8001 and both.names() == ["STALE", "TOP"] and both.known
    assert State.STALE in both and State(2) not in both
    assert both & State.TOP == State.TOP and both ^ State.TOP == State.STALE
    assert isinstance(both & 1, State) and isinstance(1 | State.TOP, State)
    assert not State(6).known and Book(state=6).state == 6
    for wrong in (2**16, -1):
        with pytest.raises(OverflowError, match=r"Book\.state"):
            Book(state=wrong)
    with pytest.raises(TypeError):
        Book(state="STALE")


# --- arrays and structs


def test_an_array_is_a_list_of_so_many() -> None:
    book = filled()
    assert book.rows == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert book.names == [["a", "bc", "def"], ["ghij", "klmno", ""]]
    assert book.sides == [[Side.BUY, Side.SELL], [Side(9), Side(0)]]
    assert book.switches == [True, False, True]
    assert book.curve[3][7] == 3.875
    assert Book(rows=((1, 2, 3, 4), range(4))).rows[1] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("name", "wrong", "error"),
    [
        ("switches", [True, False], ValueError),
        ("switches", [True] * 4, ValueError),
        ("switches", [True, False, 2], TypeError),
        ("switches", True, TypeError),
        ("switches", iter([True] * 3), TypeError),
        ("rows", [[1, 2, 3, 4]], ValueError),
        ("rows", [[1, 2, 3], [1, 2, 3]], ValueError),
        ("rows", [[1, 2, 3, "4"], [1, 2, 3, 4]], TypeError),
        ("rows", [1, 2], TypeError),
        ("curve", [[1e39] * 8] * 4, OverflowError),
        ("names", [["a", "b", "longer"], ["", "", ""]], ValueError),
        ("names", [["a", "b", "\0"], ["", "", ""]], ValueError),
        ("names", ["abc", "def"], TypeError),
        ("blobs", [b"ab", b"ab", b"abc"], ValueError),
        ("sides", [[1, 2], [3, 256]], OverflowError),
        ("states", [1, -1], OverflowError),
        ("levels", [Level(), Level()], ValueError),
        ("levels", [Level(), Level(), Option()], TypeError),
        ("level", Option(), TypeError),
        ("level", None, TypeError),
        ("level", (1, 2), TypeError),
    ],
)
def test_an_array_or_a_struct_refuses_what_does_not_fit(
    name: str, wrong: Any, error: type[Exception]
) -> None:
    book = filled()
    before = bytes(book)
    with pytest.raises(error, match=rf"Book\.{name}"):
        setattr(book, name, wrong)
    assert bytes(book) == before, "a refused value changes nothing"
    if not hasattr(wrong, "__next__"):
        with pytest.raises(error):
            Book(**{name: wrong})


def test_a_struct_within_a_struct_is_a_view_when_read_and_a_copy_when_assigned() -> None:
    level = Level(price=1)
    book = Book(level=level)
    level.price = 2
    assert book.level.price == 1
    book.level.price = 3
    book.levels[1].quantity = 4
    assert (book.level.price, book.levels[1].quantity) == (3, 4)


def test_only_what_the_schema_names_can_be_set() -> None:
    with pytest.raises(TypeError, match="colour"):
        Book(colour=1)
    with pytest.raises(TypeError):
        Book(1)
    with pytest.raises(AttributeError):
        Book().colour = 1
    assert not hasattr(Book(), "__dict__")


# --- equality and text


def test_values_are_equal_field_by_field_whatever_the_gaps_hold() -> None:
    assert filled() == filled()
    named = {i for name in Option._names for i in range(getattr(Option, name).offset, _end(Option, name))}
    gaps = set(range(Option.SIZE)) - named
    assert gaps, "the test needs some"
    raw = bytearray(Option.SIZE)
    for i in gaps:
        raw[i] = 0xAA
    assert Option.from_buffer_copy(raw) == Option()
    for name in Book._names:
        changed = filled()
        setattr(changed, name, getattr(Book(), name))
        assert changed != filled(), name
    assert Level() != Option()
    assert Level() != 0 and Level() is not None
    assert Book(f64=math.nan) != Book(f64=math.nan)
    assert Book(f64=0.0) == Book(f64=-0.0)


def _end(kind: Any, name: str) -> int:
    field = getattr(kind, name)
    return int(field.offset + field.size)


def test_what_lies_behind_the_end_of_a_text_makes_no_difference() -> None:
    raw = bytearray(bytes(Book(symbol="ab")))
    raw[3:6] = b"xyz"
    assert Book.from_buffer_copy(raw) == Book(symbol="ab")


def test_values_have_no_hash_since_they_change() -> None:
    with pytest.raises(TypeError):
        hash(Book())


@pytest.mark.parametrize(
    "value", [filled(), Book(), Outer(tag=1, books=[filled(), Book()]), Option(), Level(price=-1)]
)
def test_a_value_prints_as_what_evaluates_to_it(value: Any) -> None:
    again = eval(repr(value), vars(everything))
    assert again == value and type(again) is type(value)


def test_a_float_that_is_not_finite_prints_as_what_evaluates_to_it() -> None:
    value = Book(f64=math.inf, f32=-math.inf, rows=[[math.inf] * 4] * 2)
    assert eval(repr(value), vars(everything)) == value
    assert math.isnan(eval(repr(Book(f64=math.nan)), vars(everything)).f64)


def test_a_value_can_be_copied() -> None:
    for again in (copy.copy(filled()), copy.deepcopy(filled())):
        assert again == filled() and type(again) is Book


def test_bytes_make_a_copy_and_back() -> None:
    assert Book.from_buffer_copy(bytes(filled())) == filled()


# --- layout


@pytest.mark.parametrize("kind", [Book, Level, Option, Outer])
def test_a_field_tells_where_it_lies_and_each_byte_is_there(kind: Any) -> None:
    assert ctypes.sizeof(kind) == kind.SIZE
    ends = [0]
    for name in kind._names:
        field = getattr(kind, name)
        assert field.offset >= ends[-1], f"{name} overlaps"
        ends.append(field.offset + field.size)
        raw = bytearray(kind.SIZE)
        raw[field.offset] = 1
        changed = [n for n in kind._names if not getattr(kind, n).same(kind.from_buffer_copy(raw), kind())]
        assert changed == [name]
    assert ends[-1] <= kind.SIZE


def test_the_layout_is_that_of_c() -> None:
    # Worked out by hand from the rules of the ABI.
    fields = {name: (getattr(Option, name).offset, getattr(Option, name).size) for name in "abcdefg"}
    assert fields == {
        "a": (0, 1),
        "b": (2, 2),
        "c": (4, 1),
        "d": (8, 4),
        "e": (12, 1),
        "f": (16, 8),
        "g": (24, 1),
    }
    assert Option.SIZE == 32
    assert Book.SIZE % 64 == 0 and Book.apart.offset % 32 == 0
    assert Outer.books.offset == 64 and Outer.books.size == 2 * Book.SIZE


def test_a_field_tells_its_unit() -> None:
    assert Level.quantity.unit == "share" and Level.price.unit == "1e-8 USD"
    assert Book.u8.unit == ""
    assert repr(Level.quantity) == "<field Level.quantity at 8, 4 bytes>"


def test_the_constants_are_the_schemas() -> None:
    assert (everything.LEVELS, everything.SMALLEST, everything.LARGEST) == (3, -(2**63), 2**64 - 1)
    assert (everything.RATIO, everything.HALF, everything.WHOLE) == (0.1, -0.5, 3.0)
    assert everything.DEBUG is True and everything.MINUS == -128
    assert (everything.SCHEMA, everything.SCHEMA_VERSION) == ("test.everything", "1.0")


def test_all_that_is_public_is_listed() -> None:
    public = {name for name in vars(everything) if not name.startswith("_")}
    assert set(everything.__all__) == public
