"""What `make` runs: prepare the machine, start the demo, prove the project.

Only the standard library, since it runs before anything is installed. All that it makes lands in .venv/,
.web/ and var/; delete those three and the clone is clean again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
VAR, VENV, WEB = ROOT / "var", ROOT / ".venv", ROOT / ".web"
PYTHON = VENV / "bin" / "python"
OLDEST_PYTHON = (3, 11)
HIGHEST_PORT = 65535

STATIC = WEB / "build" / "client"
BUILD_STAMP, TOOLS_STAMP = WEB / "build" / "made-from", WEB / "made-with"
LOCK = ROOT / "reflex.lock"
PAGES_ARE_MADE_OF = ("webtidbok_app", "assets", "rxconfig.py", "requirements.txt")
NO_PART_OF_PAGES = ("webtidbok_app/db", "webtidbok_app/journal", "webtidbok_app/timebook", "assets/external")
BUILT_WITH = ("requirements.txt", "rxconfig.py")

CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
NO_NETWORK = re.compile(
    "ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|NewConnectionError|NameResolutionError"
    "|ConnectTimeout|ProxyError|Failed to establish|Network is unreachable|name resolution|after connection broken"
)


class Failure(Exception):
    """Something that stops the work, told in one line."""


def say(line: str) -> None:
    print(line, flush=True)


def environment(**extra: str) -> dict[str, str]:
    """Return the environment of everything we start: our own programs first, demo mode unless told otherwise."""
    defaults = {
        "WEBTIDBOK_DEMO": "true",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
    }
    path = os.pathsep.join((str(VENV / "bin"), os.environ.get("PATH", os.defpath)))
    return {**defaults, **os.environ, "VIRTUAL_ENV": str(VENV), "PATH": path, **extra}


@contextmanager
def started(
    command: Sequence[object], *, env: Mapping[str, str] | None = None, output: TextIO | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program beside us. At the end of the block it and all that it started are gone."""
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=ROOT,
        env=env or environment(),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        # The leader first and alone, so that it can end its own children in good order.
        for order, patience in ((signal.SIGINT, 10), (signal.SIGTERM, 5)):
            if process.poll() is None:
                process.send_signal(order)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(patience)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def passes(command: Sequence[object], **env: str) -> bool:
    """Run a program to its end, its output on ours. Return whether it succeeded."""
    with started(command, env=environment(**env)) as process:
        return process.wait() == 0


def answer(command: Sequence[object], seconds: float = 30) -> str | None:
    """Return what a program prints, or None when it fails."""
    try:
        ran = subprocess.run(
            [str(word) for word in command],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return ran.stdout.strip()


def follow(
    title: str, command: Sequence[object], log_name: str, stage: Callable[[str], str], env: Mapping[str, str]
) -> None:
    """Run a slow program: its output goes to a log, and a line every five seconds tells how far it has come."""
    log = VAR / "log" / log_name
    log.parent.mkdir(parents=True, exist_ok=True)
    say(f"{title} …")
    began = time.monotonic()
    with log.open("w", encoding="utf-8") as output, started(command, env=env, output=output) as process:
        while process.poll() is None:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                so_far = log.read_text(encoding="utf-8", errors="replace")
                say(f"  {time.monotonic() - began:3.0f} s  {stage(so_far)}")
    if process.returncode != 0:
        raise Failure(f"{title} failed: {_reason(log)}. All of it: {log.relative_to(ROOT)}")
    say(f"  done in {time.monotonic() - began:.0f} s")


def _reason(log: Path) -> str:
    text = log.read_text(encoding="utf-8", errors="replace")
    if NO_NETWORK.search(text):
        return "no network, or the package registry does not answer"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b|ERROR", line)]
    return (errors or lines or ["it said nothing"])[-1]


@contextmanager
def alone(name: str, *, shared: bool = False, refuse: str = "") -> Iterator[None]:
    """Keep other runs of this program out of the block; wait for them, or fail at once with ``refuse``."""
    VAR.mkdir(exist_ok=True)
    with (VAR / f"{name}.lock").open("w", encoding="utf-8") as lock:
        how = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (fcntl.LOCK_NB if refuse else 0)
        try:
            fcntl.flock(lock, how)
        except BlockingIOError:
            raise Failure(refuse) from None
        yield


def prepare_python(requirements: str = "requirements.txt") -> None:
    """Make .venv/ and install what ``requirements`` pins, unless that is done. Raises Failure."""
    with alone("python"):
        _prepare_python(requirements)


def _prepare_python(requirements: str) -> None:
    place = f"{sys.version_info[0]}.{sys.version_info[1]} {VENV.resolve()}"
    done = _installed()
    if done.get("place", place) != place or answer([PYTHON, "-m", "pip", "--version"]) is None:
        _make_venv()
        done = {"place": place}
    wanted = _digest([ROOT / name for name in ("requirements.txt", "requirements-dev.txt")])
    if done.get(requirements) == wanted or done.get("requirements-dev.txt") == wanted:
        return
    count = len(re.findall("(?m)^[A-Za-z].*==", _requirements_text(requirements)))
    follow(
        f"Installing {count} Python packages",
        [
            PYTHON,
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--progress-bar",
            "off",
            "--retries",
            "2",
            "--requirement",
            requirements,
        ],
        "packages.log",
        lambda log: (
            "unpacking" if "Installing collected" in log else f"{log.count('Collecting ')} of {count} found"
        ),
        environment(),
    )
    (VENV / "installed.json").write_text(
        json.dumps({**done, "place": place, requirements: wanted}), encoding="utf-8"
    )


def _make_venv() -> None:
    say("Making a virtual environment in .venv …")
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        raise Failure(
            f"{sys.executable} cannot make a virtual environment. On Debian and Ubuntu: install python3-venv"
        )


def _installed() -> dict[str, str]:
    try:
        return dict(json.loads((VENV / "installed.json").read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _requirements_text(name: str) -> str:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.sub(r"(?m)^-r (\S+)$", lambda other: _requirements_text(other[1]), text)


def _digest(paths: Sequence[Path], *facts: str) -> str:
    digest = hashlib.sha256("\0".join(facts).encode())
    for path in sorted(paths):
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(ROOT)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def build_frontend() -> None:
    """Build the pages into .web/, unless what they are made of is unchanged. Raises Failure."""
    with alone("build"):
        sources = _frontend_sources()
        if _is_built(sources):
            return
        BUILD_STAMP.unlink(missing_ok=True)
        tools = _digest([ROOT / name for name in BUILT_WITH])
        if _text(TOOLS_STAMP) != tools:
            shutil.rmtree(WEB, ignore_errors=True)  # Reflex leaves there what older tools made
        npm_settings = {
            "REFLEX_USE_NPM": "1",
            "NO_COLOR": "1",
            "TERM": "dumb",
            "NPM_CONFIG_AUDIT": "false",
            "NPM_CONFIG_FUND": "false",
            "NPM_CONFIG_UPDATE_NOTIFIER": "false",
            "NPM_CONFIG_OMIT_LOCKFILE_REGISTRY_RESOLVED": "true",
        }
        # Reflex would choose a registry of its own; the one that npm is set up for is the right one.
        if registry := answer([VENV / "bin" / "npm", "config", "get", "registry"]):
            npm_settings["NPM_CONFIG_REGISTRY"] = registry
        with _lock_kept_when_nothing_changed():
            follow(
                "Building the frontend",
                [PYTHON, "-m", "reflex", "export", "--frontend-only", "--no-zip"],
                "frontend.log",
                _build_stage,
                environment(**npm_settings),
            )
        if not (STATIC / "index.html").exists():
            raise Failure("Building the frontend left no pages. See var/log/frontend.log")
        TOOLS_STAMP.write_text(tools, encoding="utf-8")
        BUILD_STAMP.write_text(_with_lock(sources), encoding="utf-8")


def _frontend_sources() -> str:
    left_out = [ROOT / name for name in NO_PART_OF_PAGES]
    files = [
        file
        for name in PAGES_ARE_MADE_OF
        for file in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"))
        if file.is_file()
        and file.parent.name != "__pycache__"
        and not any(dir_ in file.parents for dir_ in left_out)
    ]
    return _digest(files, environment()["WEBTIDBOK_DEMO"])


def _with_lock(sources: str) -> str:
    return _digest(list(LOCK.glob("*.json")), sources)


def _is_built(sources: str) -> bool:
    return _text(BUILD_STAMP) == _with_lock(sources)


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


def _build_stage(log: str) -> str:
    if "Creating Production Build" in log:
        return "compressing"
    return "fetching JavaScript packages and bundling" if "Compiling:" in log else "compiling pages"


@contextmanager
def _lock_kept_when_nothing_changed() -> Iterator[None]:
    """Put reflex.lock/ back after a failed build, and when a build has only put its keys in another order."""
    before = {file: file.read_bytes() for file in LOCK.glob("*.json")}
    succeeded = False
    try:
        yield
        succeeded = True
    finally:
        for file, content in before.items():
            if not succeeded or json.loads(file.read_bytes()) == json.loads(content):
                file.write_bytes(content)


def server_command(port: int, host: str = "127.0.0.1") -> list[object]:
    """Return the command of the production server: pages, websocket and all, on one port."""
    return [
        PYTHON,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "--factory",
        "--host",
        host,
        "--port",
        port,
        "--log-level",
        "warning",
        "--workers-kill-timeout",
        5,
        "webtidbok_app.webtidbok_app:app",
    ]


def server_environment(port: int, **extra: str) -> dict[str, str]:
    """Return the environment that makes Reflex serve the finished build instead of compiling it again."""
    public_url = os.environ.get("WEBTIDBOK_PUBLIC_URL") or f"http://localhost:{port}"
    return environment(
        REFLEX_ENV_MODE="prod",
        __REFLEX_SKIP_COMPILE="true",
        __REFLEX_MOUNT_FRONTEND_COMPILED_APP="true",
        WEBTIDBOK_PUBLIC_URL=public_url,
        **extra,
    )


@contextmanager
def reference_journal(database: Path, port: int = 0, *, output: TextIO | None = None) -> Iterator[str]:
    """Run the demo's journal system, with its data in ``database``, and give its address. Raises Failure."""
    port = port or free_port()
    words = ["-m", "webtidbok_app.demo.reference_journal", "--port", port, "--database", database]
    with started([PYTHON, *words], output=output) as process:
        wait_until_it_answers(port, process, what="The demo's journal system")
        yield f"http://127.0.0.1:{port}"


def free_port() -> int:
    """Return a port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_answers(
    port: int, process: subprocess.Popen[bytes], seconds: float = 60, *, what: str = "The server"
) -> None:
    """Return when the server answers. Raises Failure when it dies or stays silent."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failure(f"{what} stopped at once (code {process.returncode}); the reason stands above")
        with suppress(OSError), direct.open(f"http://127.0.0.1:{port}/livez", timeout=2):
            return
        time.sleep(0.2)
    raise Failure(f"{what} did not answer within {seconds:.0f} s")


def prepare_data(**env: str) -> str:
    """Bring the database up to date and its demo times forward. Return who can log in, as lines to show."""
    migrated = subprocess.run(
        [PYTHON, "-m", "webtidbok_app.db.migrate"], cwd=ROOT, env=environment(**env), check=False
    )
    if migrated.returncode != 0:
        raise Failure("The database could not be brought up to date; the reason stands above")
    if not _is_demo(environment(**env)):
        return ""
    seeded = subprocess.run(
        [PYTHON, "-m", "webtidbok_app.demo"],
        cwd=ROOT,
        env=environment(**env),
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    if seeded.returncode != 0:
        raise Failure("The demo data could not be written; the reason stands above")
    return seeded.stdout.rstrip()


def _chosen_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 1 <= int(text) <= HIGHEST_PORT:
        raise Failure(f"PORT={text} is no port number")
    port = int(text)
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with suppress(OSError), socket.socket(family) as caller:
            if caller.connect_ex((address, port)) == 0:
                raise Failure(
                    f"Port {port} is busy: something else answers there. Choose another: make run PORT={port + 1}"
                )
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failure(
                f"Port {port} cannot be used ({error.strerror}). Choose another: make run PORT=8001"
            ) from None
    return port


def find_chromium() -> str:
    """Return a Chromium that starts: CHROMIUM, the system's, Playwright's own, or one we install. Raises Failure."""
    if chosen := os.environ.get("CHROMIUM"):
        if _starts(chosen):
            return chosen
        raise Failure(f"CHROMIUM={chosen} does not start")
    for find in (_system_chromium, _playwright_chromium, _download_chromium, _install_chromium):
        if found := find():
            return found
    raise Failure(
        "The browser tests need Chromium; none was found, and it could not be installed. "
        "Install it and set CHROMIUM=/path/to/chromium"
    )


def _starts(program: str) -> bool:
    return answer([program, "--version"]) is not None


def _system_chromium() -> str | None:
    return next((found for name in CHROMIUM_NAMES if (found := shutil.which(name)) and _starts(found)), None)


def _playwright_chromium() -> str | None:
    ask = "from playwright.sync_api import sync_playwright as p\nwith p() as w: print(w.chromium.executable_path)"
    found = answer([PYTHON, "-c", ask])
    return found if found and Path(found).exists() and _starts(found) else None


def _download_chromium() -> str | None:
    say("No Chromium here; trying Playwright's download (at most two minutes) …")
    answer([PYTHON, "-m", "playwright", "install", "chromium"], seconds=120)
    return _playwright_chromium()


def _install_chromium() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    say("Playwright's download failed; trying apt-get install chromium (at most ten minutes) …")
    answer(["apt-get", "update"], seconds=120)
    answer(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"], seconds=600)
    return _system_chromium()


def run() -> None:
    """Start the demo and keep it running, with a journal system beside it that some of its clinics have."""
    port = _chosen_port()
    prepare_python()
    build_frontend()
    with alone("data", shared=True), _demo_journal(port) as journal:
        environment = server_environment(port, WEBTIDBOK_DEMO_JOURNAL=journal)
        personas = prepare_data(**environment)
        host = os.environ.get("HOST") or "127.0.0.1"
        with started(server_command(port, host), env=environment) as server:
            wait_until_it_answers(port, server)
            say(f"\nWebtidbok is at {environment['WEBTIDBOK_PUBLIC_URL']}  (Ctrl-C stops it)")
            if journal:
                say(f"The demo's journal system is at {journal}")
            if personas:
                say(f"\n{personas}\n")
            server.wait()
        raise Failure(f"The server stopped by itself (code {server.returncode}); the reason stands above")


@contextmanager
def _demo_journal(beside: int) -> Iterator[str]:
    """Run the demo's journal system on the first free port above the server's, unless one is set.

    Outside demo mode give nothing.
    """
    env = environment()
    if not _is_demo(env) or env.get("WEBTIDBOK_DEMO_JOURNAL"):
        yield env.get("WEBTIDBOK_DEMO_JOURNAL", "")
        return
    with reference_journal(VAR / "reference_journal.db", _free_port_above(beside)) as address:
        yield address


def _is_demo(env: Mapping[str, str]) -> bool:
    return env["WEBTIDBOK_DEMO"].lower() in ("1", "true", "yes", "on")


def _free_port_above(port: int) -> int:
    for candidate in range(port + 1, min(port + 50, HIGHEST_PORT) + 1):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", candidate))
            return candidate
    return free_port()


def test() -> None:
    """Prove everything: lint, types, tests, browser journeys. The journeys' pages are built beside the first two."""
    prepare_python("requirements-dev.txt")
    log = VAR / "log" / "build.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    say(f"Building the frontend beside what follows; how it goes: {log.relative_to(ROOT)}")
    with (
        log.open("w", encoding="utf-8") as output,
        started([sys.executable, __file__, "build"], output=output) as building,
    ):
        results = [_phase("lint", lint), _phase("types", types)]
        building.wait()  # it may put the lock, which tests read, in another order for a while
    results += [_phase("tests", unit), _phase("browser journeys", e2e)]
    say("\n" + "\n".join(results))
    if any("FAILED" in line for line in results):
        raise Failure("Not everything passed")


def _phase(name: str, phase: Callable[[], None]) -> str:
    """Run one part of the proof, and return how it went."""
    say(f"\n== {name}")
    began = time.monotonic()
    try:
        phase()
        result = "passed"
    except Failure as failure:
        say(str(failure))
        result = "FAILED"
    said = f"{name:<18} {result}  {time.monotonic() - began:5.0f} s"
    say(f"-- {said}")
    return said


def lint() -> None:
    """Check style, and that the rooms import each other in one direction only."""
    prepare_python("requirements-dev.txt")
    ruff = [PYTHON, "-m", "ruff"]
    results = [
        passes(check)
        for check in ([*ruff, "check"], [*ruff, "format", "--check"], [VENV / "bin" / "lint-imports"])
    ]
    if not all(results):
        raise Failure("Lint failed (make fmt mends what can be mended)")


def types() -> None:
    """Check types."""
    prepare_python("requirements-dev.txt")
    if not passes([PYTHON, "-m", "mypy"]):
        raise Failure("The type check failed")


def unit(*arguments: str) -> None:
    """Run all tests but the browser's, in two processes."""
    prepare_python("requirements-dev.txt")
    if not passes([PYTHON, "-m", "pytest", "-n", "2", "--dist", "worksteal", "tests", *arguments]):
        raise Failure("The tests failed")


def e2e(*arguments: str) -> None:
    """Run the browser journeys against the production build in two processes, or against E2E_BASE_URL."""
    prepare_python("requirements-dev.txt")
    chromium = find_chromium()
    processes = "0"
    if not os.environ.get("E2E_BASE_URL"):
        build_frontend()
        processes = "2"
    command = [PYTHON, "-m", "pytest", "-n", processes, "--dist", "worksteal", "e2e", *arguments]
    if not passes(command, CHROMIUM=chromium):
        raise Failure("A browser journey failed; its picture and trace are in var/e2e")


def pictures() -> None:
    """Take the help pages' pictures anew, by the journeys that prove that they can be taken."""
    prepare_python("requirements-dev.txt")
    chromium = find_chromium()
    build_frontend()
    if not passes(
        [
            PYTHON,
            "-m",
            "pytest",
            "e2e/test_pictures.py",
            "e2e/test_staff.py",
            "-k",
            "pictures or empty_clinic",
        ],
        CHROMIUM=chromium,
        PICTURES_TO=str(ROOT / "assets" / "help"),
    ):
        raise Failure("A picture could not be taken; what was seen is in var/e2e")


def fmt() -> None:
    """Format the code and mend what can be mended."""
    prepare_python("requirements-dev.txt")
    passes([PYTHON, "-m", "ruff", "check", "--fix-only"])
    passes([PYTHON, "-m", "ruff", "format"])


def bench(*arguments: str) -> None:
    """Measure, and write figures to benchmarks/results/."""
    prepare_python("requirements-dev.txt")
    if not passes([PYTHON, "-m", "benchmarks", *arguments]):
        raise Failure("The benchmarks failed")


def soak(*arguments: str) -> None:
    """Kill processes that book, rebook and send at random moments, and see that nothing is lost or doubled."""
    prepare_python("requirements-dev.txt")
    if not passes([PYTHON, "-m", "tests.soak", *arguments]):
        raise Failure("The soak found something wrong; it stands above")


def migrate() -> None:
    """Bring the database up to date."""
    prepare_python()
    if not passes([PYTHON, "-m", "webtidbok_app.db.migrate"]):
        raise Failure("The database could not be brought up to date; the reason stands above")


def downtime_list() -> None:
    """Write the lists for when nothing else works, now."""
    prepare_python()
    if not passes([PYTHON, "-m", "webtidbok_app.downtime"]):
        raise Failure("The lists could not be written; the reason stands above")


def verify_log(*earlier: str) -> None:
    """Verify that the access log is as it was written, and that what ``earlier`` outputs name is still there."""
    prepare_python()
    if not passes([PYTHON, "-m", "webtidbok_app.access_log", "verify", *earlier]):
        raise Failure("The log is not as it was written; what is wrong stands above")


def demo_reset() -> None:
    """Throw the demo's data away and make it anew."""
    prepare_python()
    if os.environ.get("WEBTIDBOK_DATABASE_URL"):
        raise Failure("WEBTIDBOK_DATABASE_URL is set; only the demo's own database in var/ is thrown away")
    with alone("data", refuse="The demo is running; stop it first"):
        for leftover in (*VAR.glob("webtidbok.db*"), *VAR.glob("reference_journal.db*")):
            leftover.unlink()
        with reference_journal(VAR / "reference_journal.db") as address:
            say(prepare_data(WEBTIDBOK_DEMO_JOURNAL=address))


COMMANDS: dict[str, Callable[..., None]] = {
    "run": run,
    "test": test,
    "build": build_frontend,
    "unit": unit,
    "e2e": e2e,
    "lint": lint,
    "types": types,
    "pictures": pictures,
    "fmt": fmt,
    "bench": bench,
    "soak": soak,
    "migrate": migrate,
    "downtime-list": downtime_list,
    "verify-log": verify_log,
    "demo-reset": demo_reset,
}


def main() -> int:
    """Run the command that the arguments name. Return the exit code."""

    def interrupt(*_: object) -> None:
        for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(kind, signal.SIG_IGN)  # the first one is enough; let us clean up in peace
        raise KeyboardInterrupt

    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(kind, interrupt)
    command, *arguments = sys.argv[1:] or [""]
    try:
        if sys.version_info < OLDEST_PYTHON:
            raise Failure(
                f"Webtidbok needs Python 3.11 or later; {sys.executable} is {sys.version.split()[0]}"
            )
        if command not in COMMANDS:
            raise Failure(f"Say one of: {', '.join(COMMANDS)}")
        COMMANDS[command](*arguments)
    except Failure as failure:
        print(failure, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 0 if command == "run" else 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
