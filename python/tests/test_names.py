"""Names as programs know them, and what is no CPython."""

from __future__ import annotations

import os
import pathlib
import pickle
import subprocess
import sys
import traceback

import pytest
import shm_types
import talk

import shm_runtime


def _run(script: str, **more: str) -> str:
    environment = {**os.environ, **more}
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else done.stdout


def test_errors_print_under_the_names_that_programs_know() -> None:
    with pytest.raises(shm_runtime.NotFound) as found:
        talk.Talk.attach("posix:/not-there")
    said = "".join(traceback.format_exception_only(found.type, found.value))
    assert said.startswith("shm_runtime.NotFound: ")
    with pytest.raises(shm_types.OutOfRange) as outside:
        talk.Trade(number=-1)
    assert traceback.format_exception_only(outside.type, outside.value)[0].startswith(
        "shm_types.OutOfRange: "
    )


@pytest.mark.parametrize("name", sorted(shm_runtime.__all__))
def test_every_public_name_says_where_it_is(name: str) -> None:
    thing = getattr(shm_runtime, name)
    assert thing.__module__ in ("shm_runtime", "shm_types") and pickle.loads(pickle.dumps(thing)) is thing


@pytest.mark.parametrize("first", ["import talk, shm_runtime", "import shm_runtime, talk"])
@pytest.mark.parametrize("when", ["", "shm_runtime.OutOfRange;"])
def test_out_of_range_is_one_class_whichever_is_imported_first(first: str, when: str) -> None:
    one, two = first.replace("import ", "").split(", ")
    script = (
        f"import {one}\n"
        + (when if one == "shm_runtime" else "")
        + f"\nimport {two}, shm_runtime, shm_types\nfrom shm_runtime import OutOfRange\n"
        "assert OutOfRange is shm_types.OutOfRange is shm_runtime.OutOfRange\n"
        "try:\n    talk.Trade(number=-1)\nexcept OutOfRange as reason:\n    print(type(reason).__module__)\n"
        "import pickle; assert pickle.loads(pickle.dumps(OutOfRange)) is OutOfRange\n"
    )
    assert _run(script) == "shm_types\n"


def test_a_package_of_modules_has_the_same_class(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "gen"
    folder.mkdir()
    for file in ("talk.py", "shm_types.py"):
        (folder / file).write_text((pathlib.Path(talk.__file__).parent / file).read_text())
    script = (
        "import gen.talk, talk, shm_types, gen.shm_types, shm_runtime\n"
        "assert shm_types.OutOfRange is gen.shm_types.OutOfRange is shm_runtime.OutOfRange\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]])
    assert _run(script, PYTHONPATH=path) == ""


def test_what_is_not_cpython_is_told_so() -> None:
    script = "import sys\nsys.implementation.name = 'pypy'\nimport shm_runtime\n"
    assert (
        _run(script).splitlines()[-1].startswith("ImportError: shm_runtime needs CPython, and this is pypy")
    )
