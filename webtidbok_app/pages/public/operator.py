"""Who runs the service, as several pages say it."""

from webtidbok_app.i18n import Lang, t


def operator(lang: Lang) -> dict[str, str]:
    """Return the facts ``operator``, ``phone`` and ``email`` of texts that name who runs the service."""
    return {
        "operator": t(lang, "public.operator.name"),
        "phone": t(lang, "public.operator.phone"),
        "email": t(lang, "public.operator.email"),
    }
