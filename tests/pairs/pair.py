"""pair.py push|pop ADDRESS COUNT: one side of tests/object/pairs.rs, in Python."""

import contextlib
import queue
import sys

import everything

MASK = 2**64 - 1
PATIENCE = 20


class Draw:
    """splitmix64"""

    def __init__(self, number: int) -> None:
        self.state = number

    def u64(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        return z ^ (z >> 31)

    def unsigned(self, bits: int) -> int:
        return self.u64() & (2**bits - 1)

    def signed(self, bits: int) -> int:
        n = self.unsigned(bits)
        return n - 2**bits if n >= 2 ** (bits - 1) else n

    def f32(self) -> float:
        return self.unsigned(24) / 8

    def text(self, size: int) -> str:
        length = self.u64() % (size + 1)
        return "".join(chr(97 + self.u64() % 26) for _ in range(length))

    def raw(self, size: int) -> bytes:
        return bytes(self.unsigned(8) for _ in range(size))

    def level(self) -> everything.Level:
        return everything.Level(price=self.signed(64), quantity=self.unsigned(32))


def book_of(number: int) -> everything.Book:
    d = Draw(number)
    # Arguments are evaluated in their order, which is that of the fields.
    return everything.Book(
        symbol=d.text(16),
        u8=d.unsigned(8),
        i8=d.signed(8),
        u16=d.unsigned(16),
        i16=d.signed(16),
        u32=d.unsigned(32),
        i32=d.signed(32),
        u64=d.u64(),
        i64=d.signed(64),
        f32=d.f32(),
        f64=(d.u64() >> 11) / 1024,
        flag=d.u64() % 2 == 1,
        side=everything.Side(d.unsigned(8)),
        signed_value=everything.Signed(d.signed(16)),
        wide=everything.Wide(d.u64()),
        wide_signed=everything.WideSigned(d.signed(64)),
        state=everything.State(d.unsigned(16)),
        wide64=everything.Wide64(d.u64()),
        raw=d.raw(3),
        level=d.level(),
        levels=[d.level() for _ in range(3)],
        curve=[[d.f32() for _ in range(8)] for _ in range(4)],
        rows=[[d.f32() for _ in range(4)] for _ in range(2)],
        names=[[d.text(5) for _ in range(3)] for _ in range(2)],
        blobs=[d.raw(2) for _ in range(3)],
        switches=[d.u64() % 2 == 1 for _ in range(3)],
        sides=[[everything.Side(d.unsigned(8)) for _ in range(2)] for _ in range(2)],
        states=[everything.State(d.unsigned(16)) for _ in range(2)],
        ticker=[d.text(7) for _ in range(2)],
        option=everything.Option(
            a=d.unsigned(8),
            b=d.unsigned(16),
            c=d.unsigned(8),
            d=d.unsigned(32),
            e=d.unsigned(8),
            f=d.u64(),
            g=d.unsigned(8),
        ),
        apart=d.unsigned(8),
    )


def push(segment: everything.Plain, count: int) -> None:
    n = 0
    while n < count:
        if n % 3 == 0:
            many = [book_of(k) for k in range(n, min(n + 7, count))]
            with contextlib.suppress(queue.Full):
                n += segment.books.put_many(many, timeout=0)
        else:
            segment.books.put(book_of(n), timeout=PATIENCE)
            n += 1


def compare(n: int, got: everything.Book) -> None:
    expected = book_of(n)
    if got != expected or bytes(got) != bytes(expected):
        sys.exit(f"Python: {n} came as {got}")


def pop(segment: everything.Plain, count: int) -> None:
    n = 0
    while n < count:
        if n % 5 == 0:
            for got in segment.books.get_many(7, timeout=PATIENCE):
                # A row of a NumPy array, or without NumPy a Book.
                compare(n, everything.Book.from_buffer_copy(bytes(got)))
                n += 1
        else:
            compare(n, segment.books.get(timeout=PATIENCE))
            n += 1


def main() -> None:
    side, address, count = sys.argv[1:]
    with everything.Plain.open_or_create(address) as segment:
        {"push": push, "pop": pop}[side](segment, int(count))


main()
