"""Types of imported schemas: they are used as they are, from their own modules."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import constructs
import constructs_parts
import constructs_root
import pytest

Foreign: Any = constructs.Foreign


def test_imported_types_are_those_of_their_own_modules() -> None:
    whole = Foreign(
        stamp=constructs_root.Stamp(time=1, clock=constructs_root.Clock.REAL),
        clock=9,
        clocks=[1, constructs_root.Clock(7)],
        mark=constructs_root.Mark.at(constructs_root.Stamp(time=2)),
        when=constructs_root.Stamp(time=3),
        lengths=[0.5],
        points=[constructs_parts.Point(x=-1, y=1)],
        small=constructs.Small(items=[1]),
        small_part=constructs_parts.Small(point=constructs_parts.Point(x=4)),
        bits=[constructs_parts.Bits.HIGH, 0],
    )
    assert type(whole.stamp) is type(whole.when) is constructs_root.Stamp
    assert whole.clock == 9 and type(whole.clock) is constructs_root.Clock
    assert whole.clocks == [constructs_root.Clock.MONOTONIC, 7]
    assert isinstance(whole.mark, constructs_root.Mark.at) and whole.mark.value.time == 2
    assert whole.points[0].x == -1 and type(whole.points[0]) is constructs_parts.Point
    assert whole.bits[0] is not None and type(whole.bits[0]) is constructs_parts.Bits
    assert type(whole.small) is constructs.Small and type(whole.small_part) is constructs_parts.Small
    assert Foreign.lengths.unit == "m", "the unit of the alias that was imported"
    for again in (copy.deepcopy(whole), pickle.loads(pickle.dumps(whole)), Foreign.from_buffer_copy(whole)):
        assert again == whole and bytes(again) == bytes(whole)


def test_a_type_of_the_same_name_is_another_type() -> None:
    with pytest.raises(TypeError, match=r"Foreign\.small takes a Small"):
        Foreign(small=constructs_parts.Small())
    with pytest.raises(TypeError, match=r"Foreign\.small_part takes a Small"):
        Foreign(small_part=constructs.Small())


def test_a_value_prints_as_what_evaluates_to_it_where_both_modules_are_known() -> None:
    value = Foreign(
        stamp=constructs_root.Stamp(time=1), clocks=[7, 1], mark=constructs_root.Mark.unknown(9, b"x")
    )
    assert eval(repr(value), {**vars(constructs_root), **vars(constructs_parts), **vars(constructs)}) == value


def test_a_module_has_its_own_names_only() -> None:
    assert not {"Stamp", "Point", "ROOM"} & set(dir(constructs))
    assert set(constructs.__all__) == {name for name in vars(constructs) if not name.startswith("_")}


def test_an_imported_type_that_has_changed_is_refused_on_import(tmp_path: Any, monkeypatch: Any) -> None:
    source = open(constructs.__file__).read()  # noqa: SIM115
    (tmp_path / "newer.py").write_text(source.replace("constructs_root", "changed"))
    stamp = "class Stamp(_ctypes.Structure):\n    _fields_ = [('time', _ctypes.c_uint32)]\n    _layout = {}\n"
    rest = "from constructs_root import Clock, Mark\n"
    (tmp_path / "changed.py").write_text(f"import ctypes as _ctypes\n{rest}\n{stamp}")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ImportError, match="is laid out differently here than its schema says"):
        __import__("newer")
