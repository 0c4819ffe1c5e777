"""What is the same on every page: header, navigation, main, footer, and what speaks up by itself."""

import reflex as rx
from reflex.components.core.banner import has_connection_errors

from webtidbok_app.components import buttons, forms
from webtidbok_app.components.feedback import problem_box
from webtidbok_app.components.icons import mark
from webtidbok_app.components.native import anchor, dialog, noscript, post_form
from webtidbok_app.i18n import Lang, other_lang, path, t
from webtidbok_app.state.staff.search import FIELD as SEARCH_FIELD
from webtidbok_app.state.staff.search import StaffSearchState
from webtidbok_app.state.views import Problem, SessionView

Text = str | rx.Var[str]

_NAV = {"clinics": "/mottagningar", "bookings": "/mina-tider"}
_STAFF_NAV = {
    "schedule": "/personal",
    "publish": "/personal/publicera",
    "day_list": "/personal/bokningar",
    "desk": "/personal/boka",
    "requests": "/personal/forfragningar",
    "changes": "/personal/andringar",
    "settings": "/personal/installningar",
}
_CONNECTED_NAV = {
    "home": "/personal",
    "requests": "/personal/forfragningar",
    "connection": "/personal/anslutning",
    "settings": "/personal/installningar",
}
_HIDDEN_WITHOUT = {"publish": "handles_times", "desk": "handles_times", "requests": "handles_cases"}
"""The pages that only some staff may use, by what they must be able to do."""
_SUPERADMIN_NAV = {
    "clinics": "/personal/mottagningar",
    "timebooks": "/personal/tidbocker",
    "superadmins": "/personal/superadministratorer",
    "service": "/personal/hela-tjansten",
}
_FOOTER = {
    "help": "/hjalp",
    "accessibility": "/tillganglighet",
    "privacy": "/personuppgifter",
    "cookies": "/kakor",
}


def page_title(lang: Lang, key: str, **facts: object) -> str:
    """Return the document's title, for ``add_page``: "Välj en tid – Webtidbok"."""
    return t(lang, "common.page_title", page=t(lang, key, **facts))


def heading(text: Text, caption: Text = "") -> rx.Component:
    """Return the page's h1, which gets focus when one comes here, with a line above it."""
    h1 = rx.el.h1(text, id="page-heading", tab_index=-1)
    if not isinstance(caption, rx.Var) and not caption:
        return h1
    return rx.el.div(rx.el.p(caption, class_name="caption"), h1)


def page(
    lang: Lang,
    *children: rx.Component,
    session: rx.Var[SessionView],
    title_key: str = "",
    caption: Text = "",
    current: str = "",
    back: Text = "",
    above: rx.Component | None = None,
    failure: rx.Var[Problem] | None = None,
    announcement: Text = "",
    wide: bool = False,
) -> rx.Component:
    """Return a resident's or public page.

    ``title_key`` makes the h1; without it ``children`` hold a ``heading`` of their own. ``current`` is
    "clinics" or "bookings". ``back`` is the address of the back link. ``above`` stands above the h1 (error
    summary, conflict). ``failure`` is what the whole event failed with. ``announcement`` is read aloud when it
    changes and never seen. ``wide`` is for list beside month.
    """
    return _shell(
        lang,
        session,
        _nav(lang, session, current),
        _ombud(lang, session),
        rx.el.main(
            *_top(lang, back, above, failure),
            *([heading(t(lang, title_key), caption)] if title_key else []),
            *children,
            id="main",
            tab_index=-1,
            class_name="main main-wide" if wide else "main",
        ),
        _footer(lang),
        announcement=announcement,
        class_name="site site-resident",
    )


def staff_page(
    *children: rx.Component,
    session: rx.Var[SessionView],
    title_key: str = "",
    caption: Text = "",
    current: str = "",
    back: Text = "",
    above: rx.Component | None = None,
    failure: rx.Var[Problem] | None = None,
    announcement: Text = "",
) -> rx.Component:
    """Return a page for staff, in Swedish. ``current`` is a name of one of the staff's navigations."""
    return _shell(
        "sv",
        session,
        rx.el.div(
            _staff_nav(session, current),
            rx.el.main(
                *_top("sv", back, above, failure),
                *([heading(t("sv", title_key), caption)] if title_key else []),
                *children,
                id="main",
                tab_index=-1,
                class_name="main main-staff",
            ),
            class_name="staff-columns",
        ),
        _footer("sv", switch=False),
        announcement=announcement,
        class_name="site site-staff",
    )


def _shell(
    lang: Lang, session: rx.Var[SessionView], *children: rx.Component, announcement: Text, class_name: str
) -> rx.Component:
    return rx.el.div(
        anchor(t(lang, "common.layout.skip"), href="#main", class_name="skip-link", data_jump="true"),
        rx.el.div(
            id="connection",
            role="alert",
            class_name="connection",
            data_state=rx.cond(has_connection_errors, "lost", "open"),
            data_text=t(lang, "common.layout.connection_lost"),
            data_new_version=t(lang, "common.layout.new_version"),
            data_reload=t(lang, "common.layout.reload"),
        ),
        _header(lang, session),
        noscript(t(lang, "common.layout.noscript")),
        *children,
        rx.el.p(announcement, id="announcer", role="status", class_name="visually-hidden"),
        _session_dialog(lang),
        class_name=class_name,
        lang=lang,
        data_page="true",
        data_ready=rx.cond(rx.State.is_hydrated, "true", "false"),
        data_session=session.kind,
    )


def _header(lang: Lang, session: rx.Var[SessionView]) -> rx.Component:
    home = rx.el.a(
        mark(),
        rx.el.span(t(lang, "common.service")),
        href=path(lang, "/"),
        aria_label=t(lang, "common.layout.home"),
        class_name="brand",
    )
    log_in = rx.el.a(t(lang, "common.layout.log_in"), href=path(lang, "/logga-in"), class_name="header-link")
    return rx.el.header(
        rx.el.div(
            home, rx.cond(session.kind == "", log_in, _account(lang, session)), class_name="header-inner"
        ),
        class_name="header",
    )


def _account(lang: Lang, session: rx.Var[SessionView]) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.el.span(t(lang, "common.layout.logged_in_as"), " ", class_name="visually-hidden"),
            rx.cond(session.clinic != "", rx.el.span(session.clinic, " · ", class_name="account-clinic")),
            rx.el.span(session.name, class_name="account-name"),
            class_name="account",
        ),
        rx.cond(
            session.commissions & ~session.unchosen,
            rx.el.a(
                t("sv", "common.staff.change_commission"),
                href="/personal/uppdrag",
                class_name="button button-link",
            ),
        ),
        post_form(
            buttons.link_button(t(lang, "common.layout.log_out"), type="submit"), action="/auth/logout"
        ),
        class_name="account-row",
    )


def _ombud(lang: Lang, session: rx.Var[SessionView]) -> rx.Component:
    """Return for whom the guardian acts, all the way, and the way to change it."""
    words = rx.cond(session.ombud_over, t(lang, "ombud.over"), t(lang, "ombud.banner"))
    return rx.cond(
        session.acts_for != "",
        rx.el.aside(
            rx.el.p(words, " ", rx.el.strong(session.acts_for)),
            rx.el.a(t(lang, "ombud.change"), href=path(lang, "/ombud")),
            class_name="ombud",
            aria_label=t(lang, "ombud.banner"),
            data_over=rx.cond(session.ombud_over, "true", "false"),
        ),
    )


def _nav(lang: Lang, session: rx.Var[SessionView], current: str) -> rx.Component:
    links = [
        rx.el.li(_nav_link(t(lang, f"common.layout.{name}"), path(lang, href), name == current))
        for name, href in _NAV.items()
    ]
    staff = rx.cond(
        session.kind == "staff",
        rx.el.li(
            rx.cond(
                session.superadmin,
                _nav_link(t("sv", "common.staff.clinics"), _SUPERADMIN_NAV["clinics"], here=False),
                _nav_link(t(lang, "common.layout.staff_home"), "/personal", here=False),
            )
        ),
    )
    return rx.el.nav(rx.el.ul(*links, staff), aria_label=t(lang, "common.layout.main_nav"), class_name="nav")


def _staff_nav(session: rx.Var[SessionView], current: str) -> rx.Component:
    def link(name: str, href: str) -> rx.Component:
        item = rx.el.li(_nav_link(t("sv", f"common.staff.{name}"), href, name == current))
        needed = _HIDDEN_WITHOUT.get(name)
        return rx.cond(getattr(session, needed), item) if needed else item

    links = rx.cond(
        session.superadmin,
        rx.fragment(*(link(*one) for one in _SUPERADMIN_NAV.items())),
        rx.cond(
            session.connected,
            rx.fragment(*(link(*one) for one in _CONNECTED_NAV.items())),
            rx.fragment(*(link(*one) for one in _STAFF_NAV.items())),
        ),
    )
    return rx.el.nav(
        rx.cond((session.clinic != "") & ~session.superadmin & ~session.connected, _quick_search()),
        rx.el.p(session.clinic, class_name="side-clinic"),
        rx.el.ul(
            rx.cond(session.unchosen, rx.fragment(), links),
            rx.el.li(_nav_link(t("sv", "common.staff.public_site"), "/", here=False)),
        ),
        aria_label=t("sv", "common.layout.staff_nav"),
        class_name="side-nav",
    )


def _quick_search() -> rx.Component:
    """Return the field that finds a booking from wherever one is."""
    return rx.el.div(
        forms.form(
            forms.text_field(
                "sv",
                SEARCH_FIELD,
                t("sv", "staff.search.label"),
                hint=t("sv", "staff.search.hint"),
                value=StaffSearchState.typed,
                problems=StaffSearchState.problems,
                key=StaffSearchState.searches,
                auto_complete="off",
            ),
            forms.submit(t("sv", "staff.search.go"), kind="secondary"),
            on_submit=StaffSearchState.search,
        ),
        role="search",
        aria_label=t("sv", "staff.search.label"),
        class_name="quick-search no-print",
    )


def _nav_link(text: str, href: str, here: bool) -> rx.Component:
    return rx.el.a(text, href=href, **({"aria_current": "page"} if here else {}))


def _top(
    lang: Lang, back: Text, above: rx.Component | None, failure: rx.Var[Problem] | None
) -> list[rx.Component]:
    return [
        *([problem_box(lang, failure)] if failure is not None else []),
        *([buttons.back_link(lang, back)] if isinstance(back, rx.Var) or back else []),
        *([above] if above is not None else []),
    ]


def _footer(lang: Lang, switch: bool = True) -> rx.Component:
    links = [
        rx.el.li(rx.el.a(t(lang, f"common.layout.{name}"), href=path(lang, href)))
        for name, href in _FOOTER.items()
    ]
    return rx.el.footer(
        rx.el.div(
            rx.el.ul(
                *links, *([rx.el.li(_language_link(lang))] if switch else []), class_name="footer-links"
            ),
            class_name="footer-inner",
        ),
        aria_label=t(lang, "common.layout.footer"),
        class_name="footer",
    )


def _language_link(lang: Lang) -> rx.Component:
    """Return the link to the same page in the other language; the script fills in the page's address."""
    other = other_lang(lang)
    return anchor(
        t(lang, "common.layout.switch_language"),
        href=path(other, "/"),
        href_lang=other,
        lang=other,
        data_language=other,
    )


def _session_dialog(lang: Lang) -> rx.Component:
    words = {
        f"data_{name}": t(lang, f"common.timeout.{name}")
        for name in ("two_minutes", "one_minute", "seconds", "twenty_seconds")
    }
    return dialog(
        rx.el.p(t(lang, "common.timeout.about"), id="session-dialog-about"),
        rx.el.p(id="session-dialog-left", class_name="strong"),
        rx.el.p(id="session-dialog-announcer", role="status", class_name="visually-hidden"),
        buttons.button_row(
            buttons.primary(t(lang, "common.timeout.stay"), id="session-stay", auto_focus=True),
            post_form(
                buttons.secondary(t(lang, "common.timeout.leave"), type="submit"), action="/auth/logout"
            ),
        ),
        id="session-dialog",
        title=rx.el.h2(t(lang, "common.timeout.title"), id="session-dialog-title"),
        about="session-dialog-about session-dialog-left",
        data_login=path(lang, "/logga-in"),
        **words,
    )
