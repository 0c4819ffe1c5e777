"""Clinics' own words with bold, italic, lists and links, as pages show them."""

from webtidbok_app.domain import rich_text
from webtidbok_app.i18n import Lang, t
from webtidbok_app.journal.port import Text
from webtidbok_app.state.views import RichView


def rich_view(text: Text, lang: Lang, *, folded: bool = True) -> RichView:
    """Return a clinic's text to show, safe whatever is kept; in Swedish, and saying so, where there is no English.

    Of a ``folded`` one the first 300 characters are shown, and the rest when one asks for it.
    """
    foreign = lang == "en" and bool(text.sv) and not text.en
    kept = text.in_language(lang)
    first, rest = rich_text.fold(kept) if folded else (rich_text.shown(kept), "")
    return RichView(
        first, rest, "sv" if foreign else lang, t(lang, "common.rich.only_swedish") if foreign else ""
    )
