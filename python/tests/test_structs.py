"""What a struct tells of itself, and takes: help, dicts, dtypes, and mistakes that say what to write."""

from __future__ import annotations

import os
import pydoc
import subprocess
import sys
from typing import Any

import constructs
import everything
import numpy
import pytest
import talk

All: Any = constructs.All
Level: Any = constructs.Level
Lists: Any = constructs.Lists
Payload: Any = constructs.Payload
Trade: Any = talk.Trade


def test_help_shows_what_is_said_of_a_field_its_unit_and_its_range() -> None:
    whole = pydoc.plain(pydoc.render_doc(constructs.Optionals))
    assert "a_price" in whole and "Unit: 1e-8 USD." in whole
    field: Any = constructs.Optionals.a_price
    assert field.__doc__.splitlines()[0] == "Unit: 1e-8 USD."
    assert field.__doc__.endswith(f"{field.size} bytes at {field.offset}.")
    assert "attach" in pydoc.plain(pydoc.render_doc(talk.Talk)) and everything.SCHEMA
    assert "read_only" in pydoc.plain(pydoc.render_doc(talk.Talk.attach)), "a method has its own signature"


def test_a_value_without_a_name_is_told_what_to_write() -> None:
    with pytest.raises(TypeError, match=r"^Level takes its fields by name: write Level\(price=5\)$"):
        Level(5)
    with pytest.raises(TypeError, match=r"which has \d+ fields$"):
        Level(*range(100))
    with pytest.raises(TypeError, match=r"^Trade has no field 'nummber'; did you mean 'number'\?$"):
        Trade(nummber=1)


def test_a_struct_becomes_a_dict_and_comes_back() -> None:
    whole = All(
        payload=Payload.levels([Level(price=1), Level(price=2, count=3)]),
        tall=constructs.Tall.unknown(5, b"kept"),
        lists=Lists(
            u8s=[1, 2], texts=["ab"], payloads=[Payload.none(), Payload.counts([7])], maybes=[None, 8]
        ),
    )
    told = whole.asdict()
    assert told["payload"] == {
        "variant": "levels",
        "value": [Level(price=1).asdict(), told["payload"]["value"][1]],
    }
    assert told["tall"] == {"variant": None, "tag": 5, "bytes": b"kept"}
    assert told["lists"]["payloads"] == [{"variant": "none"}, {"variant": "counts", "value": [7]}]
    assert type(told["lists"]["u8s"]) is list and told["lists"]["maybes"] == [None, 8]
    again = All.from_dict(told)
    assert again == whole and bytes(again) == bytes(whole)
    told["lists"]["u8s"].append(9)
    assert whole.lists.u8s == [1, 2], "nothing is a view"
    assert All.from_dict({}) == All()


@pytest.mark.parametrize(
    ("kind", "given", "error", "text"),
    [
        (Trade, {"nummber": 1}, TypeError, "no field 'nummber'; did you mean 'number'"),
        (Trade, {"number": "1"}, TypeError, "a whole number"),
        (Trade, {"number": -1}, OverflowError, "a number from"),
        (All, {"lists": {"u9s": []}}, TypeError, "Lists has no field 'u9s'"),
        (All, {"lists": {"levels": [{"prize": 1}]}}, TypeError, "Level has no field 'prize'"),
        (All, {"payload": {"variant": "nothing"}}, TypeError, "a variant and its value, and not"),
        (All, {"payload": {"variant": "none", "value": 1}}, TypeError, "a variant and its value"),
        (All, {"payload": {"variant": "level"}}, TypeError, "a variant and its value"),
        (All, {"payload": {}}, TypeError, "a variant and its value"),
        (All, {"payload": 5}, TypeError, "takes a Payload"),
    ],
)
def test_a_dict_that_is_none_of_a_struct_is_refused(
    kind: Any, given: Any, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        kind.from_dict(given)


def test_dtype_is_one_of_numpy_where_that_is_installed() -> None:
    assert isinstance(Trade.DTYPE, numpy.dtype) and Trade.DTYPE.itemsize == Trade.SIZE
    assert numpy.zeros(2, Trade.DTYPE).dtype is Trade.DTYPE and isinstance(Payload.DTYPE, numpy.dtype)


def test_dtype_is_a_dict_without_numpy_and_numpy_loads_when_it_is_asked_for() -> None:
    script = (
        "import sys, talk\nassert 'numpy' not in sys.modules\nsys.modules['numpy'] = None\n"
        "d = talk.Trade.DTYPE\n"
        "assert type(d) is dict and d['itemsize'] == talk.Trade.SIZE and len(d['names']) > 1\n"
    )
    command = [sys.executable, "-W", "error", "-c", script]
    assert subprocess.run(command, env=os.environ, check=False).returncode == 0
