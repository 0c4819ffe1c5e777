"""One build serves every address."""

import pytest

from webtidbok_app.web.same_origin import follow_the_page

BUILT_FOR = "http://localhost:8000"


def test_follow_the_page__puts_the_pages_own_origin_in_all_scripts(tmp_path):
    script = tmp_path / "assets" / "env.js"
    script.parent.mkdir()
    script.write_text(
        'var e={PING:`http://localhost:8000/ping`,EVENT:"ws://localhost:8000/_event",X:`websocket`}'
    )
    follow_the_page(tmp_path, BUILT_FOR)
    assert script.read_text() == (
        'var e={PING:`${location.origin}/ping`,EVENT:`${location.origin.replace(/^http/,"ws")}/_event`,X:`websocket`}'
    )


def test_follow_the_page__knows_secure_addresses(tmp_path):
    script = tmp_path / "env.js"
    script.write_text("a=`wss://tid.example/_event`;b=`https://tid.example`")
    follow_the_page(tmp_path, "https://tid.example")
    assert script.read_text() == 'a=`${location.origin.replace(/^http/,"ws")}/_event`;b=`${location.origin}`'


@pytest.mark.parametrize(
    "text",
    [
        "var e={}",
        "var e={PING:`http://localhost:8000/ping`}",
        "var e={EVENT:`ws://localhost:80001/_event`}",
        "a=`ws://localhost:8000/_event`;b=`see http://localhost:8000/ping`",
    ],
    ids=["nothing", "no-websocket", "another-port", "one-left-behind"],
)
def test_follow_the_page__fails_loudly__when_reflex_writes_addresses_in_another_way(tmp_path, text):
    (tmp_path / "env.js").write_text(text)
    with pytest.raises(RuntimeError):
        follow_the_page(tmp_path, BUILT_FOR)
