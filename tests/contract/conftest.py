"""What the suites share: a reference journal system, in a process of its own."""

from collections.abc import Iterator

import pytest

from tests.reference_journal import ReferenceJournal, running


@pytest.fixture(scope="package")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReferenceJournal]:
    """Run one for all tests; each begins by emptying it."""
    with running(tmp_path_factory.mktemp("reference")) as started:
        yield started
