"""The tracking store on machines where things go wrong, with real databases of SQLite."""

import multiprocessing
import os
import resource
import shutil
import sqlite3
import time
import warnings
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer

import pytest
from shared_once import made_once

from autoencoders.tracking import store
from autoencoders.tracking.store import connect, diagnose, join

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow and its database warn of themselves
RUN = "INSERT INTO runs (run_uuid, status, lifecycle_stage, experiment_id) VALUES ('a', 'RUNNING', 'active', 0)"


def uri_of(file: Path) -> str:
    return f"sqlite:///{file}"


def starting(file: Path) -> multiprocessing.Process:
    """Start a process that connects to a database; MLflow is imported here, once for all of them."""
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401

    process = multiprocessing.get_context("fork").Process(target=connect, args=(uri_of(file),))
    process.start()
    return process


def started_at_once(folder: Path) -> None:
    """Let two processes make one database, and write down how they ended."""
    folder.mkdir()
    (folder / "mlflow.db-journal").write_bytes(b"of an earlier database")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        two = [starting(folder / "mlflow.db") for _ in range(2)]
        for process in two:
            process.join(100)
    (folder / "codes").write_text(" ".join(str(process.exitcode) for process in two))


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """Return a folder with a database that two processes made; for reading only, since workers share it."""
    return made_once(tmp_path_factory, "store", started_at_once)


@pytest.fixture
def quick(made, monkeypatch) -> None:
    """Let a new database be a copy: to make one takes seconds."""
    monkeypatch.setattr(store, "_make", lambda file: shutil.copy(made / "mlflow.db", file))


@pytest.fixture
def file(made, tmp_path, quick) -> Path:
    """Return a whole database of one's own, long without a change."""
    file = Path(shutil.copy(made / "mlflow.db", tmp_path / "mlflow.db"))
    os.utime(file, (1, 1))
    return file


def execute(file: Path, *commands: str) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        for command in commands:
            database.execute(command)
    os.utime(file, (1, 1))


def write_pages(file: Path, content: bytes, first: int = 30) -> None:
    with file.open("r+b") as opened:
        opened.seek(4096 * first)
        opened.write(content)


def set_aside(file: Path) -> list[Path]:
    return sorted(file.parent.glob("mlflow.db.damaged-*"))


def is_tracked(file: Path) -> bool:
    """Tell whether a run that starts now is tracked."""
    client = connect(uri_of(file))
    return client.get_run(client.create_run("0").info.run_id).info.status == "RUNNING"


def failure(file: Path, attempt) -> str:
    """Return what is said of an attempt that must fail."""
    with pytest.raises(Exception) as caught:
        attempt()
    return "{}; {}".format(*diagnose(caught.value, uri_of(file)))


@contextmanager
def read_only(*paths: Path):
    """Take from this process the right to write; root, who may anything, becomes nobody meanwhile."""
    user = os.geteuid()
    modes = [path.stat().st_mode for path in paths]
    for path in paths:
        path.chmod(0o555)
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        for path, mode in zip(paths, modes, strict=True):
            path.chmod(mode)


def test_two_processes_that_start_at_once_both_get_one_whole_database(made):
    assert (made / "codes").read_text() == "0 0"
    assert {path.name for path in made.iterdir()} == {"codes", "mlflow.db", "mlflow.db.lock"}
    with closing(sqlite3.connect(made / "mlflow.db")) as database:
        assert database.execute("SELECT name FROM experiments").fetchall() == [("Default",)]


def test_a_kill_while_it_is_made_leaves_none_and_the_next_start_sweeps(made, tmp_path, monkeypatch):
    file, earlier = tmp_path / "mlflow.db", set()
    for size in (0, 100_000, 300_000):
        process, ended = starting(file), time.time() + 60
        while not (left := set(tmp_path.glob(".mlflow.db.*.tmp")) - earlier) or min(left).stat().st_size < size:
            assert time.time() < ended and process.exitcode is None
            time.sleep(0.01)
        process.kill()
        process.join()
        assert not file.exists()
        assert not any(path.exists() for path in earlier)
        earlier = left
    (tmp_path / f"{min(left).name}-journal").touch()
    (tmp_path / ".mlflow.db.mine.tmp").touch()
    monkeypatch.setattr(store, "_make", lambda file: shutil.copy(made / "mlflow.db", file))
    assert is_tracked(file)
    assert {path.name for path in tmp_path.iterdir()} == {"mlflow.db", "mlflow.db.lock", ".mlflow.db.mine.tmp"}


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda file: file.write_bytes(b"no database" * 1000), "is damaged (file is not a database)"),
        (lambda file: file.write_bytes(b"short"), "is damaged (file is not a database)"),
        (lambda file: os.truncate(file, 200_000), "is damaged (database disk image is malformed)"),
        (lambda file: write_pages(file, b"\xff" * 4096 * 5), "is damaged ("),
        (lambda file: execute(file, "DROP TABLE spans", "DELETE FROM alembic_version"), "is only half made"),
        (lambda file: execute(file, "UPDATE alembic_version SET version_num = 'a'"), "is only half made"),
    ],
    ids=["text", "short", "truncated", "pages", "no version", "other version without runs"],
)
def test_a_database_of_no_use_is_set_aside_and_the_run_goes_on_with_a_new_one(file, damage, words, caplog):
    damage(file)
    before = file.read_bytes()
    assert is_tracked(file)
    (aside,) = set_aside(file)
    assert aside.read_bytes() == before
    (said,) = [record.getMessage() for record in caplog.records if record.name == store.__name__]
    assert f"{file} {words}" in said and aside.name in said and "results in data/ are unharmed" in said
    assert is_tracked(file) and len(set_aside(file)) == 1


def test_what_is_beside_a_damaged_database_goes_with_it(file):
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA journal_mode = wal")
        other.execute(RUN)
        other.commit()
        write_pages(file, b"\xff" * 4096 * 5)
        connect(uri_of(file))
        aside, *beside = set_aside(file)
        assert [path.name.removeprefix(aside.name) for path in beside] == ["-shm", "-wal"]
    assert is_tracked(file)


def test_an_empty_file_becomes_a_database_without_a_word(file, caplog):
    file.write_bytes(b"")
    assert is_tracked(file)
    assert not set_aside(file) and not caplog.records


def test_a_whole_database_is_left_as_it_is(file, caplog):
    before = file.read_bytes()
    connect(uri_of(file))
    assert file.read_bytes() == before and not caplog.records


def test_a_database_that_another_program_is_making_is_waited_for(file, monkeypatch):
    monkeypatch.setattr(store, "SETTLED", 60)  # importing MLflow takes long on a busy machine
    with closing(sqlite3.connect(file)) as database:
        (head,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    execute(file, "UPDATE alembic_version SET version_num = 'a'")
    os.utime(file)
    maker = Timer(0.3, execute, [file, f"UPDATE alembic_version SET version_num = '{head}'"])
    maker.start()
    connect(uri_of(file))
    maker.join()
    assert not set_aside(file)


def test_runs_of_another_version_of_mlflow_are_kept_and_the_upgrade_is_named(file):
    execute(file, RUN, "UPDATE alembic_version SET version_num = 'a'")
    before = file.read_bytes()
    said = failure(file, lambda: connect(uri_of(file)))
    assert "holds runs of another version of MLflow" in said and f"`mlflow db upgrade sqlite:///{file}`" in said
    assert file.read_bytes() == before and not set_aside(file)


def test_a_database_of_another_program_is_left_alone(file):
    file.unlink()
    execute(file, "CREATE TABLE theirs (a)")
    assert "belongs to another program; set MLFLOW_TRACKING_URI" in failure(file, lambda: connect(uri_of(file)))
    assert not set_aside(file)


def test_damage_that_shows_in_the_middle_of_a_run_is_set_aside_at_the_next_start(file, monkeypatch):
    monkeypatch.setattr(store, "READ_THROUGH", 0)  # as for a database too large to be read through
    with closing(sqlite3.connect(file)) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'params'").fetchone()
    write_pages(file, b"\xff" * 4096, page - 1)
    client = connect(uri_of(file))
    run = client.create_run("0").info.run_id
    said = failure(file, lambda: client.log_param(run, "a", 1))
    assert f"{file} is damaged (database disk image is malformed); just start it" in said
    assert not set_aside(file)
    assert is_tracked(file)
    assert len(set_aside(file)) == 1 and not list(file.parent.glob("*.suspect"))


def test_a_mark_on_a_database_that_proves_whole_is_taken_away(file):
    diagnose(sqlite_error("corrupt"), uri_of(file))
    assert file.with_name("mlflow.db.suspect").exists()
    connect(uri_of(file))
    assert not set_aside(file) and not file.with_name("mlflow.db.suspect").exists()


def sqlite_error(kind: str) -> sqlite3.Error:
    """Return an error as SQLite raises it."""
    with closing(sqlite3.connect(":memory:")) as database, pytest.raises(sqlite3.Error) as caught:
        if kind == "corrupt":
            database.deserialize(b"no database" * 1000)
            database.execute("SELECT * FROM sqlite_master")
        database.execute("PRAGMA max_page_count = 1")
        database.execute("CREATE TABLE a (b)")
    return caught.value


def test_a_locked_database_is_said_to_be_locked(file, monkeypatch):
    monkeypatch.setattr(store, "LOCK_TIMEOUT", 0.1)
    with closing(sqlite3.connect(file)) as other:
        for kind in ("IMMEDIATE", "EXCLUSIVE"):
            other.execute(f"BEGIN {kind}")
            said = failure(file, lambda: connect(uri_of(file)))
            assert said == f"{file} is locked by another program; let that program finish or close it"
            other.rollback()
    assert is_tracked(file)


def test_a_start_that_another_one_keeps_waiting_is_said_to_be_locked_out(file, monkeypatch):
    from filelock import FileLock

    monkeypatch.setattr(store, "MAKING_TIMEOUT", 0.1)
    with FileLock(f"{file}.lock"):
        assert "is locked by another program" in failure(file, lambda: connect(uri_of(file)))


@pytest.mark.parametrize("taken", ["mlflow.db", "", "all"])
def test_what_is_read_only_is_said_to_be_so(made, quick, taken):
    with TemporaryDirectory() as folder:  # not in tmp_path, which nobody could not even enter
        file = Path(folder, "mlflow.db")
        if taken != "all":
            for path in (file, file.with_name("mlflow.db.lock")):
                shutil.copyfile(made / path.name, path)
                path.chmod(0o666)
        os.chmod(folder, 0o777)
        with read_only(file if taken == "mlflow.db" else Path(folder)):
            said = failure(file, lambda: connect(uri_of(file)))
        assert f"{file} or its folder is read-only; make both and mlartifacts/ writable or set" in said
        assert is_tracked(file)


def test_a_folder_in_place_of_the_database_is_said_to_be_one(file):
    file.unlink()
    file.mkdir()
    said = failure(file, lambda: connect(uri_of(file)))
    assert f"{file} is a folder, not a database; move it away" in said
    file.rmdir()
    assert is_tracked(file)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_database_deleted_or_replaced_during_a_run_is_said_to_be_so(file, replaced):
    client = connect(uri_of(file))
    run = client.create_run("0").info.run_id
    file.unlink()
    if replaced:
        connect(uri_of(file))
    words = f"{file} was deleted or replaced while the run was under way; just start it: there is a new one"
    assert failure(file, lambda: client.log_param(run, "a", 1)) == words
    assert is_tracked(file)


def test_a_worker_neither_makes_nor_sets_aside(file):
    file.write_bytes(b"no database" * 1000)
    assert "is damaged" in failure(file, lambda: join(uri_of(file)))
    file.unlink()
    assert "was deleted" in failure(file, lambda: join(uri_of(file)))
    assert not file.exists() and not set_aside(file)


def test_a_full_disk_leaves_nothing_half_made(tmp_path):
    file = tmp_path / "mlflow.db"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        said = failure(file, lambda: connect(uri_of(file)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "check the disk and its free space" in said
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow.db.lock"]


def test_a_full_disk_is_said_to_be_full(file):
    assert f"the disk is full, and {file} cannot grow; free some space" in failure_of(sqlite_error("full"), file)
    full = OSError(28, "No space left on device", "/mlartifacts/a.png")
    assert failure_of(full, file) == "the disk is full, and /mlartifacts/a.png cannot grow; free some space"


def failure_of(error: Exception, file: Path) -> str:
    return "{}; {}".format(*diagnose(error, uri_of(file)))


def test_of_a_server_it_is_said_that_it_must_answer():
    cause, way_out = diagnose(ConnectionError("no answer.\nat all"), "http://127.0.0.1:1")
    assert (cause, way_out) == ("no answer", "see that the server at MLFLOW_TRACKING_URI answers")
