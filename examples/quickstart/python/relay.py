"""The Python program of the chain: takes trades from the C++ program, checks each, and passes it on
to the Rust program.

    PYTHONPATH=../gen python3 relay.py [COUNT [ADDRESS]]
"""

import sys
import time

import market

#: A neighbour that is silent for this many seconds is given up.
PATIENCE = 10


def checksum(trade: market.Trade) -> int:
    """Over all fields but itself. A swapped, shifted or torn field changes it."""
    symbol = int.from_bytes(trade.symbol.encode(), "little")
    total = (
        trade.sequence
        + trade.time * 3
        + trade.price * 5
        + trade.quantity * 7
        + trade.side * 11
        + (symbol & 0xFFFF_FFFF_FFFF_FFFF) * 13
        + (symbol >> 64) * 17
    )
    return total & 0xFFFF_FFFF_FFFF_FFFF


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    address = sys.argv[2] if len(sys.argv) > 2 else None
    expected = received = lost = 0
    start = 0.0

    with market.Feed.open_or_create(address) as feed:
        get, put = feed.cpp_to_python.get, feed.python_to_rust.put
        while expected < count:
            trade = get(timeout=PATIENCE)
            if received == 0:
                start = time.monotonic()
            if trade.checksum != checksum(trade) or trade.sequence < expected:
                sys.exit(f"Python relay: damaged, or came twice: {trade}")
            lost += trade.sequence - expected
            expected = trade.sequence + 1
            received += 1
            put(trade, timeout=PATIENCE)
    print(f"received {received} lost {lost} seconds {time.monotonic() - start:.3f}")


if __name__ == "__main__":
    main()
