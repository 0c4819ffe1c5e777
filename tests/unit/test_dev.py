"""What `make` says and does when something is in the way."""

import json
import os
import socket
import sys

import pytest

from scripts import dev


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])  # noqa: S104  what others may do
def test_port__busy__is_told_with_the_way_out(monkeypatch, address):
    with socket.create_server((address, 0)) as busy:
        port = busy.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(dev.Failure, match=rf"^Port {port} is busy.*make run PORT={port + 1}$"):
            dev._chosen_port()


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1"])
def test_port__that_is_none__is_refused(monkeypatch, text):
    monkeypatch.setenv("PORT", text)
    with pytest.raises(dev.Failure, match="is no port number"):
        dev._chosen_port()


def test_journal_system__takes_the_first_free_port_above_the_servers():
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        assert dev._free_port_above(port - 1) != port
        assert dev._free_port_above(dev.HIGHEST_PORT) > 0


def test_journal_system__that_cannot_start__is_told_by_name(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as busy, (tmp_path / "log").open("w") as log:
        port = busy.getsockname()[1]
        with (
            pytest.raises(dev.Failure, match=r"^The demo's journal system stopped at once"),
            dev.reference_journal(tmp_path / "journal.db", port, output=log),
        ):
            pass
    assert f"cannot use port {port}" in (tmp_path / "log").read_text()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project, with a lock of its own."""
    places = {"ROOT": "", "VAR": "var", "WEB": "web", "LOCK": "lock", "BUILD_STAMP": "stamp"}
    for name, place in places.items():
        monkeypatch.setattr(dev, name, tmp_path / place)
    (tmp_path / "lock").mkdir()
    (tmp_path / "lock" / "package.json").write_text('{"a": 1, "b": 2}')
    (tmp_path / "webtidbok_app" / "db").mkdir(parents=True)
    (tmp_path / "assets").mkdir()
    for name in ("rxconfig.py", "requirements.txt", "webtidbok_app/page.py", "webtidbok_app/db/tables.py"):
        (tmp_path / name).write_text("one")
    return tmp_path


@pytest.mark.parametrize(
    ("changed", "counts"),
    [("webtidbok_app/page.py", True), ("assets/new.css", True), ("rxconfig.py", True), ("lock/package.json", True),
     ("webtidbok_app/db/tables.py", False)],
)  # fmt: skip
def test_build__counts_as_done__until_something_in_the_pages_changes(project, changed, counts):
    dev.BUILD_STAMP.write_text(dev._with_lock(dev._frontend_sources()))
    assert dev._is_built(dev._frontend_sources())
    (project / changed).write_text("two")
    assert dev._is_built(dev._frontend_sources()) is not counts


def test_lock__is_put_back__after_a_failed_build_or_a_change_of_order(project):
    lock = project / "lock" / "package.json"
    before = lock.read_bytes()
    with pytest.raises(dev.Failure), dev._lock_kept_when_nothing_changed():  # noqa: PT012  the block is the point
        lock.write_text("{}")
        raise dev.Failure
    assert lock.read_bytes() == before
    with dev._lock_kept_when_nothing_changed():
        lock.write_text('{"b": 2, "a": 1}')
    assert lock.read_bytes() == before
    with dev._lock_kept_when_nothing_changed():
        lock.write_text('{"a": 3}')
    assert json.loads(lock.read_text()) == {"a": 3}


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("npm http fetch failed with ECONNREFUSED", "no network, or the package registry does not answer"),
        (
            "after connection broken by 'NewConnectionError",
            "no network, or the package registry does not answer",
        ),
        ("Traceback\n  x\nValueError: no such page\nbye", "ValueError: no such page"),
        ("", "it said nothing"),
    ],
)
def test_slow_step__fails__with_its_reason_in_one_line(project, output, reason):
    program = [sys.executable, "-c", f"print({output!r}); raise SystemExit(1)"]
    with pytest.raises(dev.Failure) as failure:
        dev.follow("A step", program, "step.log", str, {})
    assert str(failure.value) == f"A step failed: {reason}. All of it: var/log/step.log"


GRANDCHILD = "import sys, time; held = open(sys.argv[1], 'w'); time.sleep(3600)"
CHILD = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', sys.argv[1], sys.argv[2]]).wait()"


@pytest.mark.timeout(30)
def test_started__leaves_nothing_behind(tmp_path):
    held = tmp_path / "held"
    os.mkfifo(held)
    with dev.started([sys.executable, "-c", CHILD, GRANDCHILD, held]):
        other_end = held.open("rb")  # waits until the grandchild holds its end
    with other_end:
        assert other_end.read() == b""  # waits until nobody holds it any more
