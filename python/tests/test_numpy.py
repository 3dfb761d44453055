"""``DTYPE``: the same layout, as NumPy sees it."""

from __future__ import annotations

from typing import Any

import everything
import numpy
import pytest
import talk
from everything import State

# NumPy's hints know dicts of literals only, and its numbers are none to Python's.
Book: Any = everything.Book
Level: Any = everything.Level
Option: Any = everything.Option
Outer: Any = everything.Outer
Side: Any = everything.Side


@pytest.mark.parametrize("kind", [Book, Level, Option, Outer])
def test_numpy_takes_it_with_every_size_and_offset(kind: Any) -> None:
    assert isinstance(kind.DTYPE, numpy.dtype) and kind.DTYPE is kind.DTYPE
    dtype = numpy.dtype(kind.DTYPE)
    assert dtype.itemsize == kind.SIZE
    assert dtype.names == kind._names
    assert dtype.fields is not None
    for name, (part, offset, *_) in dtype.fields.items():
        field = getattr(kind, name)
        assert (offset, part.itemsize) == (field.offset, field.size), name


def test_numpy_and_the_struct_read_the_same_values() -> None:
    array = numpy.zeros(2, dtype=Book.DTYPE)
    row = array[1]
    row["symbol"] = "ÅB".encode()
    row["u64"] = 2**64 - 1
    row["i8"] = -128
    row["f32"] = 0.5
    row["flag"] = True
    row["side"] = 2
    row["state"] = 0x8001
    row["raw"] = [1, 2, 3]
    row["level"]["price"] = -5
    row["levels"]["quantity"] = [7, 8, 9]
    row["curve"][3][7] = 1.5
    row["names"][1][2] = b"hello"
    row["sides"] = [[1, 2], [3, 4]]
    book = Book.from_buffer_copy(array, Book.SIZE)
    assert book == Book(
        symbol="ÅB",
        u64=2**64 - 1,
        i8=-128,
        f32=0.5,
        flag=True,
        side=Side.SELL,
        state=State.STALE | State.TOP,
        raw=b"\1\2\3",
        level=Level(price=-5),
        levels=[Level(quantity=n) for n in (7, 8, 9)],
        curve=[[0.0] * 8] * 3 + [[0.0] * 7 + [1.5]],
        names=[["", "", ""], ["", "", "hello"]],
        sides=[[1, 2], [3, 4]],
    )
    back = numpy.frombuffer(bytes(book), dtype=Book.DTYPE)[0]
    assert back == row


def test_integers_of_numpy_are_integers() -> None:
    assert Level(price=numpy.int64(-7), quantity=numpy.uint8(3)) == Level(price=-7, quantity=3)
    with pytest.raises(OverflowError):
        Level(quantity=numpy.int64(-1))
    assert Book(f32=numpy.float32(0.5)).f32 == 0.5
    assert Book(rows=numpy.ones((2, 4))).rows == [[1.0] * 4] * 2


def test_an_array_of_outers_is_as_long_as_it_should_be() -> None:
    assert numpy.zeros(3, dtype=Outer.DTYPE).nbytes == 3 * Outer.SIZE


def test_an_array_of_something_else_is_refused(address: str) -> None:
    good = numpy.zeros(2, dtype=talk.Trade.DTYPE)
    swapped = good.astype(good.dtype.newbyteorder(">"))
    fields: Any = {**talk.Trade._layout, "names": [f"x{name}" for name in talk.Trade.DTYPE.names]}
    renamed = good.view(numpy.dtype(fields))
    with talk.Talk.create(address) as talking:
        for wrong in (swapped, renamed):
            with pytest.raises(TypeError, match="DTYPE"):
                talking.trades.put_many(wrong)
        assert talking.trades.put_many(good) == 2
        assert talking.trades.put_many(good.view(f"V{talk.Trade.SIZE}")) == 2
        assert talking.trades.put_many(good.tobytes()) == 2
