"""The clinic's own questions: what has to be mended, what is kept, and that nothing changes on the way."""

import pytest

from webtidbok_app.domain.question import (
    ANSWER_MAX,
    Answer,
    Question,
    Words,
    answer_all,
    find_problems,
    pack_answers,
    pack_questions,
    unpack_answers,
    unpack_questions,
)

FASTING = Question(
    Words("Är du fastande?", "Are you fasting?"), (Words("Ja", "Yes"), Words("Nej", "No")), required=True
)
MEDICINES = Question(Words("Vilka läkemedel tar du?"))
ASKED = (FASTING, MEDICINES)


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        (["Ja", ""], {}),
        (["Ja", "Alvedon"], {}),
        (["", ""], {0: "choice_missing"}),
        ([], {0: "choice_missing"}),
        (["Kanske", ""], {0: "choice_missing"}),
        (["Yes", ""], {0: "choice_missing"}),
        (["Ja", "a" * ANSWER_MAX], {}),
        (["Ja", "a" * (ANSWER_MAX + 1)], {1: "too_long"}),
    ],
)
def test_what_is_to_be_mended(said: list[str], problems: dict[int, str]) -> None:
    assert find_problems(ASKED, said) == problems


def test_an_own_answer_can_be_required() -> None:
    assert find_problems([MEDICINES._replace(required=True)], [""]) == {0: "answer_missing"}


def test_a_choice_is_kept_in_both_languages_and_a_blank_is_not() -> None:
    assert answer_all(ASKED, ["Nej", ""]) == (Answer(FASTING.text, Words("Nej", "No")),)


def test_own_words_are_kept_as_they_are() -> None:
    (answer,) = answer_all([MEDICINES], ["Alvedon"])
    assert answer.answer.in_language("en") == "Alvedon"


def test_what_is_packed_is_unpacked_the_same() -> None:
    answers = answer_all(ASKED, ["Ja", 'Citat "och" å\nrad'])
    assert unpack_answers(pack_answers(answers)) == answers
    assert unpack_questions(pack_questions(ASKED)) == ASKED
    assert unpack_answers(pack_answers(())) == ()
    assert unpack_answers("") == ()
