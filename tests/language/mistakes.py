"""Mistakes in the use of generated modules. A type checker finds each, and nothing else."""

from __future__ import annotations

import ctypes
import pickle

import constructs
import shm_runtime
import talk

# What is right.

trade = talk.Trade(number=1, symbol="ABC", side=talk.Side.BUY, levels=[[1, 2, 3], [4, 5, 6]])
trade.levels[0][1] = 7
trade.side = 9
number: int = trade.number + talk.Trade.number.offset + talk.Trade.SIZE + ctypes.sizeof(talk.Trade)
again: talk.Trade = talk.Trade.from_buffer_copy(bytes(trade))
same: talk.Trade = talk.Trade.from_dict(trade.asdict())
many = (talk.Trade * 3)()
lists = constructs.Lists(u8s=[1, 2])
lists.u8s.append(3)
lists.u8s[0:2] = range(2)
lists.levels[0].price = 5
with talk.Talk.attach("posix:/talk", timeout=1.0) as feed:
    feed.trades.put(trade, timeout=0.5)
    back: talk.Trade = feed.trades.get()
    count: int = len(feed.trades.get_many(10))
    numbers = feed.trades.get_many(10)["number"]
    feed.trades.put_many([trade, back])
    feed.trades.put_many(numbers)
    sent: bytes = pickle.dumps(feed)
    feed.last.store(trade)
    last, version = feed.last.load_versioned()
    feed.last.wait_newer(version + 0, timeout=1.0)[0].number += number
    each: list[talk.Tick] = [cell.load() for cell in feed.each]
    part: int = feed.each[-1].load().number + len(feed.each[0:2]) + len(feed.each)
    column = feed.each.load_all()["number"]
try:
    trade.number = -1
except shm_runtime.OutOfRange as reason:
    text: str = str(reason)

# Fields.

talk.Trade(number="1")  # wrong
talk.Trade(nummber=1)  # wrong
talk.Trade(1, 2)  # wrong
talk.Trade().nummber = 1  # wrong
print(talk.Trade().nummber)  # wrong
talk.Trade().number = "1"  # wrong
talk.Trade().symbol = b"x"  # wrong
wrong_text: str = talk.Trade().number  # wrong
print(talk.Trade.number.ofset)  # wrong
print(talk.Trade.nummber)  # wrong
print(talk.Trade.FORMAT)  # wrong
talk.Trade().within_range()  # wrong
talk.Trade.from_buffer_cpy(b"")  # wrong
talk.Trade.from_dict(5)  # wrong
print(talk.Side.BYU)  # wrong
talk.Trad()  # wrong

# Arrays, lists and what is in them.

trade.levels[0][1] = "7"  # wrong
trade.levels[0].append(1)  # wrong
trade.levels = 5  # wrong
lists.u8s[0] = "a"  # wrong
lists.u8s.append("a")  # wrong
lists.u8s.apend(1)  # wrong
lists.u8s += ["a"]  # wrong
lists.levels.append(5)  # wrong
lists.levels[0].prize = 5  # wrong
constructs.Lists(u9s=[1])  # wrong
wrong_number: int = lists.u8s  # wrong

# Unions and optionals.

constructs.All(payload=5)  # wrong
constructs.Payload.lvl(5)  # wrong
constructs.Payload.level(5)  # wrong
print(constructs.All().payload.value)  # wrong
wrong_optional: int = constructs.Optionals().a_u8  # wrong

# Segments.

talk.Talk.create(mode="0640")  # wrong
talk.Talk.create(moed=0o640)  # wrong
talk.Talk.create(read_only=True)  # wrong
talk.Talk.attach(mode=0o640)  # wrong
talk.Talk.attach(read_onyl=True)  # wrong
talk.Talk.open_or_create(timout=1)  # wrong
print(feed.tiks)  # wrong
feed.clsoe()  # wrong
feed.trades = feed.ticks  # wrong
shm_runtime.Segment.create("posix:/x", 64, moed=1)  # wrong
print(shm_runtime.NotFond)  # wrong

# Queues.

feed.ticks.put(talk.Trade())  # wrong
feed.ticks.put(5)  # wrong
feed.ticks.put(talk.Tick(), timeot=1)  # wrong
feed.ticks.putt(talk.Tick())  # wrong
wrong_item: str = feed.ticks.get().number  # wrong
print(feed.ticks.get().nummber)  # wrong
feed.ticks.get_many("5")  # wrong
wrong_many: str = feed.ticks.get_many(5)  # wrong
feed.ticks.put_many(5)  # wrong
feed.ticks.put_many([trade])  # wrong

# Cells.

feed.last.store(talk.Tick())  # wrong
feed.last.stroe(trade)  # wrong
feed.last.store(5)  # wrong
print(feed.last.load().nummber)  # wrong
wrong_value: str = feed.last.load()  # wrong
wrong_pair: talk.Trade = feed.last.load_versioned()  # wrong
feed.last.wait_newer("5")  # wrong
feed.last.wait_newer(5, timeot=1)  # wrong
feed.last[0].load()  # wrong
feed.each.load()  # wrong
feed.each[0].store(trade)  # wrong
feed.each["0"].load()  # wrong
print(feed.each[0].load().nummber)  # wrong
wrong_all: str = feed.each.load_all()  # wrong


async def awaited() -> None:
    """What is awaited."""
    print((await feed.ticks.get_async()).nummber)  # wrong
    await feed.ticks.get_async(timeot=1)  # wrong
    async for tick in feed.ticks:
        print(tick.nummber)  # wrong
