"""Clinics' texts: safe, in one form, and folded between words."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webtidbok_app.domain import rich_text
from webtidbok_app.journal.port import Text
from webtidbok_app.state.present.rich import rich_view

TAG = re.compile(r'</?(?:p|br|strong|em|ul|ol|li|a(?: href="(?:https|tel|mailto):[^"]*" rel="noopener")?)>')
PIECES = [
    "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<i>", "</i>", "<ul>", "</ul>", "<ol>", "</ol>", "<li>", "</li>",
    "<br>", '<a href="https://exempel.se">', '<a href="javascript:alert(1)">', '<a href="//exempel.se">', "</a>",
    "<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "<svg onload=alert(1)>", "<style>p{}</style>",
    "&lt;script&gt;", "&amp;", "&nbsp;", "<", "ord", " ", "\n", "två ord", "<!--", "-->", '"', "<table><tr><td>",
]  # fmt: skip
markup = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(markup)
def test_tidy__leaves_only_what_is_allowed__whatever_comes(dirty):
    kept = rich_text.tidy(dirty)
    assert "<" not in TAG.sub("", kept)
    assert kept == "" or kept.startswith(("<p>", "<ul>", "<ol>"))


@given(markup)
def test_tidy__done_twice_and_shown__is_the_same(dirty):
    kept = rich_text.tidy(dirty)
    assert rich_text.tidy(kept) == rich_text.shown(kept) == kept


@example("&amp;&amp; <br>&lt;script&gt;", 2)  # a space and then a new line, just where it is parted
@example("ord<br> två ord", 4)
@given(markup, st.integers(1, 60))
def test_fold__loses_no_word__and_cuts_none(dirty, most):
    kept = rich_text.tidy(dirty)
    first, rest = rich_text.fold(kept, most)
    parts = [part for part in (first, rest) if part]
    assert all(rich_text.tidy(part) == part for part in parts)
    words = " ".join(rich_text.plain(part).removesuffix(" …") for part in parts).split()
    assert words == rich_text.plain(kept).split()


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("hej", "<p>hej</p>"),
        (
            "<div>Ring <b>oss</b></div><div><br></div><div>nu</div>",
            "<p>Ring <strong>oss</strong></p><p>nu</p>",
        ),
        ("<p>en<br>rad<br><br>till</p>", "<p>en<br>rad</p><p>till</p>"),
        ("<ul><li>ett<ul><li>två</li></ul></li></ul>", "<ul><li>ett</li><li>två</li></ul>"),
        ("<ul><li>ett</li></ul><ul><li>två</li></ul>", "<ul><li>ett</li></ul><ul><li>två</li></ul>"),
        ('<a href="javascript:alert(1)">tryck</a>', "<p>tryck</p>"),
        ('<a href="http://exempel.se">osäker</a>', "<p>osäker</p>"),
        (
            '<a href="tel:0999-10100" onclick="x()">ring</a>',
            '<p><a href="tel:0999-10100" rel="noopener">ring</a></p>',
        ),
        ("<p>2 &lt; 3 &amp; 4</p>", "<p>2 &lt; 3 &amp; 4</p>"),
        ('<p class="MsoNormal"><span style="x"><o:p>&nbsp;</o:p></span></p>', ""),
        ("<p> </p><br><ul><li></li></ul>", ""),
        ("<h1>Rubrik</h1><table><tr><td>a</td><td>b</td></tr></table>", "<p>Rubrik</p><p>a b</p>"),
    ],
)
def test_tidy__gives_one_form(written, kept):
    assert rich_text.tidy(written) == kept


def test_shown__an_old_plain_text_gets_its_lines_and_no_markup():
    assert (
        rich_text.shown("Rad ett\n\nRad <b>två</b> & mer")
        == "<p>Rad ett</p><p>Rad &lt;b&gt;två&lt;/b&gt; &amp; mer</p>"
    )
    assert rich_text.plain("Rad ett\nRad två") == "Rad ett\nRad två"


def test_fold__at_the_border():
    exactly = "<p>" + "a" * 300 + "</p>"
    assert rich_text.fold(exactly) == (exactly, "")
    first, rest = rich_text.fold("<p>" + "a" * 295 + " bcdef</p>")
    assert rich_text.plain(first) == "a" * 295 + " …"
    assert rich_text.plain(rest) == "bcdef"


def test_fold__never_in_a_link_nor_in_an_item():
    link = '<a href="https://exempel.se" rel="noopener">en lång länk</a>'
    assert rich_text.fold(f"<p>ett {link} två</p>", 8) == ("<p>ett …</p>", f"<p>{link} två</p>")
    assert rich_text.fold("<ul><li>ett två</li><li>tre fyra</li></ul>", 10) == (
        "<ul><li>ett två</li></ul>",
        "<ul><li>tre fyra</li></ul>",
    )


def test_view__english_where_there_is_any__otherwise_swedish_that_says_so():
    both = rich_view(Text("<p>Hej</p>", "<p>Hello</p>"), "en")
    assert (both.first, both.lang, both.note) == ("<p>Hello</p>", "en", "")
    foreign = rich_view(Text("<p>Hej</p>"), "en")
    assert (foreign.first, foreign.lang) == ("<p>Hej</p>", "sv")
    assert "Swedish" in foreign.note
    assert rich_view(Text(), "en").note == ""


def test_view__what_got_into_the_database_unclean__is_shown_clean():
    assert rich_view(Text('<p>a<img src=x onerror="alert(1)"></p>'), "sv").first == "<p>a</p>"
