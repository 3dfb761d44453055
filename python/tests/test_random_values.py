"""Random values of every construct: what is written is read back, here and by NumPy, and lies in the
bytes where C would have it."""

from __future__ import annotations

import copy
import pathlib
import pickle
import random
from typing import Any

import constructs
import constructs_parts
import constructs_root
import numpy
import pytest
from schema_values import Schemas, check, check_numpy, given, layout, packed, some

_FILE = pathlib.Path(__file__).parents[2] / "tests/schemas/constructs.toml"
SCHEMAS = Schemas(_FILE)
STRUCTS = tuple(SCHEMAS.text["struct"])
ROUNDS = 60


@pytest.mark.parametrize("name", [*STRUCTS, *SCHEMAS.text["union"]])
def test_the_layout_is_that_of_c(name: str) -> None:
    t = SCHEMAS.named(name)
    kind: Any = getattr(constructs, name)
    place = layout(t)
    assert place.size == kind.SIZE == numpy.dtype(kind.DTYPE).itemsize
    if t.kind == "struct":
        for field, offset in zip(t.of, place.offsets):
            size = layout(t.of[field]).size
            assert (getattr(kind, field).offset, getattr(kind, field).size) == (offset, size), field
    assert tuple(kind._layout["offsets"][: len(place.offsets)]) == place.offsets


@pytest.mark.parametrize("name", STRUCTS)
def test_a_value_is_read_as_it_was_written(name: str) -> None:
    dice = random.Random(f"written {name}")
    t = SCHEMAS.named(name)
    kind: Any = getattr(constructs, name)
    for _ in range(ROUNDS):
        value = some(t, dice)
        made = given(t, value, dice)
        check(t, made, value, name)
        assert bytes(made) == packed(t, value)
        check(t, kind.from_buffer_copy(packed(t, value)), value, name)
        check_numpy(t, numpy.frombuffer(bytes(made), kind.DTYPE)[0], value, name)


@pytest.mark.parametrize("name", STRUCTS)
def test_what_is_written_over_another_value_leaves_nothing_of_it(name: str) -> None:
    dice = random.Random(f"over {name}")
    t = SCHEMAS.named(name)
    for _ in range(ROUNDS):
        made = given(t, some(t, dice), dice)
        value = some(t, dice)
        for field, part in value.items():
            setattr(made, field, given(t.of[field], part, dice))
        check(t, made, value, name)
        assert bytes(made) == packed(t, value)


@pytest.mark.parametrize("name", STRUCTS)
def test_what_was_read_can_be_assigned_to_another(name: str) -> None:
    dice = random.Random(f"read {name}")
    t = SCHEMAS.named(name)
    kind: Any = getattr(constructs, name)
    for _ in range(ROUNDS):
        one = given(t, some(t, dice), dice)
        two = given(t, some(t, dice), dice)
        for field in t.of:
            setattr(two, field, getattr(one, field))
        assert bytes(two) == bytes(one) and two == one
        # Also to itself, of which what was read may be a view.
        for field in t.of:
            setattr(two, field, getattr(two, field))
        assert bytes(two) == bytes(one)
        three = kind(**{field: getattr(one, field) for field in t.of})
        assert bytes(three) == bytes(one)


@pytest.mark.parametrize("name", STRUCTS)
def test_a_value_can_be_printed_pickled_copied_and_compared(name: str) -> None:
    dice = random.Random(f"printed {name}")
    t = SCHEMAS.named(name)
    names = {**vars(constructs_root), **vars(constructs_parts), **vars(constructs)}
    for _ in range(ROUNDS):
        value = some(t, dice)
        if name in ("All", "Foreign"):
            # Two schemas have one type of this name, and a text says only that.
            foreign = value if name == "Foreign" else value["foreign"]
            foreign["small_part"] = None
        made = given(t, value, dice)
        other = given(t, some(t, dice), dice)
        assert eval(repr(made), names) == made
        assert pickle.loads(pickle.dumps(made)) == copy.copy(made) == copy.deepcopy(made) == made
        # No two bytes mean the same here.
        assert (made == other) == (bytes(made) == bytes(other))
