_Get = _typing.TypeVar("_Get")
_Set = _typing.TypeVar("_Set")
_Range = _typing.Tuple[_typing.Optional[float], _typing.Optional[float]]


class _OutOfRange(ValueError, OverflowError):
    """A value that the type of a field cannot hold."""


def _shown(value: object) -> str:
    """As repr, but of floats that are not finite what evaluates to them."""
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, float) and not _math.isfinite(value):
        return f"float('{value}')"
    return repr(value)


class _Field(_typing.Generic[_Get, _Set]):
    """A field of a struct. On the class it tells where the field lies, on a value it is the field's."""

    def __init__(self, raw: _typing.Any, name: str, unit: str = "", range: _Range = (None, None)) -> None:
        self._raw = raw
        #: Bytes from the start of the struct.
        self.offset: int = raw.offset
        #: Bytes it takes.
        self.size: int = raw.size
        self.name = name
        #: Its unit of measure, empty if it has none.
        self.unit = unit
        #: The least and the greatest number that belong into it, None where there is no end.
        self.range = range
        #: Whether there is a range to be within, its own or one inside.
        self.ranged: bool = range != (None, None)

    @_typing.overload
    def __get__(self, instance: None, owner: type) -> "_Field[_Get, _Set]": ...
    @_typing.overload
    def __get__(self, instance: object, owner: type) -> _Get: ...
    def __get__(self, instance: _typing.Optional[object], owner: type) -> "_typing.Union[_Field[_Get, _Set], _Get]":
        if instance is None:
            return self
        return self.load(self._raw.__get__(instance, owner))

    def __set__(self, instance: object, value: _Set) -> None:
        self._raw.__set__(instance, self.store(value))

    def load(self, raw: _typing.Any) -> _Get:
        """The value of what ctypes holds."""
        return _typing.cast(_Get, raw)

    def store(self, value: _Set) -> _typing.Any:
        """What ctypes is to hold for a value."""
        return value

    def same(self, a: object, b: object) -> bool:
        """Whether two values of the struct have the same in this field, whatever bytes that are."""
        owner = type(a)
        return self.same_raw(self._raw.__get__(a, owner), self._raw.__get__(b, owner))

    def same_raw(self, a: _typing.Any, b: _typing.Any) -> bool:
        """The same of what ctypes holds."""
        return bool(a == b)

    def within(self, instance: object) -> bool:
        """Whether the value of a struct is within its range in this field, and within those inside."""
        return not self.ranged or self.within_raw(self._raw.__get__(instance, type(instance)))

    def within_raw(self, raw: _typing.Any) -> bool:
        """The same of what ctypes holds."""
        return True

    def show(self, instance: object) -> str:
        """The value as it is written, or the bytes that are none."""
        try:
            return _shown(self.__get__(instance, type(instance)))
        except ValueError:
            return f"<invalid {bytes(instance)[self.offset : self.offset + self.size].hex()}>"  # type: ignore[call-overload]

    def bad(self, value: object, expected: str) -> str:
        """The text of an error."""
        return f"{self.name} takes {expected}, not {value!r}"

    def __repr__(self) -> str:
        return f"<field {self.name} at {self.offset}, {self.size} bytes>"


class _Int(_Field[int, int]):
    """A whole number; ctypes itself would wrap one that is out of range."""

    def __init__(
        self, raw: _typing.Any, name: str, low: int, high: int, unit: str = "", range: _Range = (None, None)
    ) -> None:
        super().__init__(raw, name, unit, range)
        self.low = low if range[0] is None else int(range[0])
        self.high = high if range[1] is None else int(range[1])

    def load(self, raw: _typing.Any) -> int:
        return int(raw)

    def store(self, value: int) -> int:
        try:
            number = _operator.index(value)
        except TypeError:
            raise TypeError(self.bad(value, "a whole number")) from None
        if not self.low <= number <= self.high:
            raise _OutOfRange(self.bad(value, f"a number from {self.low} to {self.high}"))
        return number

    def within_raw(self, raw: _typing.Any) -> bool:
        return bool(self.low <= raw <= self.high)


class _Float(_Field[float, float]):
    """A float; one that is finite stays finite."""

    def __init__(
        self, raw: _typing.Any, name: str, largest: float, unit: str = "", range: _Range = (None, None)
    ) -> None:
        super().__init__(raw, name, unit, range)
        self.largest = largest

    def store(self, value: float) -> float:
        if isinstance(value, str) or not hasattr(value, "__float__"):
            raise TypeError(self.bad(value, "a number"))
        number = float(value)
        if abs(number) > self.largest and _math.isfinite(number):
            raise _OutOfRange(self.bad(value, f"a number up to {self.largest}"))
        # What the field will hold is what counts.
        if not self.within_raw(_ctypes.c_float(number).value if self.size == 4 else number):
            raise _OutOfRange(self.bad(value, f"a number {self.ends()}"))
        return number

    def within_raw(self, raw: _typing.Any) -> bool:
        # NaN is outside of any range: no comparison is true of it.
        low, high = self.range
        return bool((low is None or raw >= self.held(low)) and (high is None or raw <= self.held(high)))

    def held(self, end: float) -> float:
        """An end of the range as the field holds it."""
        return _ctypes.c_float(end).value if self.size == 4 else end

    def ends(self) -> str:
        """The range in words."""
        low, high = self.range
        if low is None:
            return f"of at most {high}"
        return f"of at least {low}" if high is None else f"from {low} to {high}"


class _Bool(_Field[bool, bool]):
    """A bool; another process may have written a byte that is none."""

    def load(self, raw: _typing.Any) -> bool:
        if raw > 1:
            raise ValueError(f"{self.name} holds {raw}, which is neither 0 (False) nor 1 (True)")
        return bool(raw)

    def store(self, value: bool) -> int:
        if value not in (0, 1):
            raise TypeError(self.bad(value, "True or False"))
        return int(value)


class _Str(_Field[str, str]):
    """UTF-8 text, padded with NULs."""

    def load(self, raw: _typing.Any) -> str:
        return self._text(raw).decode()

    def same_raw(self, a: _typing.Any, b: _typing.Any) -> bool:
        return self._text(a) == self._text(b)

    @staticmethod
    def _text(raw: _typing.Any) -> bytes:
        # As a field ctypes gives bytes, as an element of an array an array.
        return raw if isinstance(raw, bytes) else bytes(raw.value)

    def store(self, value: str) -> bytes:
        if not isinstance(value, str):
            raise TypeError(self.bad(value, "text"))
        encoded = value.encode()
        if len(encoded) > self.size:
            raise _OutOfRange(self.bad(value, f"at most {self.size} bytes of UTF-8"))
        if b"\0" in encoded:
            raise ValueError(self.bad(value, "text without a NUL, where it would end"))
        return encoded.ljust(self.size, b"\0")

    def __set__(self, instance: object, value: str) -> None:
        # Of bytes, ctypes would copy no more than up to the first NUL.
        start = _ctypes.addressof(_typing.cast(_ctypes.Structure, instance)) + self.offset
        _ctypes.memmove(start, self.store(value), self.size)


class _Bytes(_Field[bytes, bytes]):
    """A fixed number of bytes."""

    def load(self, raw: _typing.Any) -> bytes:
        return bytes(raw)

    def same_raw(self, a: _typing.Any, b: _typing.Any) -> bool:
        return bytes(a) == bytes(b)

    def store(self, value: bytes) -> _typing.Any:
        given = bytes(memoryview(value))
        if len(given) != self.size:
            raise _OutOfRange(self.bad(value, f"exactly {self.size} bytes"))
        return (_ctypes.c_uint8 * self.size).from_buffer_copy(given)


class _Enum(_Field[_Get, _Set]):
    """A number of an enum, or the bits of a set of flags."""

    def __init__(
        self, raw: _typing.Any, name: str, kind: _typing.Callable[[int], _Get], low: int, high: int
    ) -> None:
        super().__init__(raw, name)
        self.kind, self.low, self.high = kind, low, high

    def load(self, raw: _typing.Any) -> _Get:
        return self.kind(raw)

    def store(self, value: _Set) -> int:
        if not isinstance(value, int):
            raise TypeError(self.bad(value, f"a {getattr(self.kind, '__name__', 'number')}"))
        if not self.low <= value <= self.high:
            raise _OutOfRange(self.bad(value, f"a number from {self.low} to {self.high}"))
        return int(value)


class _Nested(_Field[_Get, _Set]):
    """A struct within a struct. What is read is a view: changing it changes the whole."""

    def __init__(self, raw: _typing.Any, name: str, kind: _typing.Any) -> None:
        super().__init__(raw, name)
        self.kind = kind
        self.ranged = any(getattr(kind, part).ranged for part in kind._names)

    def store(self, value: _Set) -> _Set:
        if not isinstance(value, self.kind):
            raise TypeError(self.bad(value, f"a {self.kind.__name__}"))
        return value

    def within_raw(self, raw: _typing.Any) -> bool:
        return bool(raw.within_ranges())


class _Element:
    """Where an element of an array lies, for the field that checks it."""

    def __init__(self, offset: int, size: int) -> None:
        self.offset, self.size = offset, size


class _List(_Field[_Get, _Set]):
    """An array: a list of so many elements, nested for each dimension."""

    def __init__(
        self,
        raw: _typing.Any,
        name: str,
        dims: _typing.Tuple[int, ...],
        element: _typing.Callable[[_typing.Any, str], _typing.Any],
        kind: _typing.Any,
        unit: str = "",
    ) -> None:
        super().__init__(raw, name, unit)
        count = _math.prod(dims)
        self.dims = dims
        self.kind = kind
        self.element = element(_Element(raw.offset, raw.size // count), name)
        self.range, self.ranged = self.element.range, self.element.ranged

    def load(self, raw: _typing.Any) -> _Get:
        return _typing.cast(_Get, self._load(raw, len(self.dims)))

    def _load(self, raw: _typing.Any, depth: int) -> _typing.Any:
        if depth == 0:
            return self.element.load(raw)
        return [self._load(part, depth - 1) for part in raw]

    def same_raw(self, a: _typing.Any, b: _typing.Any) -> bool:
        return self._same(a, b, len(self.dims))

    def _same(self, a: _typing.Any, b: _typing.Any, depth: int) -> bool:
        if depth == 0:
            return bool(self.element.same_raw(a, b))
        return all(self._same(x, y, depth - 1) for x, y in zip(a, b))

    def within_raw(self, raw: _typing.Any) -> bool:
        return self._within(raw, len(self.dims))

    def _within(self, raw: _typing.Any, depth: int) -> bool:
        if depth == 0:
            return bool(self.element.within_raw(raw))
        return all(self._within(part, depth - 1) for part in raw)

    def store(self, value: _Set) -> _typing.Any:
        return self._store(value, self.dims, self.kind)

    def _store(self, value: _typing.Any, dims: _typing.Tuple[int, ...], kind: _typing.Any) -> _typing.Any:
        if not dims:
            stored = self.element.store(value)
            return kind.from_buffer_copy(stored) if isinstance(stored, bytes) else stored
        if isinstance(value, (str, bytes)) or not hasattr(value, "__len__"):
            raise TypeError(self.bad(value, f"a list of {dims[0]}"))
        if len(value) != dims[0]:
            raise _OutOfRange(f"{self.name} takes a list of {dims[0]}, not of {len(value)}")
        return kind(*(self._store(part, dims[1:], kind._type_) for part in value))


class _Tagged(_Field[_Get, _Set]):
    """A union: one of its variants."""

    def __init__(self, raw: _typing.Any, name: str, kind: _typing.Any) -> None:
        super().__init__(raw, name)
        self.kind = kind
        self.ranged = kind._ranged

    def load(self, raw: _typing.Any) -> _Get:
        return _typing.cast(_Get, self.kind._load(raw))

    def within_raw(self, raw: _typing.Any) -> bool:
        return bool(self.kind._within(raw))

    def same_raw(self, a: _typing.Any, b: _typing.Any) -> bool:
        return bool(self.kind._same(a, b))

    def store(self, value: _Set) -> _typing.Any:
        if not isinstance(value, self.kind):
            raise TypeError(self.bad(value, f"a {self.kind.__name__}"))
        return value._store()


def _put(items: _typing.Any, index: int, stored: _typing.Any) -> None:
    """Puts what a field made into an array. For a text there ctypes takes no bytes, only another array."""
    items[index] = items._type_.from_buffer_copy(stored) if isinstance(stored, bytes) else stored


class _Struct(_ctypes.Structure):
    """What all structs of this module have in common."""

    __slots__ = ()
    #: Bytes in memory.
    SIZE: _typing.ClassVar[int]
    #: The layout as NumPy takes it: ``numpy.dtype(Trade.DTYPE)``.
    # (Any, since NumPy's hints know dict literals only.)
    DTYPE: _typing.ClassVar[_typing.Any]
    _names: _typing.ClassVar[_typing.Tuple[str, ...]]
    #: The bytes of a new value, empty if they are all zero.
    _initial: _typing.ClassVar[bytes] = b""

    def __init__(self, **values: _typing.Any) -> None:
        super().__init__()
        if self._initial:
            _ctypes.memmove(_ctypes.addressof(self), self._initial, self.SIZE)
        for name, value in values.items():
            if name not in self._names:
                raise TypeError(f"{type(self).__name__} has no field {name!r}")
            setattr(self, name, value)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        own = type(self)
        return all(getattr(own, name).same(self, other) for name in self._names)

    __hash__ = None  # type: ignore[assignment]

    def within_ranges(self) -> bool:
        """Whether every field is within its range, those of what is inside too."""
        own = type(self)
        return all(getattr(own, name).within(self) for name in self._names)

    def __reduce__(self) -> _typing.Tuple[_typing.Any, ...]:
        return type(self).from_buffer_copy, (bytes(self),)

    def __repr__(self) -> str:
        own = type(self)
        parts = (f"{name}={getattr(own, name).show(self)}" for name in self._names)
        return f"{type(self).__name__}({', '.join(parts)})"


class _OpenEnum(int, _enum.Enum):
    """An enum that any number is a value of; those without a name come from other versions."""

    @classmethod
    def _missing_(cls, value: object) -> "_OpenEnum":
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is not a number")
        unknown = int.__new__(cls, value)
        unknown._name_ = ""
        unknown._value_ = value
        return unknown

    @property
    def known(self) -> bool:
        """Whether this version of the schema has a name for it."""
        return self._name_ != ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self._name_}" if self._name_ else f"{type(self).__name__}({int(self)})"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(int(self), spec) if spec else str(self)


_Self = _typing.TypeVar("_Self", bound="_OpenFlags")


class _OpenFlags(int):
    """A set of bits; those without a name come from other versions."""

    __slots__ = ()
    _bits: _typing.ClassVar[_typing.Dict[str, int]]

    @classmethod
    def _finish(cls, **bits: int) -> None:
        cls._bits = bits
        for name, bit in bits.items():
            setattr(cls, name, cls(bit))

    def __or__(self: _Self, other: int) -> _Self:
        return type(self)(int(self) | int(other))

    def __and__(self: _Self, other: int) -> _Self:
        return type(self)(int(self) & int(other))

    def __xor__(self: _Self, other: int) -> _Self:
        return type(self)(int(self) ^ int(other))

    __ror__, __rand__, __rxor__ = __or__, __and__, __xor__

    def __contains__(self, other: int) -> bool:
        return int(self) & int(other) == int(other)

    def names(self) -> _typing.List[str]:
        """The names of the bits that are set and have one."""
        return [name for name, bit in self._bits.items() if int(self) & bit]

    @property
    def known(self) -> bool:
        """Whether this version of the schema has a name for each bit that is set."""
        return not int(self) & ~sum(self._bits.values())

    def __repr__(self) -> str:
        own = type(self).__name__
        rest = int(self) & ~sum(self._bits.values())
        parts = [f"{own}.{name}" for name in self.names()]
        if rest or not parts:
            parts.append(f"{own}({rest:#x})")
        return " | ".join(parts)

    __str__ = __repr__


def _check(kind: _typing.Any, size: int, offsets: _typing.Dict[str, _typing.Tuple[int, int]]) -> None:
    """Checks what ctypes made of a type against the schema."""
    found = {name: (getattr(kind, name).offset, getattr(kind, name).size) for name in offsets}
    if _ctypes.sizeof(kind) != size or found != offsets:
        raise ImportError(
            f"{kind.__name__} is laid out differently here than its schema says: "
            f"{_ctypes.sizeof(kind)} bytes, {found} instead of {size} bytes, {offsets}"
        )


def _lay_out(
    struct: _typing.Type[_Struct],
    size: int,
    offsets: _typing.Dict[str, _typing.Tuple[int, int]],
    formats: _typing.List[_typing.Any],
    fields: _typing.Dict[str, _typing.Any],
    defaults: _typing.Optional[_typing.Dict[str, _typing.Any]] = None,
) -> None:
    """Checks what ctypes made of a struct against the schema, and puts checked fields and defaults in place."""
    _check(struct, size, offsets)
    struct.SIZE = size
    struct._names = tuple(offsets)
    struct.DTYPE = {
        "names": list(offsets),
        "formats": formats,
        "offsets": [offset for offset, _ in offsets.values()],
        "itemsize": size,
    }
    for name, field in fields.items():
        setattr(struct, name, field(getattr(struct, name), f"{struct.__name__}.{name}"))
    if defaults:
        struct._initial = bytes(struct(**defaults))
