# [14 lines as in ../empty/schema.py]
    "Order",
# [499 lines as in ../empty/schema.py]


class _Room(_ctypes.Structure):
    """Where a list or an optional lies: what tells how much is there, and the room for it."""

    __slots__ = ()
    DTYPE: _typing.ClassVar[_typing.Any]


class _Bounded(_Field[_Get, _Set]):
    """A bounded list: up to so many elements."""

    def __init__(
        self,
        raw: _typing.Any,
        name: str,
        kind: _typing.Any,
        element: _typing.Callable[[_typing.Any, str], _typing.Any],
        unit: str = "",
    ) -> None:
        super().__init__(raw, name, unit)
        items = kind.items
        self.kind = kind
        self.room: int = dict(kind._fields_)["items"]._length_
        self.element = element(_Element(raw.offset + items.offset, items.size // self.room), name)
        self.range, self.ranged = self.element.range, self.element.ranged

    def load(self, raw: _typing.Any) -> _Get:
        count = raw.count
        if count > self.room:
            raise ValueError(f"{self.name} holds a list of {count}, with room for {self.room}")
        return _typing.cast(_Get, [self.element.load(item) for item in raw.items[:count]])

    def same_raw(self, a: _typing.Any, b: _typing.Any) -> bool:
        count = a.count
        if count != b.count or count > self.room:
            return bytes(a) == bytes(b)
        return all(self.element.same_raw(x, y) for x, y in zip(a.items[:count], b.items[:count]))

    def within_raw(self, raw: _typing.Any) -> bool:
        # A count that cannot be is within nothing.
        return raw.count <= self.room and all(self.element.within_raw(item) for item in raw.items[: raw.count])

    def store(self, value: _Set) -> _typing.Any:
        # A set has no order, a dict no values of its own here, and a text is not meant as its letters.
        if isinstance(value, (str, dict)) or not hasattr(value, "__getitem__"):
            raise TypeError(self.bad(value, f"a list of at most {self.room}"))
        given = list(_typing.cast("_typing.Sequence[_typing.Any]", value))
        if len(given) > self.room:
            raise _OutOfRange(f"{self.name} takes a list of at most {self.room}, not of {len(given)}")
        whole = self.kind()
        whole.count = len(given)
        items = whole.items
        for i, part in enumerate(given):
            _put(items, i, self.element.store(part))
        return whole


class _Optional(_Field[_Get, _Set]):
    """A value, or None."""

    def __init__(
        self,
        raw: _typing.Any,
        name: str,
        kind: _typing.Any,
        element: _typing.Callable[[_typing.Any, str], _typing.Any],
        unit: str = "",
    ) -> None:
        super().__init__(raw, name, unit)
        self.kind = kind
        self.element = element(_Element(raw.offset + kind.value.offset, kind.value.size), name)
        self.range, self.ranged = self.element.range, self.element.ranged

    def load(self, raw: _typing.Any) -> _Get:
        has = raw.has
        if has > 1:
            raise ValueError(f"{self.name} holds {has}, which is neither 0 (None) nor 1 (a value)")
        return _typing.cast(_Get, self.element.load(raw.value[0]) if has else None)

    def same_raw(self, a: _typing.Any, b: _typing.Any) -> bool:
        has = a.has
        if has != b.has or has > 1:
            return bytes(a) == bytes(b)
        return not has or bool(self.element.same_raw(a.value[0], b.value[0]))

    def within_raw(self, raw: _typing.Any) -> bool:
        return raw.has <= 1 and (not raw.has or bool(self.element.within_raw(raw.value[0])))

    def store(self, value: _Set) -> _typing.Any:
        whole = self.kind()
        if value is not None:
            whole.has = 1
            _put(whole.value, 0, self.element.store(value))
        return whole


def _lay_out_room(
    kind: _typing.Type[_Room], size: int, parts: _typing.Dict[str, _typing.Tuple[int, int, _typing.Any]]
) -> None:
    """Checks what ctypes made of a list or an optional against the schema."""
    _check(kind, size, {name: (offset, length) for name, (offset, length, _) in parts.items()})
    kind.DTYPE = {
        "names": list(parts),
        "formats": [format for _, _, format in parts.values()],
        "offsets": [offset for offset, _, _ in parts.values()],
        "itemsize": size,
    }


class _i64_optional(_Room):
    _fields_ = [
        ("has", _ctypes.c_uint8),
        ("_reserved0", _ctypes.c_uint8 * 7),
        ("value", _ctypes.c_int64 * 1),
    ]


_lay_out_room(
    _i64_optional,
    16,
    {
        "has": (0, 1, "<u1"),
        "value": (8, 8, "<i8"),
    },
)


class Order(_Struct):
    """A struct of the schema."""

    __slots__ = ()
    _fields_ = [
        ("limit", _i64_optional),
    ]
    if _typing.TYPE_CHECKING:
        limit = _Field[_typing.Optional[int], _typing.Optional[int]](None, "")

        def __init__(
            self,
            *,
            limit: _typing.Optional[int] = ...,
        ) -> None: ...


_lay_out(
    Order,
    16,
    {
        "limit": (0, 16),
    },
    [
        _i64_optional.DTYPE,
    ],
    {
        "limit": lambda raw, name: _Optional(raw, name, _i64_optional, lambda raw, name: _Int(raw, name, -9223372036854775808, 9223372036854775807)),
# [9 lines as in ../struct/schema.py]
        Order: _TypeAlias = Order
