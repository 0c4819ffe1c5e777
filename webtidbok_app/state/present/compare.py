"""Next free times at several clinics."""

from webtidbok_app.i18n import Lang, t, tn
from webtidbok_app.services.compare import Comparison, NextFree
from webtidbok_app.state import addresses
from webtidbok_app.state.present.times import next_free_view
from webtidbok_app.state.present.words import form, length, listed
from webtidbok_app.state.resident_views import NextFreeRow


def next_free_row(row: NextFree, lang: Lang) -> NextFreeRow:
    """Return one clinic's time type and its next free time, or why none is told."""
    clinic, kind = row.clinic, row.time_type
    place = f"{clinic.street}, {clinic.city}"
    if kind is None:
        return NextFreeRow(
            href=addresses.time_types(lang, clinic.slug),
            clinic=clinic.name,
            place=place,
            time_type=clinic.kind.in_language(lang),
            next_free=t(lang, "citizen.compare.asked_later"),
        )
    return NextFreeRow(
        href=addresses.step(lang, clinic.slug, kind.id),
        clinic=clinic.name,
        place=place,
        time_type=kind.name.in_language(lang),
        facts=listed(length(kind, lang), form(kind.visit_form, lang)),
        next_free=next_free_view(row.timeslot, lang).text or t(lang, "citizen.compare.none_free"),
        free=row.timeslot is not None,
    )


def compared_text(found: Comparison, words: str, lang: Lang) -> str:
    """Return "3 besök för ”blodprov”", or that nothing is called so but some nearly."""
    if found.only_near:
        return t(lang, "citizen.compare.only_near", words=words)
    return tn(lang, "citizen.compare.found", len(found.rows), words=words)
