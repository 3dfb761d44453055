"""Handles that travel: pickled, they attach where they arrive."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
from typing import Any

import pytest
import talk

import shm_runtime
from shm_runtime import Segment


def _child(feed: talk.Talk, scratch: Segment) -> None:
    """What a child does with the handles that it was given."""
    assert not any(name.endswith("pk-nothing") for name in os.listdir("/dev/shm"))
    trade = feed.trades.get(timeout=30)
    scratch.buf[:5] = b"hello"
    feed.ticks.put(talk.Tick(number=trade.number + 1))
    feed.close()


def _kept(segment: Segment, text: bytes) -> bool:
    return bytes(segment.buf[: len(text)]) == text


@pytest.mark.parametrize("way", ["spawn", "forkserver"])
@pytest.mark.parametrize("kind", ["posix", "memfd"])
def test_handles_go_to_children(way: str, kind: str, address: str) -> None:
    places = (address, f"{address}-bytes") if kind == "posix" else ("memfd:", "memfd:")
    before = len(os.listdir("/proc/self/fd"))
    with talk.Talk.create(places[0]) as feed, Segment.create(places[1], 64) as scratch:
        feed.trades.put(talk.Trade(number=6))
        child = multiprocessing.get_context(way).Process(target=_child, args=(feed, scratch))  # type: ignore[attr-defined]
        child.start()
        child.join(120)
        assert child.exitcode == 0
        assert feed.ticks.get(timeout=30).number == 7
        assert _kept(scratch, b"hello")
        if kind == "posix":
            feed.unlink()
            scratch.unlink()
    del child
    assert len(os.listdir("/proc/self/fd")) <= before + 6, "but for what multiprocessing keeps"


def test_a_handle_goes_with_its_options(either: str) -> None:
    with Segment.create(either, 64) as whole, Segment.attach_read_only(either) as looker:
        again = pickle.loads(pickle.dumps(looker))
        assert again.read_only and again.address == looker.address and bytes(again.buf) == bytes(64)
        again.close()
        with pickle.loads(pickle.dumps(whole)) as other:
            other.buf[0] = 7
        assert whole.buf[0] == 7
        whole.unlink()


def test_a_copy_is_an_attachment_of_its_own(address: str) -> None:
    with talk.Talk.create(address) as feed:
        for other in (copy.copy(feed), copy.deepcopy(feed), pickle.loads(pickle.dumps(feed))):
            assert type(other) is talk.Talk and other.address == feed.address
            feed.trades.put(talk.Trade(number=1))
            assert other.trades.get(timeout=30).number == 1
            other.close()
        feed.unlink()


def test_a_memfd_goes_to_whoever_fetches_it() -> None:
    with Segment.create("memfd:", 64) as whole:
        whole.buf[0] = 5
        with pickle.loads(pickle.dumps(whole)) as other:
            assert other.buf[0] == 5


def test_a_queue_does_not_go_and_says_what_does(address: str) -> None:
    with talk.Talk.create(address) as feed:
        for use in (pickle.dumps, copy.copy, copy.deepcopy):
            made: Any = use
            with pytest.raises(
                TypeError, match=r"trades .*cannot be pickled.*hand the segment over.*\.trades"
            ):
                made(feed.trades)
        feed.unlink()


def test_a_closed_handle_does_not_go(address: str) -> None:
    feed = talk.Talk.create(address)
    scratch = Segment.create("memfd:", 64)
    feed.unlink()
    feed.close()
    scratch.close()
    for handle in (feed, scratch):
        with pytest.raises(shm_runtime.Invalid, match=r"cannot pickle .*: it is closed"):
            pickle.dumps(handle)


def test_a_handle_of_a_segment_that_is_gone_arrives_as_an_error(address: str) -> None:
    with talk.Talk.create(address) as feed:
        sent = pickle.dumps(feed)
        feed.unlink()
    with pytest.raises(shm_runtime.NotFound):
        pickle.loads(sent)


@pytest.mark.skipif(os.getuid() != 0, reason="root gives segments away")
def test_who_gave_a_segment_away_attaches_to_it_elsewhere_too(address: str) -> None:
    with Segment.create(address, 64, uid=65534) as whole:
        with pickle.loads(pickle.dumps(whole)) as other:
            assert other.size == 64
        whole.unlink()
