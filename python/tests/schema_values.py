"""Random values of the types of a schema, made from its text by a reader of its own: neither shmgen nor
what it generates is asked what a type means.

A value is plain: numbers, texts, bytes, lists, None, a dict for a struct, and for a union the name of a
variant with what it holds. ``given`` makes of it what the generated module takes, ``check`` compares what
the module reads, ``packed`` gives the bytes, ``check_numpy`` compares what NumPy reads by ``DTYPE``, and
``check_dump`` what ``shmgen dump --json`` shows.
"""

from __future__ import annotations

import importlib
import math
import pathlib
import random
import re
import struct
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NamedTuple

import tomli

_TOKEN = re.compile(r"\[<=(\w+)\]|\[(\w+)\]|(\?)")
_INTEGER = re.compile(r"([ui])(8|16|32|64)")
#: What lies behind a tag that no variant has: the name of the variant, in place of one of the schema's.
UNKNOWN = "unknown"


class Type(NamedTuple):
    """A type, taken apart: its kind, and what there is to know about it."""

    kind: str
    of: Any = None
    n: int = 0
    name: str = ""
    module: Any = None


class Schemas:
    """Schemas with those they import, each beside the module that was generated from it."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.module: ModuleType = importlib.import_module(path.stem)
        self.text: dict[str, Any] = tomli.loads(path.read_text())
        files = self.text["schema"].get("imports", [])
        self.imports = [Schemas(path.with_name(file)) for file in files]

    def type(self, text: str) -> Type:
        """The type that is written so in this schema."""
        name = re.match(r"[\w.]+", text)
        assert name is not None
        tokens = [m.groups() for m in _TOKEN.finditer(text, name.end())]
        if name.group() in ("str", "bytes"):
            room, length, _ = tokens.pop(0)
            found = Type(("up to " if room else "") + name.group(), n=self.number(room or length))
        else:
            found = self.named(name.group())
        rows: list[int] = []
        for room, length, optional in tokens:
            if length:
                rows.append(self.number(length))
                continue
            found = _rows(found, rows)
            rows = []
            found = Type("optional", found) if optional else Type("list", found, self.number(room))
        return _rows(found, rows)

    def named(self, name: str) -> Type:
        """The type of that name, here or in an import."""
        schema, _, bare = name.rpartition(".")
        if name == "bool" or _INTEGER.fullmatch(name) or name in ("f32", "f64"):
            return Type(name)
        for place in [*([] if schema else [self]), *self.imports]:
            if schema and not place.text["schema"]["name"].endswith(schema):
                continue
            if bare in place.text.get("alias", {}):
                return place.type(place.text["alias"][bare]["type"])
            for kind in ("enum", "flags", "struct", "union"):
                if bare in place.text.get(kind, {}):
                    return place.declared(kind, bare)
        raise AssertionError(f"no type {name} in {self.path}")

    def declared(self, kind: str, name: str) -> Type:
        """A type that this schema declares."""
        body = self.text[kind][name]
        about: Any
        if kind in ("enum", "flags"):
            about = Type(body["repr"])
        elif kind == "struct":
            about = {f["name"]: self.type(f["type"]) for f in body["field"] if "name" in f}
        else:
            held = {v["name"]: self.type(v["type"]) if "type" in v else None for v in body["variant"]}
            numbers = {v["name"]: int(str(v["number"]), 0) for v in body["variant"]}
            about = (body["tag"], held, numbers)
        return Type(kind, about, body.get("align", 1), name=name, module=self.module)

    def number(self, text: str) -> int:
        """A length."""
        if text.isdigit():
            return int(text)
        for place in [self, *self.imports]:
            if text in place.text.get("const", {}):
                return int(place.text["const"][text]["value"])
        raise AssertionError(f"no constant {text} in {self.path}")


def _rows(of: Type, rows: list[int]) -> Type:
    for n in reversed(rows):
        of = Type("array", of, n)
    return of


def _bounds(kind: str) -> tuple[int, int]:
    found = _INTEGER.fullmatch(kind)
    assert found is not None
    bits = int(found[2])
    return (0, 2**bits - 1) if found[1] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def some(t: Type, dice: random.Random) -> Any:
    """A random value of a type."""
    if t.kind in ("array", "list"):
        n = t.n if t.kind == "array" else dice.choice([0, t.n, dice.randint(0, t.n)])
        return [some(t.of, dice) for _ in range(n)]
    if t.kind == "optional":
        return None if dice.random() < 0.4 else some(t.of, dice)
    if t.kind == "struct":
        return {name: some(field, dice) for name, field in t.of.items()}
    if t.kind == "union":
        tag, held, numbers = t.of
        name = dice.choice([*held, UNKNOWN])
        if name != UNKNOWN:
            return name, None if held[name] is None else some(held[name], dice)
        free = [n for n in (0, 77, 254, _bounds(tag)[1] - 1) if n not in numbers.values()]
        place = layout(t)
        room = place.size - place.offsets[1]
        return name, (dice.choice(free), dice.randbytes(dice.choice([0, 1, room])).rstrip(b"\0"))
    return _simple(t, dice)


def _simple(t: Type, dice: random.Random) -> Any:
    if t.kind == "bool":
        return dice.random() < 0.5
    if t.kind in ("f32", "f64"):
        form, size = ("<f", 4) if t.kind == "f32" else ("<d", 8)
        value: float = struct.unpack(form, dice.randbytes(size))[0]
        # What is not equal to itself, and what is equal in two ways, has tests of its own.
        return dice.choice([1.5, math.inf, -math.inf]) if math.isnan(value) or not value else value
    if t.kind == "str":
        text = ""
        while dice.random() < 0.7 and len((text + "☃").encode()) <= t.n:
            text += dice.choice("aÅ☃")
        return text + "x" * dice.randint(0, t.n - len(text.encode()))
    if t.kind == "up to str":
        parts = [dice.choice(["a", "☃", "\0"]) for _ in range(dice.randint(0, t.n))]
        return "".join(parts).encode()[: t.n].decode(errors="ignore")
    if t.kind in ("bytes", "up to bytes"):
        return dice.randbytes(t.n if t.kind == "bytes" else dice.randint(0, t.n))
    low, high = _bounds(t.of.kind if t.kind in ("enum", "flags") else t.kind)
    return dice.choice([low, high, max(low, -1), 1, dice.randint(low, high)])


def given(t: Type, value: Any, dice: random.Random) -> Any:
    """What the generated module takes for a value; a sequence of one kind or another."""
    if t.kind in ("array", "list"):
        parts = [given(t.of, part, dice) for part in value]
        return parts if dice.random() < 0.5 else tuple(parts)
    if t.kind == "optional":
        return None if value is None else given(t.of, value, dice)
    if t.kind == "struct":
        fields = {name: given(t.of[name], part, dice) for name, part in value.items()}
        return getattr(t.module, t.name)(**fields)
    if t.kind == "union":
        name, held = value
        variant = getattr(getattr(t.module, t.name), name)
        if name == UNKNOWN:
            return variant(*held)
        return variant() if t.of[1][name] is None else variant(given(t.of[1][name], held, dice))
    return value


def check(t: Type, read: Any, value: Any, where: str) -> None:
    """Compares what the generated module reads with a value."""
    if t.kind in ("array", "list"):
        assert isinstance(read, Sequence) and len(read) == len(value), where
        for i, part in enumerate(value):
            check(t.of, read[i], part, f"{where}[{i}]")
    elif t.kind == "optional":
        assert (read is None) == (value is None), where
        if value is not None:
            check(t.of, read, value, where)
    elif t.kind == "struct":
        assert type(read) is getattr(t.module, t.name), where
        for name, part in value.items():
            check(t.of[name], getattr(read, name), part, f"{where}.{name}")
    elif t.kind == "union":
        name, held = value
        union = getattr(t.module, t.name)
        assert isinstance(read, union) and type(read) is getattr(union, name), where
        if name == UNKNOWN:
            assert (read.tag, read.value.rstrip(b"\0")) == held, where
        else:
            assert read.tag == t.of[2][name], where
            if t.of[1][name] is not None:
                check(t.of[1][name], read.value, held, f"{where}.{name}")
    else:
        assert read == value, f"{where}: {read!r} instead of {value!r}"
        kinds = {"enum": t.name, "flags": t.name, "f32": "float", "f64": "float"}
        bare = t.kind.replace("up to ", "")
        kind = kinds.get(t.kind, bare if bare in ("str", "bytes", "bool") else "int")
        assert type(read).__name__ == kind, f"{where} is a {type(read)}"


# --- the same as bytes, laid out by the rules of C


class Layout(NamedTuple):
    """Where the parts of a type lie, and how large and how aligned the whole is."""

    size: int
    align: int
    offsets: tuple[int, ...] = (0,)


def layout(t: Type) -> Layout:
    """How C lays a type out."""
    if t.kind == "array":
        size, align, _ = layout(t.of)
        return Layout(t.n * size, align)
    parts: list[tuple[int, int]] = []
    if t.kind == "list":
        size, align, _ = layout(t.of)
        parts = [(4, 4), (t.n * size, align)]
    elif t.kind == "optional":
        parts = [(1, 1), layout(t.of)[:2]]
    elif t.kind == "struct":
        parts = [layout(field)[:2] for field in t.of.values()]
    elif t.kind == "union":
        tag, held, _ = t.of
        variants = [layout(part) for part in held.values() if part is not None]
        align = max(part.align for part in variants)
        parts = [layout(Type(tag))[:2], (_up(max(part.size for part in variants), align), align)]
    elif t.kind in ("str", "bytes"):
        return Layout(t.n, 1)
    elif t.kind.startswith("up to"):
        parts = [(4, 4), (t.n, 1)]
    elif t.kind in ("enum", "flags"):
        return layout(t.of)
    else:
        size = 1 if t.kind == "bool" else int(t.kind[1:]) // 8
        return Layout(size, size)
    return _in_a_row(parts, t.n if t.kind == "struct" else 1)


def _up(n: int, align: int) -> int:
    return -(-n // align) * align


def _in_a_row(parts: list[tuple[int, int]], at_least: int = 1) -> Layout:
    end, offsets = 0, []
    for size, align in parts:
        offsets.append(_up(end, align))
        end = offsets[-1] + size
    whole = max(at_least, *(align for _, align in parts))
    return Layout(_up(end, whole), whole, tuple(offsets))


def packed(t: Type, value: Any) -> bytes:
    """The bytes of a value; those that mean nothing are zero."""
    place = layout(t)
    parts: list[bytes]
    if t.kind == "array":
        return b"".join(packed(t.of, part) for part in value)
    if t.kind == "list":
        parts = [len(value).to_bytes(4, "little"), b"".join(packed(t.of, part) for part in value)]
    elif t.kind == "optional":
        parts = [b"\0", b""] if value is None else [b"\1", packed(t.of, value)]
    elif t.kind == "struct":
        parts = [packed(t.of[name], part) for name, part in value.items()]
    elif t.kind == "union":
        parts = _packed_union(t, *value)
    else:
        return _packed_simple(t, value).ljust(place.size, b"\0")
    whole = bytearray(place.size)
    for offset, part in zip(place.offsets, parts):
        whole[offset : offset + len(part)] = part
    return bytes(whole)


def _packed_union(t: Type, name: str, held: Any) -> list[bytes]:
    tag, variants, numbers = t.of
    if name == UNKNOWN:
        return [_packed_simple(Type(tag), held[0]), held[1]]
    inside = b"" if variants[name] is None else packed(variants[name], held)
    return [_packed_simple(Type(tag), numbers[name]), inside]


def _packed_simple(t: Type, value: Any) -> bytes:
    if t.kind == "str":
        return bytes(value, "utf-8")
    if t.kind == "bytes":
        return bytes(value)
    if t.kind.startswith("up to"):
        held = value.encode() if isinstance(value, str) else value
        return len(held).to_bytes(4, "little") + bytes(held)
    if t.kind in ("enum", "flags"):
        return _packed_simple(t.of, value)
    if t.kind in ("f32", "f64"):
        return struct.pack("<f" if t.kind == "f32" else "<d", value)
    return int(value).to_bytes(layout(t).size, "little", signed=t.kind.startswith("i"))


# --- the same by way of NumPy


def check_numpy(t: Type, read: Any, value: Any, where: str) -> None:
    """Compares what NumPy reads by ``DTYPE`` with a value."""
    if t.kind in ("array", "list"):
        items = read
        if t.kind == "list":
            assert read["count"] == len(value), where
            items = read["items"]
        for i, part in enumerate(value):
            check_numpy(t.of, items[i], part, f"{where}[{i}]")
    elif t.kind == "optional":
        assert read["has"] == (value is not None), where
        if value is not None:
            check_numpy(t.of, read["value"], value, where)
    elif t.kind == "struct":
        assert read.dtype.names == tuple(value), where
        for name, part in value.items():
            check_numpy(t.of[name], read[name], part, f"{where}.{name}")
    elif t.kind == "union":
        name, held = value
        assert read["tag"] == (held[0] if name == UNKNOWN else t.of[2][name]), where
        if name != UNKNOWN and t.of[1][name] is not None:
            check_numpy(t.of[1][name], read[name], held, f"{where}.{name}")
    elif t.kind in ("str", "bytes"):
        assert bytes(read) == (value.encode() if t.kind == "str" else value), where
    elif t.kind.startswith("up to"):
        held = value.encode() if isinstance(value, str) else value
        assert read["count"] == len(held), where
        assert bytes(read["items"])[: len(held)].ljust(len(held), b"\0") == held, where
    else:
        assert read == value, f"{where}: {read!r} instead of {value!r}"


# --- the same as the command shows it


def check_dump(t: Type, shown: Any, value: Any, where: str) -> None:
    """Compares what ``shmgen dump --json`` shows, which reads by the contract in the segment."""
    if t.kind in ("array", "list"):
        assert len(shown) == len(value), where
        for i, part in enumerate(value):
            check_dump(t.of, shown[i], part, f"{where}[{i}]")
    elif t.kind == "optional" and value is not None:
        check_dump(t.of, shown, value, where)
    elif t.kind == "struct":
        assert list(shown) == list(value), where
        for name, part in value.items():
            check_dump(t.of[name], shown[name], part, f"{where}.{name}")
    elif t.kind == "union" and value[0] != UNKNOWN:
        name, held = value
        assert shown["variant"] == name, where
        if t.of[1][name] is not None:
            check_dump(t.of[1][name], shown["value"], held, f"{where}.{name}")
    else:
        assert _shown(t, shown) == value, f"{where}: {shown!r} instead of {value!r}"


def _shown(t: Type, shown: Any) -> Any:
    """The value that a leaf stands for."""
    if t.kind == "union":
        assert shown["variant"] is None
        return UNKNOWN, (shown["tag"], bytes.fromhex(shown["bytes"]).rstrip(b"\0"))
    if t.kind == "enum" and isinstance(shown, str):
        return int(getattr(getattr(t.module, t.name), shown))
    if t.kind == "flags":
        return shown["bits"]
    if t.kind in ("f32", "f64"):
        return float(shown)
    return bytes.fromhex(shown) if t.kind in ("bytes", "up to bytes") else shown
