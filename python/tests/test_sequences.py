"""Arrays and lists where they lie in a struct: what is done to them is done to it, with its checks."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import MutableSequence, Sequence
from typing import Any

import constructs
import everything
import numpy
import pytest
import talk

# Much of what follows is about what a type checker refuses too.
Deep: Any = constructs.Deep
Level: Any = constructs.Level
Lists: Any = constructs.Lists
Payload: Any = constructs.Payload
Trade: Any = talk.Trade


def test_an_element_of_an_array_is_written_to_the_struct() -> None:
    trade = Trade(levels=[[1, 2, 3], [4, 5, 6]])
    levels, row = trade.levels, trade.levels[1]
    trade.levels[0][1] = 7
    trade.levels[-1][-1] = 9
    row[:2] = (0, -1)
    assert trade.levels == levels == [[1, 7, 3], [0, -1, 9]] == Trade(levels=levels).levels
    place = Trade.levels.offset
    assert bytes(trade)[place:][:6] == bytes(Trade(levels=[[1, 7, 3], [0, -1, 9]]))[place:][:6]


def test_an_array_is_a_sequence_and_like_a_list() -> None:
    row: Any = Trade(levels=[[3, 1, 2], [4, 5, 6]]).levels[0]
    kinds = [kind for kind in (Sequence, MutableSequence) if isinstance(row, kind)]
    assert kinds == [Sequence]
    assert len(row) == 3 and list(row) == [3, 1, 2] and [*reversed(row)] == [2, 1, 3]
    assert repr(row) == str(row) == "[3, 1, 2]" and f"{row}" == "[3, 1, 2]"
    assert row[0:2] == [3, 1] and type(row[:]) is list and row[::-1] == [2, 1, 3]
    assert 2 in row and 9 not in row and row.index(1) == 1 and row.count(3) == 1
    same: Any = [3, 1, 2]
    assert row == same != [3, 1] and same == row and row not in ((3, 1, 2), 5)
    assert [3, 1, 1] < row < [3, 2] and row >= same and row <= [4] and same <= row
    assert row + [*same] == same + row == [*same, *same] == row * 2 == 2 * row == row + row  # noqa: RUF005
    first, *rest = row
    assert (first, rest, sum(row), max(row), sorted(row)) == (3, [1, 2], 6, 3, [1, 2, 3])
    row.sort()
    assert row == [1, 2, 3]
    row.reverse()
    assert row == [3, 2, 1]
    with pytest.raises(TypeError):
        hash(row)
    with pytest.raises(IndexError, match=r"Trade\.levels has 3 elements, and none at 3"):
        _ = row[3]
    with pytest.raises(IndexError, match=r"none at -4"):
        row[-4] = 1
    with pytest.raises(AttributeError):
        row.append(1)
    with pytest.raises((TypeError, AttributeError)):
        del row[0]


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        (lambda w: w.levels[0].__setitem__(0, 2**40), OverflowError, "takes a number from"),
        (lambda w: w.levels[0].__setitem__(0, "1"), TypeError, "takes a whole number"),
        (lambda w: w.levels[0].__setitem__(slice(0, 2), [1]), ValueError, "takes 2 elements there, not 1"),
        (lambda w: w.levels[0].__setitem__(slice(0, 2), [1, 2**40]), OverflowError, "a number from"),
        (lambda w: w.levels[0].__setitem__(slice(None), "123"), TypeError, "a list of elements"),
        (lambda w: w.levels.__setitem__(0, [1, 2]), ValueError, "a list of 3, not of 2"),
        (lambda w: w.levels.__setitem__(slice(None), [[1, 2, 3], 4]), TypeError, "a list of 3"),
    ],
)
def test_an_array_refuses_what_its_field_refuses_and_is_not_changed(
    change: Any, error: type[Exception], text: str
) -> None:
    trade = Trade(levels=[[1, 2, 3], [4, 5, 6]])
    with pytest.raises(error, match=rf"Trade\.levels.*{text}"):
        change(trade)
    assert trade.levels == [[1, 2, 3], [4, 5, 6]]


def test_a_list_changes_its_length_in_the_struct() -> None:
    whole = Lists()
    held: Any = whole.u8s
    kinds = [kind for kind in (Sequence, MutableSequence) if isinstance(held, kind)]
    assert kinds == [Sequence, MutableSequence] and held.room == 3
    held.append(1)
    whole.u8s.extend((2, 3))
    assert held == whole.u8s == [1, 2, 3] == Lists(u8s=[1, 2, 3]).u8s
    with pytest.raises(OverflowError, match=r"Lists\.u8s has room for 3 elements and holds 3"):
        whole.u8s.append(4)
    assert whole.u8s.pop(0) == 1 and whole.u8s == [2, 3]
    whole.u8s.insert(0, 9)
    whole.u8s.remove(2)
    assert whole == Lists(u8s=[9, 3])
    whole.u8s += [4]
    assert held == [9, 3, 4]
    with pytest.raises(ValueError, match=r"no room for 2 more"):
        whole.u8s += [5, 6]
    del whole.u8s[1:]
    assert bytes(whole) == bytes(Lists(u8s=[9])), "nothing is left of what was there"
    whole.u8s[1:] = range(2)
    assert whole.u8s == [9, 0, 1]
    with pytest.raises(ValueError, match="a list of at most 3, not of 4"):
        whole.u8s[:0] = [1]
    whole.u8s.clear()
    assert bytes(whole) == bytes(Lists()) and held == [] and not held
    with pytest.raises(IndexError):
        held.pop()
    with pytest.raises(IndexError, match="has 0 elements, and none at 0"):
        held[0] = 1


@pytest.mark.parametrize("wrong", [256, -1, "a", None, 1.5])
def test_a_list_refuses_what_its_field_refuses_and_is_not_changed(wrong: Any) -> None:
    whole = Lists(u8s=[1])
    before = bytes(whole)
    changes: list[Any] = [
        lambda: whole.u8s.append(wrong),
        lambda: whole.u8s.extend([3, wrong]),
        lambda: whole.u8s.insert(0, wrong),
        lambda: whole.u8s.__setitem__(0, wrong),
        lambda: whole.u8s.__setitem__(slice(0, 2), [7, wrong]),
    ]
    for change in changes:
        with pytest.raises((TypeError, OverflowError), match=r"Lists\.u8s takes"):
            change()
        assert bytes(whole) == before


def test_every_kind_of_element_is_written_through() -> None:
    whole = Lists()
    for name, value, other in (
        ("texts", "ab", ""),
        ("blobs", b"abc", b"\0\0\1"),
        ("bools", True, False),
        ("sides", constructs.Side.BUY, 7),
        ("levels", Level(price=1), Level(price=2)),
        ("payloads", Payload.counts([1]), Payload.none()),
        ("rows", [1.5, 2.5], [0.0, -0.0]),
        ("lists", [1, 2], []),
        ("maybes", None, 5),
    ):
        held = getattr(whole, name)
        held.append(value)
        held.append(other)
        assert held == [value, other] == getattr(whole, name), name
        held[0], held[1] = other, value
        assert held == [other, value], name
        assert copy.copy(held) == pickle.loads(pickle.dumps(held)) == [other, value], name
        assert held.pop() == value and held == [other], name
    assert whole == eval(repr(whole), vars(constructs))


def test_what_lies_in_an_element_is_written_through() -> None:
    whole = Lists(lists=[[1], [2]], levels=[Level(price=1)], payloads=[Payload.counts([1])])
    whole.lists[1].append(3)
    whole.levels[0].price = 5
    whole.payloads[0].value.append(2)
    assert whole == Lists(lists=[[1], [2, 3]], levels=[Level(price=5)], payloads=[Payload.counts([1, 2])])
    deep = Deep(deep=[[[[1, 2, 3], [4, 5, 6]]], None, None, None, None])
    deep.deep[0][0][1][2] = 7.5
    deep.deep[0].append(deep.deep[0][0])
    assert deep.deep[:2] == [[[[1, 2, 3], [4, 5, 7.5]]] * 2, None]


def test_elements_that_are_views_of_the_same_list_are_put_in_order() -> None:
    whole = Lists(levels=[Level(price=1), Level(price=2), Level(price=3)])
    whole.levels.sort(key=lambda level: -level.price)
    assert [level.price for level in whole.levels] == [3, 2, 1]
    whole.levels.reverse()
    whole.levels[:] = whole.levels[1:] + whole.levels[:1]
    assert [level.price for level in whole.levels] == [2, 3, 1]
    taken = whole.levels.pop(0)
    whole.levels[0].price = 9
    assert taken.price == 2, "in memory of its own"
    again = whole.levels.copy()
    again[0].price = 4
    assert whole.levels[0].price == 9 and type(again) is list


def test_numpy_shares_the_memory_of_numbers_structs_and_matrices() -> None:
    trade = Trade(levels=[[1, 2, 3], [4, 5, 6]])
    array = numpy.asarray(trade.levels)
    assert array.shape == (2, 3) and array.dtype.itemsize * 6 == Trade.levels.size
    array[1, 0] = -5
    assert trade.levels[1] == [-5, 5, 6]
    trade.levels[0][0] = 8
    assert array[0, 0] == 8 and numpy.sum(trade.levels) == 8 + 2 + 3 - 5 + 5 + 6
    assert not numpy.shares_memory(array, numpy.array(trade.levels)), "array() copies"
    assert numpy.asarray(trade.levels, dtype="f8").dtype == numpy.float64
    del trade
    assert array[0, 0] == 8, "the array keeps the memory"
    whole = Lists(levels=[Level(price=1), Level(price=2)], bools=[True], grids=[[[1, 2, 3], [4, 5, 6]]])
    numpy.asarray(whole.levels)["price"] += 1
    assert [level.price for level in whole.levels] == [2, 3]
    bools = numpy.asarray(whole.bools)
    bools[0] = False
    assert bools.dtype == numpy.bool_ and whole.bools == [False]
    numpy.asarray(whole.grids)[0, 1, 2] = -1
    assert whole.grids == [[[1, 2, 3], [4, 5, -1]]]
    assert numpy.asarray(whole.u8s).shape == (0,) and numpy.asarray(Lists(blobs=[b"abc"]).blobs).tolist() == [
        [97, 98, 99]
    ]
    assert numpy.asarray(Lists(texts=["ab"]).texts).tolist() == [b"ab"]
    assert numpy.asarray(Lists(payloads=[Payload.none()]).payloads).dtype.itemsize == Payload.SIZE


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_sequence_is_copied_and_pickled_as_a_list_of_its_own(protocol: int) -> None:
    whole = Lists(u8s=[1, 2], levels=[Level(price=1)], lists=[[1]])
    for name in ("u8s", "levels", "lists"):
        held = getattr(whole, name)
        for again in (copy.copy(held), copy.deepcopy(held), pickle.loads(pickle.dumps(held, protocol))):
            assert type(again) is list and again == held
    copy.copy(whole.levels)[0].price = 7
    copy.copy(whole.lists)[0].append(7)
    assert whole == Lists(u8s=[1, 2], levels=[Level(price=1)], lists=[[1]])
    assert pickle.loads(pickle.dumps(whole, protocol)) == whole == copy.deepcopy(whole)


def test_a_count_that_becomes_impossible_is_an_error_of_every_use() -> None:
    raw = bytearray(bytes(Lists(u8s=[1, 2])))
    whole = Lists.from_buffer(raw)
    held = whole.u8s
    raw[Lists.u8s.offset] = 200
    for use in (len, list, repr, lambda v: v[0], lambda v: v.append(1), lambda v: v.clear()):
        if use is repr or use(Lists(u8s=[1]).u8s) is None:
            continue
        with pytest.raises(ValueError, match="holds a list of 200, with room for 3"):
            use(held)
    held.clear()
    assert held == [] and bytes(whole) == bytes(Lists())


def test_a_struct_prints_what_evaluates_and_a_sequence_as_a_list() -> None:
    whole = Lists(f64s=[math.inf])
    assert "f64s=[float('inf')]" in repr(whole) and repr(whole.f64s) == "[inf]"
    assert eval(repr(whole), vars(constructs)) == whole


def test_it_iterates_over_what_was_there() -> None:
    whole = Lists(u8s=[1, 2])
    for number in whole.u8s:
        if len(whole.u8s) < 3:
            whole.u8s.append(number)
    assert whole.u8s == [1, 2, 1]
    assert everything.SCHEMA
