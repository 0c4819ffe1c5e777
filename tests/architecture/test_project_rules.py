"""Rules about the project's own files, which no tool for Python sees."""

import ast
import json
import re
import shutil
import subprocess
from functools import cache
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
MAKE_TARGETS = {
    "help",
    "run",
    "test",
    "e2e",
    "lint",
    "types",
    "fmt",
    "bench",
    "soak",
    "migrate",
    "verify-log",
    "demo-reset",
}
MADE_BY_TOOLS = {".git", ".venv", ".web", ".states", "var", "__pycache__", "external"}

REGISTRY_HOST = re.compile(
    r"registry\.(npmjs|yarnpkg|npmmirror)\.|files\.pythonhosted\.|pypi\.org/simple|npm\.pkg\.github"
)
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(home|Users|root|work|opt/wheels)/\w")
OTHER_CLOCKS = {
    ".py": re.compile(
        r"CURRENT_(TIMESTAMP|DATE|TIME)\b|\bnow\(\)\s*(AT TIME|::)|\bdatetime\('now'|func\.(now|current_)"
    ),
    ".js": re.compile(r"\bDate\(\s*\)"),  # Date.now() measures lengths of time
}
PLAIN_REFLEX = {"el", "cond", "foreach", "fragment", "match"}
"""What pages and components may build with: no Radix Themes, which residents would have to download."""


@cache
def project_files() -> tuple[Path, ...]:
    """Return every file that is, or is about to be, part of the project."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())
    return tuple(
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not MADE_BY_TOOLS.intersection(path.relative_to(ROOT).parts)
    )


def texts(*suffixes: str, under: str = "") -> list[tuple[str, str]]:
    """Return name and content of the project's text files; with ``suffixes``, of those kinds only."""
    found = []
    for path in project_files():
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(under) and (not suffixes or path.suffix in suffixes):
            try:
                found.append((name, path.read_text(encoding="utf-8")))
            except UnicodeDecodeError:
                continue  # a picture or a font
    assert found, f"no files under {under!r}: this test looks at nothing"
    return found


def hits(pattern: re.Pattern[str], files: list[tuple[str, str]]) -> list[str]:
    """Return file, line and text of all that ``pattern`` finds."""
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in files
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


@pytest.mark.parametrize("pattern", [REGISTRY_HOST, MACHINE_PATH], ids=["registry-host", "machine-path"])
def test_project_files__name_no_registry_and_no_machine(pattern):
    assert hits(pattern, texts()) == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (REGISTRY_HOST, "https://registry." + "npmjs.org/react"),
        (MACHINE_PATH, "python at /" + "home/anna/bin/python"),
        (OTHER_CLOCKS[".py"], 'text("... < CURRENT_' + 'TIMESTAMP")'),
        (OTHER_CLOCKS[".js"], "const t = new " + "Date();"),
    ],
)
def test_patterns__find_what_they_are_for(pattern, line):
    assert pattern.search(line)


def test_lockfile__holds_versions_and_checksums_but_no_addresses():
    lock = json.loads((ROOT / "reflex.lock/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if not entry.get("integrity")] == []


def pinned(name: str) -> dict[str, str]:
    """Return the packages that a requirements file pins, with those of the file it builds on."""
    found: dict[str, str] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found |= pinned(line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            package, equals, version = line.partition("==")
            assert equals, f"{name}: {line} is not pinned by a plain =="
            assert re.fullmatch(r"[\w.]+", version), f"{name}: {line}"
            found[canonicalize_name(package)] = version
    return found


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_requirements__hold_all_that_they_need(name):
    listed = pinned(name)
    missing = {
        f"{package} needs {needed.name}"
        for package in listed
        for needed in map(Requirement, requires(package) or [])
        if (not needed.marker or needed.marker.evaluate({"extra": ""}))
        and canonicalize_name(needed.name) not in listed
    }
    assert missing == set()


def test_makefile__has_its_targets__each_with_a_line_of_help():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    explained = dict(re.findall(r"(?m)^([a-z0-9-]+):.*## (.+)$", makefile))
    assert explained.keys() >= MAKE_TARGETS
    phony = set(re.findall(r"(?m)^\.PHONY: (.+)$", makefile)[0].split())
    assert phony == explained.keys()
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert all(target in shown.stdout for target in explained)


def test_ci__runs_what_developers_run():
    ci = ROOT / ".ci/run"
    assert ci.stat().st_mode & 0o111
    assert "make test" in ci.read_text(encoding="utf-8")


@pytest.mark.parametrize(("suffix", "under"), [(".py", "webtidbok_app/"), (".js", "assets/")])
def test_time__comes_from_our_clock_only__not_from_sql_or_the_browser(suffix, under):
    assert hits(OTHER_CLOCKS[suffix], texts(suffix, under=under)) == []


def test_pages_and_components__build_with_plain_elements():
    foreign = {
        f"{name}: rx.{node.attr}"
        for room in ("pages", "components")
        for name, text in texts(".py", under=f"webtidbok_app/{room}/")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "rx"
        and node.attr.islower()
        and node.attr
        not in PLAIN_REFLEX | {"event", "redirect", "set_focus", "asset", "memo", "utils", "vars"}
    }
    assert foreign == set()
