"""/bevaka and /bevakningar: waiting for a time to become free, and what is offered then."""

import reflex as rx

from webtidbok_app.components import buttons
from webtidbok_app.components.feedback import error_summary, notice, problem_box
from webtidbok_app.components.forms import form, radio_group, select_field, text_field
from webtidbok_app.components.summary_list import summary_list
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.parts import back_to, emergency, heading, once_fetched, resident_page
from webtidbok_app.state.views import Choice
from webtidbok_app.state.watches import PARTS, WatchFormState, WatchState


def form_page(lang: Lang) -> rx.Component:
    """Return what to watch for, or the way to messages for who gets none."""
    state = WatchFormState
    return resident_page(
        lang,
        heading(t(lang, "watches.form.title"), stop=state.stop, caption=state.form.caption),
        once_fetched(
            lang,
            rx.el.p(t(lang, "watches.form.intro")),
            rx.cond(
                state.form.reached,
                rx.fragment(
                    rx.cond(state.form.running, notice(t(lang, "watches.form.running"), kind="info")),
                    _form(lang),
                ),
                _no_messages(lang, state.form.messages_href),
            ),
            emergency(lang),
            ready=state.form.caption != "",
            stop=state.stop,
            rows=5,
        ),
        current="clinics",
        back=back_to(lang, state.form.back),
        above=rx.fragment(
            error_summary(lang, state.problems, attempt=state.attempts.to_string()),
            problem_box(lang, state.problem),
        ),
    )


def _form(lang: Lang) -> rx.Component:
    state = WatchFormState
    parts = [Choice("", t(lang, "watches.form.any_part"))]
    parts += [Choice(part, t(lang, f"common.time.{part}")) for part in PARTS]
    return form(
        rx.cond(
            state.form.performers.length() > 0,
            select_field(
                lang,
                "performer",
                t(lang, "watches.form.performer"),
                state.form.performers,
                value=state.form.performer,
                first=t(lang, "watches.form.anybody"),
                problems=state.problems,
            ),
        ),
        radio_group(
            lang,
            "part",
            t(lang, "watches.form.part"),
            parts,
            value=state.form.part,
            problems=state.problems,
        ),
        _day(lang, "first_day", state.form.first_day),
        _day(lang, "last_day", state.form.last_day),
        buttons.submit(
            rx.cond(state.form.running, t(lang, "watches.form.change"), t(lang, "watches.form.start"))
        ),
        on_submit=state.submit,
    )


def _day(lang: Lang, name: str, value: rx.Var[str]) -> rx.Component:
    return text_field(
        lang,
        name,
        t(lang, f"watches.form.{name}"),
        value=value,
        problems=WatchFormState.problems,
        type="date",
        width="short",
    )


def _no_messages(lang: Lang, href: str | rx.Var[str]) -> rx.Component:
    return notice(
        t(lang, "watches.messages.body"),
        buttons.button_row(buttons.link_as_button(t(lang, "watches.messages.link"), href=href)),
        title=t(lang, "watches.messages.title"),
        kind="info",
    )


def watch_page(lang: Lang) -> rx.Component:
    """Return a watch as it is now."""
    state = WatchState
    watched = state.watched
    return resident_page(
        lang,
        _top(lang),
        once_fetched(
            lang,
            _done(),
            rx.cond(watched.reserved.id != "", _reserved(lang)),
            rx.cond(~watched.reached & watched.waiting, _no_messages(lang, path(lang, "/meddelanden"))),
            rx.cond((watched.news != "") & (state.done == ""), rx.el.p(watched.news)),
            rx.cond(watched.ahead != "", rx.el.p(watched.ahead)),
            rx.el.section(rx.el.h2(t(lang, "watches.watch.what")), summary_list(lang, watched.rows)),
            _stop(lang),
            rx.el.p(rx.el.a(t(lang, "watches.watch.times"), href=watched.times_href)),
            ready=watched.title != "",
            stop=state.stop,
            rows=5,
        ),
        current="bookings",
        back=path(lang, "/mina-tider"),
        above=problem_box(lang, state.problem),
        announcement=state.announced,
    )


def _done() -> rx.Component:
    """Return what has just come true."""
    return rx.cond(
        WatchState.done != "",
        rx.el.div(
            notice(WatchState.done, kind="ok"),
            key=WatchState.attempts.to_string(),
            tab_index=-1,
            data_take_focus="true",
        ),
    )


def _stop(lang: Lang) -> rx.Component:
    """Return the way to stop or change a watch, or to begin again."""
    watched = WatchState.watched
    again = t(lang, "watches.watch.again")
    return rx.cond(
        watched.waiting,
        buttons.button_row(
            buttons.secondary(t(lang, "watches.watch.stop"), on_click=WatchState.stop_watching, once=True),
            rx.el.a(t(lang, "watches.watch.change"), href=watched.change_href),
        ),
        buttons.button_row(buttons.link_as_button(again, href=watched.change_href, kind="secondary")),
    )


def _top(lang: Lang) -> rx.Component:
    """Return the h1 with how the watch stands. It stays the same element, so that it keeps focus."""
    state = WatchState
    return rx.el.div(
        heading(
            rx.cond(state.watched.title != "", state.watched.title, t(lang, "watches.watch.title")),
            stop=state.stop,
            caption=state.watched.caption,
        ),
        rx.cond(state.watched.body != "", rx.el.p(state.watched.body)),
        class_name="stack",
    )


def _reserved(lang: Lang) -> rx.Component:
    """Return the time that is held, and what can be done about it."""
    reserved = WatchState.watched.reserved
    return rx.el.section(
        rx.el.h2(reserved.when, class_name="next-free-time"),
        rx.el.p(reserved.who),
        rx.el.p(reserved.until, class_name="strong"),
        buttons.button_row(
            rx.cond(
                reserved.chosen_href != "",
                buttons.link_as_button(t(lang, "watches.watch.onward"), href=reserved.chosen_href),
                buttons.primary(
                    t(lang, "watches.watch.take"), on_click=WatchState.take(reserved.id, ""), once=True
                ),
            ),
            buttons.secondary(
                t(lang, "watches.watch.decline"), on_click=WatchState.decline(reserved.id), once=True
            ),
        ),
        rx.cond(
            reserved.exchanges.length() > 0,
            rx.el.div(
                rx.el.p(t(lang, "watches.watch.exchange_intro")),
                rx.foreach(
                    reserved.exchanges,
                    lambda booked: buttons.secondary(
                        booked.label,
                        on_click=WatchState.take(reserved.id, booked.value),
                        once=True,
                        key=booked.value,
                    ),
                ),
                class_name="stack",
            ),
        ),
        class_name="next-free stack",
    )
