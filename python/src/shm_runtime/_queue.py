"""Queues, in the words of :mod:`queue`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ._attachment import Attachment
from ._object import Puts, Takes

if TYPE_CHECKING:
    from ctypes import _CData

_Item = TypeVar("_Item", bound="_CData")


@dataclass(frozen=True)
class QueueStat:
    """The numbers of a queue."""

    #: Messages that wait.
    depth: int
    #: Messages that were ever put in, and taken out.
    put: int
    got: int
    #: How often a put found no room.
    full: int
    #: Messages that came a second time after a consumer died.
    redelivered: int
    #: The greatest depth that was noticed: sampled, not exact.
    high_water: int
    #: Messages that were committed and given up; this kind of queue gives none up.
    dropped: int = 0
    #: How many processes sleep until there is a message, or room.
    waiters: int = 0


class Queue(Puts[_Item], Takes[_Item]):
    """A queue of structs from one producer to one consumer, in any two processes.

    The first put makes the caller's process the producer, the first get makes it the consumer; both
    roles are given up by the segment's ``close``. Methods may be called from any thread.
    """

    def __init__(
        self, attachment: Attachment, index: int, name: str, item: type[_Item], capacity: int
    ) -> None:
        super().__init__(attachment, index, name, item)
        #: Messages that always fit.
        self.capacity = capacity

    def qsize(self) -> int:
        """Messages that wait now; another process may change it at any time."""
        return self._look.number(b"depth")

    def empty(self) -> bool:
        """Whether no message waits now."""
        return self.qsize() == 0

    def full(self) -> bool:
        """Whether at least :attr:`capacity` messages wait now."""
        return self.qsize() >= self.capacity

    def redelivered(self) -> int:
        """How many of the next messages a consumer that died may have seen already."""
        return self._taker.number(b"redelivered")

    def stat(self) -> QueueStat:
        """The numbers of the queue."""
        numbers = self.facts()["numbers"]
        numbers["put"], numbers["got"] = numbers.pop("in"), numbers.pop("out")
        return QueueStat(**{name: numbers[name] for name in QueueStat.__dataclass_fields__})
