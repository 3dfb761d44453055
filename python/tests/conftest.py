"""Generates the modules that the tests import, and gives each test addresses of its own.

The command and the native library are named by ``SHMGEN`` and ``SHM_RUNTIME_LIBRARY``; nothing is
skipped where they are not.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import pytest

_HERE = pathlib.Path(__file__).parent
_SCHEMAS = (
    _HERE / "talk.toml",
    _HERE / "pipes_of_tests.toml",
    *(_HERE.parents[1] / f"tests/schemas/{name}.toml" for name in ("everything", "constructs", "backends")),
)


def _needed(name: str) -> str:
    value = os.environ.get(name, "")
    if not pathlib.Path(value).is_file():
        raise pytest.UsageError(
            f"{name} must name the built file, and is {value!r}: build with `cargo build -p shmgen-cli "
            "-p shm-capi`, then SHMGEN=target/debug/shmgen SHM_RUNTIME_LIBRARY=target/debug/libshm_capi.so"
        )
    return value


def _generate() -> str:
    _needed("SHM_RUNTIME_LIBRARY")
    folder = tempfile.mkdtemp(prefix="shm_runtime_tests")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for schema in _SCHEMAS:
        command = [_needed("SHMGEN"), "gen", str(schema), "--lang", "python", "--out", folder]
        subprocess.run(command, check=True, stderr=subprocess.PIPE)
    return folder


# At import, so that the tests can import what is generated.
_generated = _generate()
_package = str(_HERE.parent / "src")
sys.path[:0] = [_generated, _package]
os.environ["PYTHONPATH"] = os.pathsep.join([_generated, _package, str(_HERE)])
os.environ["SHM_RUNTIME_PREFIX"] = f"pytest.{os.getpid()}."

from players import Player  # noqa: E402

import shm_runtime  # noqa: E402


def _said_once(self: shm_runtime.Error, *args: object) -> None:
    """Makes an error as ever, and fails where its text has a part, between colons, that comes twice."""
    super(shm_runtime.Error, self).__init__(*args)
    parts = [part.strip().lower() for part in re.split("[:\n]", str(args[0]) if args else "")]
    for i, part in enumerate(parts):
        others = parts[:i] + parts[i + 1 :]
        if len(part) > 12 and not part.startswith(("/", "0x")) and any(part in other for other in others):
            raise AssertionError(f"`{part}` is said twice: {args[0]}")


shm_runtime.Error.__init__ = _said_once  # type: ignore[assignment]

_numbers = itertools.count()


def _addresses(kind: str) -> Iterator[str]:
    number = next(_numbers)
    if kind == "posix":
        address = f"posix:/{number}"
    elif kind == "sysv-file":
        address = f"sysv-file:{_generated}/{number}.id"
    else:
        address = f"sysv:{0x6000_0000 | (os.getpid() & 0xF_FFFF) << 8 | number & 0xFF:#x}"
    yield address
    with contextlib.suppress(FileNotFoundError):
        shm_runtime.remove(address)


@pytest.fixture
def address() -> Iterator[str]:
    """A POSIX address that nobody else has; what is there afterwards is removed."""
    yield from _addresses("posix")


@pytest.fixture(params=["posix", "sysv", "sysv-file"])
def either(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address of each kind in turn."""
    yield from _addresses(request.param)


@pytest.fixture
def players() -> Iterator[type[Player]]:
    """Starts processes, which are killed if they are still there at the end."""
    yield Player
    Player.end_all()


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    yield
    left = [name for name in os.listdir("/dev/shm") if name.startswith(os.environ["SHM_RUNTIME_PREFIX"])]
    for name in left:
        os.unlink(f"/dev/shm/{name}")
    assert not left
