"""Where a journal system may be called."""

import pytest

from webtidbok_app.domain.journal_address import problem_of


@pytest.mark.parametrize(
    "address",
    [
        "https://tjanster.example/riv/{contract}",
        "https://tjanster.example:8443/vp",
        "https://10.20.30.40/riv/{contract}",
        "https://[2001:db8::7]/riv",
        "https://tjanster.example/{contract}?miljo=prod",
    ],
)
def test_address__of_another_machine_over_tls__is_right(address):
    assert problem_of(address, demo=False) == ""


@pytest.mark.parametrize(
    "address",
    [
        "",
        "tjanster.example/riv",
        "ftp://tjanster.example/riv",
        "https://",
        "https:///riv",
        "https://någon:lösen@tjanster.example/riv",
        "https://user:pass@tjanster.example/riv",
        "https://tjanster.example/riv#del",
        "https://tjanster.example/r iv",
        "https://tjanster.example:99999/riv",
        "https://2130706433/riv",
        "https://0x7f.0.0.1/riv",
        "https://127.1/riv",
        "https://[fe80::1/riv",
        "https://-tjanster.example/riv",
        "https://tjanster.example/" + "a" * 500,
    ],
)
def test_address__that_is_none__is_told(address):
    assert problem_of(address, demo=False) == "journal_address"


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/riv",
        "https://127.1.2.3:8443/riv",
        "https://[::1]/riv",
        "https://[::ffff:127.0.0.1]/riv",
        "https://169.254.169.254/latest",
        "https://[fe80::1]/riv",
        "https://0.0.0.0/riv",
        "https://[::]/riv",
        "https://224.0.0.1/riv",
        "https://localhost/riv",
        "https://LOCALHOST:8443/riv",
        "https://localhost./riv",
        "https://127.0.0.1./riv",
        "https://journal.localhost/riv",
    ],
)
def test_address__of_this_machine_or_its_link__is_refused_outside_the_demo(address):
    assert problem_of(address, demo=False) == "journal_own_address"


def test_address__without_tls__is_for_the_demo():
    assert problem_of("http://tjanster.example/riv", demo=False) == "journal_https"
    assert problem_of("http://127.0.0.1:8100/riv/{contract}", demo=True) == ""
