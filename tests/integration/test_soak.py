"""A short soak: processes are killed as they book, rebook and send. `make soak` is the long one."""

from tests.soak.run import soak


def test_killed_processes__lose_nothing_and_double_nothing(database_url, tmp_path):
    verdict = soak(database_url, tmp_path, kills=8)
    assert verdict.wrong == []
    assert verdict.acts["book"] > 0
    assert verdict.messages > 0
