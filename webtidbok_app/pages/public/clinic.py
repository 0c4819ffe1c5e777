"""/mottagning/<clinic>: how to reach it, and what can be done there on the web."""

import reflex as rx

from webtidbok_app.components.feedback import notice
from webtidbok_app.components.rich_text import rich_text
from webtidbok_app.i18n import Lang, path, t
from webtidbok_app.pages.parts import emergency, heading, once_fetched, phone_link, resident_page
from webtidbok_app.state.clinics import ClinicState as State
from webtidbok_app.state.resident_views import CaseTypeView


def page(lang: Lang) -> rx.Component:
    """Return a clinic's own page, open to everybody."""
    clinic = State.info
    return resident_page(
        lang,
        heading(
            rx.cond(clinic.name != "", clinic.name, t(lang, "public.clinic.title")),
            stop=State.stop,
            caption=clinic.kind,
        ),
        once_fetched(
            lang,
            rx.cond(
                clinic.notice.first != "",
                notice(rich_text(lang, clinic.notice), title=t(lang, "public.clinic.notice")),
            ),
            rich_text(lang, clinic.text, class_name="lead"),
            _services(lang),
            _contact(lang),
            emergency(lang),
            ready=clinic.name != "",
            stop=State.stop,
            height="card",
            rows=3,
        ),
        current="clinics",
        back=path(lang, "/mottagningar"),
    )


def _services(lang: Lang) -> rx.Component:
    def one(case_type: rx.Var[CaseTypeView]) -> rx.Component:
        return rx.el.li(
            rx.el.h3(
                rx.cond(
                    case_type.href != "",
                    rx.el.a(case_type.title, href=case_type.href, class_name="card-link"),
                    case_type.title,
                )
            ),
            rich_text(lang, case_type.text),
            rx.cond(
                case_type.closed != "",
                rx.el.p(case_type.closed, class_name="strong"),
                rx.el.p(t(lang, "public.clinic.login_hint"), class_name="fine"),
            ),
            key=case_type.title,
        )

    return rx.el.section(
        rx.el.h2(t(lang, "public.clinic.services")),
        rx.cond(
            State.info.case_types.length() > 0,
            rx.el.ul(rx.foreach(State.info.case_types, one), class_name="row-list"),
            rx.el.p(t(lang, "public.clinic.services_none")),
        ),
    )


def _contact(lang: Lang) -> rx.Component:
    clinic = State.info
    return rx.el.section(
        rx.el.h2(t(lang, "public.clinic.contact")),
        rx.el.dl(
            rx.el.dt(t(lang, "public.clinic.phone")),
            rx.el.dd(phone_link(clinic.phone, clinic.phone_href)),
            rx.el.dt(t(lang, "public.clinic.hours")),
            rx.el.dd(clinic.hours),
            rx.cond(
                State.closed != "",
                rx.fragment(rx.el.dt(t(lang, "public.clinic.closed_days")), rx.el.dd(State.closed)),
            ),
            rx.el.dt(t(lang, "public.clinic.address")),
            rx.el.dd(clinic.street, rx.el.br(), clinic.place),
            class_name="facts",
        ),
    )
