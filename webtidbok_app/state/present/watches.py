"""Watches in words: the form, one watch with what is offered, and the list."""

from datetime import datetime

from webtidbok_app.domain import swedish_time
from webtidbok_app.domain.watch import WatchOfferStatus, WatchStatus
from webtidbok_app.i18n import Lang, format_day_span, format_time, t, tn
from webtidbok_app.services.my_watches import MyWatch, OfferedTime
from webtidbok_app.services.watches import WatchForm
from webtidbok_app.state import addresses
from webtidbok_app.state.present.wishes import PART, PERFORMER
from webtidbok_app.state.present.words import moment_text, when
from webtidbok_app.state.resident_views import (
    ErrandRow,
    ReservedView,
    WatchFormView,
    WatchView,
)
from webtidbok_app.state.views import Choice, SummaryRow


def watch_form_view(form: WatchForm, lang: Lang, *, performer: str = "", part: str = "") -> WatchFormView:
    """Return the form. ``performer`` and ``part`` are wished on the way here, and count unless one waits already."""
    known = dict(form.performers)
    wished = (form.performer_id, form.part or "") if form.running else (performer, part)
    return WatchFormView(
        caption=f"{form.clinic.name} · {form.time_type.name.in_language(lang)}",
        back=addresses.step(lang, form.clinic.slug, form.time_type.id),
        performers=[Choice(one, name) for one, name in form.performers] if len(known) > 1 else [],
        performer=wished[0] if wished[0] in known else "",
        part=wished[1],
        first_day=form.first_day.isoformat(),
        last_day=form.last_day.isoformat(),
        running=form.running,
        reached=form.reached,
        messages_href=addresses.messages(
            lang, clinic=form.clinic.slug, time_type=form.time_type.id, **{PERFORMER: performer, PART: part}
        ),
    )


def watch_view(watch: MyWatch, lang: Lang, *, now: datetime) -> WatchView:
    """Return a watch as it is now."""
    state = _state(watch, now)
    return WatchView(
        title=t(lang, f"watches.watch.{state}.title"),
        body=t(lang, f"watches.watch.{state}.body", phone=watch.clinic.phone),
        caption=f"{watch.clinic.name} · {watch.time_type.in_language(lang)}",
        waiting=watch.status == WatchStatus.WAITING and not watch.over(swedish_time.day_of(now)),
        reached=watch.reached,
        ahead=_ahead(watch, lang) if state == "waiting" else "",
        reserved=_reserved(watch, state, lang, now=now),
        news=_news(watch.offer, lang) if state == "waiting" else "",
        rows=_rows(watch, lang),
        change_href=addresses.watch_form(lang, watch.clinic.slug, watch.time_type_id),
        times_href=addresses.step(lang, watch.clinic.slug, watch.time_type_id),
    )


def watch_row(watch: MyWatch, lang: Lang, *, now: datetime) -> ErrandRow:
    """Return a watch for the list of one's own."""
    state = _state(watch, now)
    offer = watch.offer if state == "reserved" else None
    return ErrandRow(
        href=addresses.watch(lang, watch.clinic.slug, watch.id),
        title=f"{watch.time_type.in_language(lang)}, {watch.clinic.name}",
        about=t(
            lang,
            "watches.list.reserved",
            when=moment_text(offer.starts_at, lang),
            until=_until(offer, lang, now),
        )
        if offer
        else _what(watch, lang),
        badge=t(lang, f"watches.list.state.{state}"),
        news=state in {"reserved", "chosen"},
    )


def _state(watch: MyWatch, now: datetime) -> str:
    if watch.status != WatchStatus.WAITING:
        return watch.status
    if watch.offer and watch.offer.stands(now):
        return "reserved"
    if watch.offer and watch.offer.held_until:
        return "chosen"
    if watch.over(swedish_time.day_of(now)):
        return "over"
    return "paused" if watch.paused else "waiting"


def _reserved(watch: MyWatch, state: str, lang: Lang, *, now: datetime) -> ReservedView:
    offer = watch.offer
    if offer is None or state not in {"reserved", "chosen"}:
        return ReservedView()
    onward = addresses.step(lang, watch.clinic.slug, watch.time_type_id, "kontrollera")
    return ReservedView(
        id=offer.id,
        when=moment_text(offer.starts_at, lang),
        who=t(lang, "watches.watch.who", performer=offer.performer),
        until=t(lang, "watches.watch.until", until=_until(offer, lang, now)),
        chosen_href=onward if state == "chosen" else "",
        exchanges=[
            Choice(time.id, t(lang, "watches.watch.exchange", when=when(time, lang)))
            for time in watch.exchangeable
        ],
    )


def _until(offer: OfferedTime, lang: Lang, now: datetime) -> str:
    """Return until when it is reserved: the clock time, with its day where that is another than today."""
    until = offer.held_until or offer.stands_until
    same_day = swedish_time.day_of(until) == swedish_time.day_of(now)
    return format_time(lang, until) if same_day else moment_text(until, lang)


def _news(offer: OfferedTime | None, lang: Lang) -> str:
    """Return what became of the time that was offered last, where it was not booked."""
    if offer is None or offer.status == WatchOfferStatus.TAKEN:
        return ""
    status = WatchOfferStatus.RUN_OUT if offer.status == WatchOfferStatus.OPEN else offer.status
    return t(lang, f"watches.watch.news.{status}", when=moment_text(offer.starts_at, lang))


def _ahead(watch: MyWatch, lang: Lang) -> str:
    return tn(lang, "watches.watch.ahead", watch.ahead) if watch.ahead else t(lang, "watches.watch.first")


def _rows(watch: MyWatch, lang: Lang) -> list[SummaryRow]:
    rows = {
        "performer": watch.performer or t(lang, "watches.form.anybody"),
        "part": t(lang, f"common.time.{watch.part}") if watch.part else t(lang, "watches.form.any_part"),
        "period": format_day_span(lang, watch.first_day, watch.last_day),
    }
    return [SummaryRow(t(lang, f"watches.watch.{name}"), text) for name, text in rows.items()]


def _what(watch: MyWatch, lang: Lang) -> str:
    part = t(lang, f"common.time.{watch.part}") if watch.part else ""
    wishes = [watch.performer, part, format_day_span(lang, watch.first_day, watch.last_day)]
    return ", ".join(wish for wish in wishes if wish)
