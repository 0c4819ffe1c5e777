"""Nearness: which texts are found by which words, and which comes first."""

import pytest

from webtidbok_app.domain.nearness import Match, Searchable, fold, nearness, rank
from webtidbok_app.services.clinics import swedish_order

BJORKEN = Searchable(("Björkens vårdcentral",), "Vårdcentral Health centre Storgatan 4 921 04 Lindhamn")
HAMNEN = Searchable(("Hamnens vaccinationsmottagning",), "Vaccination clinic Kajgatan 11 921 07 Lindhamn")
FYREN = Searchable(("Fyrens ögonmottagning",), "Ögonmottagning Eye clinic Fyrvägen 30 468 10 Björkö")
CLINICS = [BJORKEN, FYREN, HAMNEN]


def found(words: str) -> tuple[list[str], bool]:
    clinics, only_near = rank(words, CLINICS, lambda clinic: clinic)
    return [clinic.names[0].split()[0] for clinic in clinics], only_near


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Björkens Vårdcentral", "bjorkens vardcentral"),
        ("Barnavårdscentral, BVC", "barnavardscentral bvc"),
        ("covid-19", "covid 19"),
        ("ÉKG", "ekg"),
        (" ,!? ", ""),
    ],
)
def test_fold__leaves_words_without_case_accents_and_punctuation(text, folded) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("words", "match"),
    [
        ("björkens vårdcentral", Match.WHOLE),
        ("Björken", Match.BEGINNING),
        ("vårdcentral", Match.WORDS),
        ("lindhamn storgatan", Match.WORDS),
        ("central", Match.WITHIN),
        ("92104", Match.WITHIN),
        ("vård central", Match.WITHIN),
        ("bjorkenn", Match.NEAR),
        ("bjorkens vardcentrl", Match.NEAR),
        ("storgtan", Match.NEAR),
    ],
)
def test_nearness__says_how_it_matches(words, match) -> None:
    near = nearness(words, BJORKEN)
    assert near is not None
    assert near.match == match


@pytest.mark.parametrize("words", ["", " ", "!!", "bjö rehab", "tandläkare", "bjx", "lindhamn åsvik"])
def test_nearness__is_none__where_a_word_is_far_from_all(words) -> None:
    assert nearness(words, BJORKEN) is None


@pytest.mark.parametrize("words", ["hamens", "hamnes", "vaksination", "Hamnens vacinationsmotagning"])
def test_misspelt__is_found__and_said_to_be_only_near(words) -> None:
    assert found(words) == (["Hamnens"], True)


def test_what_has_the_words__leaves_out_what_is_only_near() -> None:
    """ "björkö" is one letter from "björke", with which a clinic's name begins."""
    assert found("björkö") == (["Fyrens"], False)


def test_a_name__is_nearer_than_a_place__and_a_beginning_nearer_than_the_middle() -> None:
    assert found("björk") == (["Björkens", "Fyrens"], False)
    things = [Searchable(("Stora Björken",)), Searchable(("Ek",), "Björkstigen"), Searchable(("Björken",))]
    ranked, _ = rank("björken", [*things, Searchable(("Björkens vård",))], lambda thing: thing)
    assert [thing.names[0] for thing in ranked] == ["Björken", "Björkens vård", "Stora Björken"]


def test_the_nearest_of_the_near__comes_first() -> None:
    things = [Searchable(("Kompassrosen",)), Searchable(("Kompassens",))]
    ranked, only_near = rank("kompasens", things, lambda thing: thing)
    assert only_near
    assert ranked[0].names == ("Kompassens",)


def test_equally_near__keep_their_order() -> None:
    assert found("lindhamn") == (["Björkens", "Hamnens"], False)


def test_either_name__is_enough() -> None:
    visit = Searchable(("Blodprov", "Blood test"))
    assert nearness("blood", visit) == nearness("blod", visit)


def test_swedish_order__puts_our_letters_last() -> None:
    names = ["Örnen", "Ängen", "Zeta", "Åsen", "anden"]
    assert sorted(names, key=swedish_order) == ["anden", "Zeta", "Åsen", "Ängen", "Örnen"]
