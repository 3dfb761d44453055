# [14 lines as in ../empty/schema.py]
    "Payload",
# [499 lines as in ../empty/schema.py]


class _Union:
    """What all unions of this module have in common. A value is one of the variants, and does not change."""

    __slots__ = ("_held",)
    #: Bytes in memory.
    SIZE: _typing.ClassVar[int]
    #: The layout as NumPy takes it: the tag, and the variants, which share their bytes.
    DTYPE: _typing.ClassVar[_typing.Any]
    _raw: _typing.ClassVar[_typing.Any]
    _offset: _typing.ClassVar[int]
    _variants: _typing.ClassVar[_typing.Dict[int, _typing.Any]]
    _unknown: _typing.ClassVar[_typing.Any]
    _number: _typing.ClassVar[int]
    # Whether a variant has a range to be within.
    _ranged: _typing.ClassVar[bool] = False
    _held: _typing.Any

    def __init__(self) -> None:
        ways = ", ".join(f"{variant.__qualname__}(..)" for variant in self._variants.values())
        raise TypeError(f"{type(self).__name__} is one of its variants: {ways}")

    @property
    def tag(self) -> int:
        """The number that says which variant it is."""
        return self._number

    @classmethod
    def _load(cls, raw: _typing.Any) -> _typing.Any:
        """The value of what ctypes holds."""
        return cls._variants.get(raw.tag, cls._unknown)._of(raw)

    @classmethod
    def _of(cls, raw: _typing.Any) -> _typing.Any:
        """The variant that is there."""
        value = cls.__new__(cls)
        value._held = cls._load_held(raw)
        return value

    @classmethod
    def _load_held(cls, raw: _typing.Any) -> _typing.Any:
        """What the variant holds."""
        return None

    def _store(self) -> _typing.Any:
        """What ctypes is to hold for the value."""
        raw = self._raw()
        raw.tag = self.tag
        return raw

    @classmethod
    def _same(cls, a: _typing.Any, b: _typing.Any) -> bool:
        """Whether two that ctypes holds have the same value."""
        return bool(a.tag == b.tag and cls._variants.get(a.tag, cls._unknown)._same_held(a, b))

    @classmethod
    def _same_held(cls, a: _typing.Any, b: _typing.Any) -> bool:
        """The same of two that hold this variant."""
        return True

    def within_ranges(self) -> bool:
        """Whether what it holds is within its ranges. Nothing is known of a tag without a name."""
        try:
            return self._within(self._store())
        except _OutOfRange:
            return False

    @classmethod
    def _within(cls, raw: _typing.Any) -> bool:
        """The same of what ctypes holds."""
        return bool(cls._variants.get(raw.tag, cls._unknown)._within_held(raw))

    @classmethod
    def _within_held(cls, raw: _typing.Any) -> bool:
        """The same if it holds this variant."""
        return True

    def _arguments(self) -> _typing.Tuple[_typing.Any, ...]:
        """What it is made of."""
        return ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Union) or type(other) is not type(self):
            return NotImplemented
        return self._arguments() == other._arguments()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> _typing.Tuple[_typing.Any, ...]:
        return type(self), self._arguments()

    def __repr__(self) -> str:
        return f"{type(self).__qualname__}({', '.join(map(_shown, self._arguments()))})"


class _Bare(_Union):
    """A variant that holds nothing."""

    __slots__ = ()
    __match_args__ = ()

    def __init__(self) -> None:
        self._held = None


class _Holding(_Union):
    """A variant that holds a value."""

    __slots__ = ()
    __match_args__ = ("value",)
    # What it is called in the bytes that the variants share, and the field that checks it; apart from the
    # class, for which it would be a field too.
    _part: _typing.ClassVar[_typing.Tuple[str, _Field[_typing.Any, _typing.Any]]]

    def __init__(self, value: _typing.Any) -> None:
        # As it will be read: what is wrong is told now, and a struct is a copy.
        self._held = value
        self._held = self._load_held(self._store())

    @property
    def value(self) -> _typing.Any:
        """What it holds."""
        return self._held

    @classmethod
    def _load_held(cls, raw: _typing.Any) -> _typing.Any:
        name, field = cls._part
        return field.load(getattr(raw.held, name)[0])

    def _store(self) -> _typing.Any:
        name, field = self._part
        raw = super()._store()
        _put(getattr(raw.held, name), 0, field.store(self._held))
        return raw

    @classmethod
    def _same_held(cls, a: _typing.Any, b: _typing.Any) -> bool:
        name, field = cls._part
        return field.same_raw(getattr(a.held, name)[0], getattr(b.held, name)[0])

    @classmethod
    def _within_held(cls, raw: _typing.Any) -> bool:
        name, field = cls._part
        return not field.ranged or field.within_raw(getattr(raw.held, name)[0])

    def _arguments(self) -> _typing.Tuple[_typing.Any, ...]:
        return (self._held,)


class _Unknown(_Union):
    """A variant of another version: its tag, and all that lies behind it."""

    __slots__ = ()
    __match_args__ = ("tag", "value")

    def __init__(self, tag: int, value: bytes) -> None:
        name = type(self).__qualname__
        number = _operator.index(tag)
        high = (1 << 8 * self._raw.tag.size) - 1
        if not 0 <= number <= high:
            raise _OutOfRange(f"{name} takes a tag from 0 to {high}, not {tag!r}")
        if number in self._variants:
            known = self._variants[number].__qualname__
            raise ValueError(f"{name} takes a tag without a name, and {tag} is {known}")
        given, room = bytes(memoryview(value)), self.SIZE - self._offset
        if len(given) > room:
            raise _OutOfRange(f"{name} takes at most {room} bytes, not {len(given)}")
        self._held = (number, given.ljust(room, b"\0"))

    @property
    def tag(self) -> int:
        """The number that has no name."""
        return int(self._held[0])

    @property
    def value(self) -> bytes:
        """All that lies behind the tag."""
        return bytes(self._held[1])

    @classmethod
    def _load_held(cls, raw: _typing.Any) -> _typing.Any:
        return raw.tag, bytes(raw)[cls._offset :]

    def _store(self) -> _typing.Any:
        raw = super()._store()
        _ctypes.memmove(_ctypes.addressof(raw) + self._offset, self.value, self.SIZE - self._offset)
        return raw

    @classmethod
    def _same_held(cls, a: _typing.Any, b: _typing.Any) -> bool:
        return bytes(a)[cls._offset :] == bytes(b)[cls._offset :]

    def _arguments(self) -> _typing.Tuple[_typing.Any, ...]:
        # The zeros at the end come back by themselves.
        return self.tag, self.value.rstrip(b"\0")


def _lay_out_union(
    union: _typing.Type[_Union],
    raw: _typing.Any,
    size: int,
    parts: _typing.Dict[str, _typing.Tuple[int, int]],
    tag: str,
    variants: _typing.Dict[str, _typing.Tuple[int, int, _typing.Any, _typing.Any]],
) -> None:
    """Checks what ctypes made of a union against the schema, and makes the classes of its variants."""
    offset, payload = parts["held"]
    holding = {name: variant for name, variant in variants.items() if variant[3] is not None}
    _check(raw, size, parts)
    places = {name: (0, length) for name, (_, length, _, _) in holding.items()}
    _check(dict(raw._fields_)["held"], payload, places)
    union.SIZE = size
    union.DTYPE = {
        "names": ["tag", *holding],
        "formats": [tag, *(format for _, _, format, _ in holding.values())],
        "offsets": [0, *(offset for _ in holding)],
        "itemsize": size,
    }
    union._raw = raw
    union._offset = offset
    union._variants = {}

    def add(name: str, base: type, **more: _typing.Any) -> _typing.Any:
        more.update(__doc__=base.__doc__, __slots__=(), __qualname__=f"{union.__qualname__}.{name}")
        variant = type(name, (base, union), more)
        setattr(union, name, variant)
        return variant

    for name, (number, length, _, field) in variants.items():
        if field is None:
            union._variants[number] = add(name, _Bare, _number=number)
        else:
            checked = field(_Element(offset, length), f"{union.__name__}.{name}")
            union._ranged = union._ranged or checked.ranged
            union._variants[number] = add(name, _Holding, _number=number, _part=(name, checked))
    union._unknown = add("unknown", _Unknown)


class _Payload_held(_ctypes.Union):
    _fields_ = [
        ("_bytes", _ctypes.c_uint8 * 8),
        ("price", _ctypes.c_int64 * 1),
    ]


class _Payload_raw(_ctypes.Structure):
    _fields_ = [
        ("tag", _ctypes.c_uint8),
        ("_reserved0", _ctypes.c_uint8 * 7),
        ("held", _Payload_held),
    ]


class Payload(_Union):
    """What a message carries."""

    __slots__ = ()
    if _typing.TYPE_CHECKING:

        class nothing(Payload):
            __match_args__ = ()

            def __init__(self) -> None: ...

        class price(Payload):
            """A price."""

            __match_args__ = ("value",)

            def __init__(self, value: int) -> None: ...
            @property
            def value(self) -> int: ...

        class unknown(Payload):
            """A variant of another version, with all that lies behind its tag."""

            __match_args__ = ("tag", "value")

            def __init__(self, tag: int, value: bytes) -> None: ...
            @property
            def value(self) -> bytes: ...


_lay_out_union(
    Payload,
    _Payload_raw,
    16,
    {"tag": (0, 1), "held": (8, 8)},
    "<u1",
    {
        "nothing": (0, 0, None, None),
        "price": (1, 8, "<i8", lambda raw, name: _Int(raw, name, -9223372036854775808, 9223372036854775807)),
# [9 lines as in ../struct/schema.py]
        Payload: _TypeAlias = Payload
