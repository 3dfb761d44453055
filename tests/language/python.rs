//! Python: the package's own tests, its types, and what every Python that is
//! found here makes of it.

use shmgen_test_support::tools;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;
use tools::{OTHER_PYTHONS, built, other_python, python, python_with, root, run, scratch};

/// A folder with the module of the tests' schema. Those of the other schemas
/// are looked at in `generator/compiled.rs`.
fn generated(folder: &str) -> PathBuf {
    let out = scratch(folder);
    let schemas = [
        "python/tests/talk.toml",
        "python/tests/pipes_of_tests.toml",
        "tests/schemas/everything.toml",
        "tests/schemas/constructs.toml",
        "tests/schemas/backends.toml",
    ];
    for schema in schemas {
        let schema = root().join(schema);
        run(tools::shmgen().arg("gen").arg(schema).args(["--lang", "python", "--out"]).arg(&out));
    }
    out
}

/// Every Python that is found, with what it is to be called.
fn pythons() -> Vec<(String, PathBuf)> {
    let mut found = vec![("the environment's".to_owned(), python().to_owned())];
    for version in OTHER_PYTHONS {
        found.extend(other_python(version).map(|path| (version.to_owned(), path)));
    }
    found
}

/// A Python that takes every warning for an error.
fn strictly(program: &Path, modules: &Path, script: &str) -> Command {
    let mut command = Command::new(program);
    tools::with_package(&mut command, modules);
    command.env("SHM_RUNTIME_PREFIX", format!("python.rs.{}.", std::process::id()));
    command.args(["-W", "error", "-c", script]);
    command
}

#[test]
fn the_packages_own_tests_pass() {
    let out = scratch("python-tests");
    let tests = root().join("python/tests");
    let mut pytest = python_with(&out);
    pytest.env("SHMGEN", &built().shmgen).current_dir(root().join("python"));
    run(pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).arg(tests));
}

#[test]
fn the_packages_tests_fail_where_nothing_is_built() {
    for missing in ["SHMGEN", "SHM_RUNTIME_LIBRARY"] {
        let out = scratch(&format!("python-without-{missing}"));
        let mut pytest = python_with(&out);
        pytest.env("SHMGEN", &built().shmgen).env_remove(missing);
        pytest.current_dir(root().join("python"));
        let output =
            pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).output().unwrap();
        let said =
            String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success(), "{said}");
        assert!(said.contains(missing) && said.contains("cargo build"), "{said}");
    }
}

#[test]
fn the_package_its_tests_and_what_they_generate_pass_mypy_in_strict_mode() {
    let out = generated("python-mypy");
    let package = root().join("python/src/shm_runtime");
    let tests = root().join("python/tests");
    let mut mypy = python_with(&out);
    let search =
        [out.as_path(), &root().join("python/src"), &tests].map(|p| p.display().to_string());
    mypy.env("MYPYPATH", search.join(":"));
    mypy.args(["-m", "mypy", "--strict", "--cache-dir"]).arg(out.join("cache")).arg(package);
    mypy.args(["talk.py", "everything.py", "constructs.py"].map(|name| out.join(name)));
    let files = std::fs::read_dir(tests).unwrap().map(|e| e.unwrap().path());
    mypy.args(files.filter(|p| p.extension().is_some_and(|e| e == "py")));
    run(&mut mypy);
}

/// pyright in its default mode, which finds what the folder and the package have.
fn pyright(folder: &Path) -> Command {
    let of = |folder: &Path| {
        let mut pyright = python_with(folder);
        pyright.env("PYRIGHT_PYTHON_CACHE_DIR", tools::target().join("pyright"));
        pyright.env("PYRIGHT_PYTHON_IGNORE_WARNINGS", "1").current_dir(folder);
        pyright.args(["-m", "pyright"]);
        pyright
    };
    // It comes by npm when it is first run: once, while the other tests wait.
    static FETCHED: Once = Once::new();
    FETCHED.call_once(|| drop(run(of(folder).arg("--version"))));
    let mut pyright = of(folder);
    pyright.arg("--pythonpath").arg(python());
    pyright
}

#[test]
fn the_package_and_what_is_generated_pass_pyright_in_its_default_mode() {
    let out = generated("python-pyright");
    let mut modules: Vec<PathBuf> =
        std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().path()).collect();
    modules.retain(|path| path.extension().is_some_and(|e| e == "py"));
    run(pyright(&out).args(modules).arg(root().join("python/src/shm_runtime")));
}

/// The lines of a file that a type checker complains of.
fn refused(mut checker: Command, file: &Path) -> (BTreeSet<usize>, String) {
    let output = checker.arg(file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    let place = format!("{}:", file.file_name().unwrap().to_string_lossy());
    let lines = said.lines().filter(|l| l.contains("error")).filter_map(|l| {
        let (_, rest) = l.split_once(&place)?;
        rest.split(':').next()?.parse().ok()
    });
    (lines.collect(), said.into_owned())
}

#[test]
fn each_mistake_is_found_by_mypy_and_by_pyright() {
    let out = generated("python-mistakes");
    let text = include_str!("mistakes.py");
    let file = out.join("mistakes.py");
    std::fs::write(&file, text).unwrap();
    let wrong = text.lines().enumerate().filter(|(_, l)| l.ends_with("# wrong"));
    let wrong: BTreeSet<usize> = wrong.map(|(i, _)| i + 1).collect();
    assert!(wrong.len() > 30);
    let mut mypy = python_with(&out);
    mypy.env("MYPYPATH", format!("{}:{}", out.display(), root().join("python/src").display()));
    mypy.args(["-m", "mypy", "--strict", "--cache-dir"]).arg(out.join("cache"));
    for (name, checker) in [("mypy", mypy), ("pyright", pyright(&out))] {
        let (found, said) = refused(checker, &file);
        let line = |i: &usize| text.lines().nth(i - 1).unwrap_or_default();
        let missed: Vec<&str> = wrong.difference(&found).map(line).collect();
        let more: Vec<&str> = found.difference(&wrong).map(line).collect();
        assert!(missed.is_empty() && more.is_empty(), "{name}: {missed:#?} {more:#?}\n{said}");
    }
}

#[test]
fn every_python_puts_and_gets() {
    let out = generated("python-talk");
    let script = r#"
import asyncio, queue, shm_runtime, talk
address = "posix:/every"
with talk.Talk.create(address) as one, talk.Talk.attach(address) as two:
    trade = talk.Trade(number=7, price=0.5, side=talk.Side.SELL, symbol="ABC", levels=[[1, 2, 3], [4, 5, 6]])
    one.trades.put(trade)
    assert two.trades.get(timeout=5) == trade
    assert eval(repr(trade), vars(talk)) == trade
    assert one.ticks.put_many([talk.Tick(number=n) for n in range(5)]) == 5
    assert len(two.ticks.get_many(2)) == 2 # an array or a list
    assert [two.ticks.get().number for _ in range(3)] == [2, 3, 4]
    try:
        two.ticks.get(timeout=0.01)
    except queue.Empty as reason:
        assert isinstance(reason, shm_runtime.Empty)
    else:
        raise AssertionError("it should be empty")
    assert repr(talk.Side(9)) == "Side(9)" and str(talk.Side.BUY) == "Side.BUY"
    assert f"{talk.Side.BUY:d}" == "1"
    one.last.store(trade)
    assert two.last.load() == trade and two.last.wait_newer(0) == (trade, 1)
    one.each[2].store(talk.Tick(number=3))
    assert len(two.each.load_all()) == len(two.each) == 3 # an array or a list
    assert [cell.load().number for cell in two.each] == [0, 0, 3]
    async def awaited():
        one.ticks.put(talk.Tick(number=5))
        first = await two.ticks.get_async(timeout=5)
        one.ticks.put(talk.Tick(number=6))
        one.unlink()
        return [first.number] + [tick.number async for tick in two.ticks]
    assert asyncio.run(awaited()) == [5, 6]
"#;
    for (what, program) in pythons() {
        println!("Python {what}");
        run(&mut strictly(&program, &out, script));
    }
}

#[test]
fn every_python_has_bare_segments_and_opens_shared_memory_untracked() {
    let out = scratch("python-bare");
    let script = r#"
import os, subprocess, sys
from multiprocessing import shared_memory
import shm_runtime
from shm_runtime import Segment, open_shared_memory
name = os.environ["SHM_RUNTIME_PREFIX"] + "bare"
if sys.argv[1:]:
    other = open_shared_memory(name)
    assert isinstance(other, shared_memory.SharedMemory) and other.name == name
    other.buf[1] = 2
    sys.exit() # without a close
for address in ("posix:/bare", f"sysv:{0x50000000 | os.getpid():#x}"):
    with Segment.create(address, 5000) as one, Segment.attach_read_only(address) as two:
        one.buf[0] = 1
        assert two.buf[0] == 1 and two.stat()["size"] == 5000
        view = one.buf[10:30]
        try:
            one.close()
        except shm_runtime.ViewsExist as reason:
            assert isinstance(reason, BufferError) and "`view` of module __main__" in str(reason), reason
        else:
            raise AssertionError("it was closed under a view")
        view[0] = 3
        del view
        if address.startswith("posix"):
            command = [sys.executable, "-W", "error", __file__, "open"]
            done = subprocess.run(command, stderr=subprocess.PIPE, check=True)
            assert not done.stderr, done.stderr
            assert one.buf[1] == 2 and os.path.exists(f"/dev/shm/{name}"), "it was tracked"
            theirs = open_shared_memory(name)
            assert theirs.buf[10] == 3
            theirs.unlink()
            theirs.close()
        else:
            one.unlink()
    try:
        Segment.attach(address)
    except FileNotFoundError:
        pass
    else:
        raise AssertionError("it should be gone")
theirs = shared_memory.SharedMemory(name=name, create=True, size=100)
with Segment.attach("posix:/bare") as ours:
    ours.buf[7] = 7
    assert theirs.buf[7] == 7
theirs.close()
theirs.unlink()
"#;
    let file = out.join("bare.py");
    std::fs::write(&file, script).unwrap();
    for (what, program) in pythons() {
        println!("Python {what}");
        let mut command = Command::new(program);
        tools::with_package(&mut command, &out);
        command.env("SHM_RUNTIME_PREFIX", format!("python.rs.bare.{}.", std::process::id()));
        let done = run(command.args(["-W", "error"]).arg(&file));
        assert_eq!(String::from_utf8_lossy(&done.stderr), "", "{what}");
    }
}

/// From 3.13 on, the standard library can open a segment without removing it.
#[test]
fn the_standard_librarys_shared_memory_opens_our_segments() {
    let out = generated("python-shared-memory");
    let script = r#"
import os, talk
from multiprocessing.shared_memory import SharedMemory
with talk.Talk.create("posix:/theirs") as talking:
    name = os.environ["SHM_RUNTIME_PREFIX"] + "theirs"
    other = SharedMemory(name=name, track=False)
    assert other.size == talking.stat()["size"]
    assert bytes(other.buf[:8]) != bytes(8)
    other.close()
    talk.Talk.attach("posix:/theirs").close()
    talking.unlink()
"#;
    // Where it is not found, the list of missing tools says so.
    if let Some(program) = other_python("3.13") {
        run(&mut strictly(&program, &out, script));
    }
}
