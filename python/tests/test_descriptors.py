"""A program without standard streams: no descriptor takes their place, where a warning would overwrite it."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import textwrap

PROGRAM = """
    import os, pathlib, socket, sys
    import shm_runtime, talk

    here, there = socket.socketpair()
    name, said = sys.argv[1:]
    for number in range(3):
        os.close(number)
    created = shm_runtime.Segment.create("posix:" + name, 4096)
    memory = talk.Talk.create("memfd:")
    descriptor = memory.descriptor()
    shm_runtime.send_descriptor(here, descriptor)
    received = shm_runtime.receive_descriptor(there)
    theirs = shm_runtime.open_shared_memory(os.environ["SHM_RUNTIME_PREFIX"] + name)
    low = [os.readlink(f"/proc/self/fd/{n}") for n in range(3) if os.path.exists(f"/proc/self/fd/{n}")]
    created.unlink()
    theirs.close()
    pathlib.Path(said).write_text(f"{low} {descriptor > 2} {received > 2} {os.get_inheritable(received)}")
"""


def test_no_descriptor_takes_the_place_of_a_standard_stream(tmp_path: pathlib.Path) -> None:
    said = tmp_path / "said"
    program = textwrap.dedent(PROGRAM)
    subprocess.run([sys.executable, "-c", program, f"low.{tmp_path.name}", said], check=True)
    assert said.read_text() == "[] True True False"
