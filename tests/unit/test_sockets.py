"""Which socket a tab has, when two say that they are it."""

from webtidbok_app.web.sockets import NEW_TOKEN, NewestKeepsToken


class Sent:
    """Stands where the sockets are, and keeps what is sent to them."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, str, str]] = []

    async def emit(self, event: str, data: str, *, to: str) -> None:
        self.messages.append((event, data, to))


async def test_tab_that_comes_back__keeps_its_token() -> None:
    sent = Sent()
    tabs = NewestKeepsToken(sent)
    assert await tabs.link_token_to_sid("tab", "old") is None
    assert await tabs.link_token_to_sid("tab", "new") is None
    assert tabs.token_to_sid["tab"] == "new"
    [(event, moved, to)] = sent.messages
    assert (event, to) == (NEW_TOKEN, "old")
    assert (tabs.token_to_sid[moved], tabs.sid_to_token["old"]) == ("old", moved)


async def test_old_socket__that_is_found_dead_later_takes_nothing_with_it() -> None:
    tabs = NewestKeepsToken(Sent())
    await tabs.link_token_to_sid("tab", "old")
    await tabs.link_token_to_sid("tab", "new")
    await tabs.disconnect_token(tabs.sid_to_token["old"], "old")
    assert dict(tabs.token_to_sid) == {"tab": "new"}
    assert tabs.sid_to_token == {"new": "tab"}


async def test_same_socket_again__is_no_other() -> None:
    sent = Sent()
    tabs = NewestKeepsToken(sent)
    await tabs.link_token_to_sid("tab", "one")
    await tabs.link_token_to_sid("tab", "one")
    assert sent.messages == []
