"""Reflex's configuration, all of it from our own settings."""

import reflex as rx

from webtidbok_app.settings import get_settings
from webtidbok_app.web.same_origin import SameOrigin

config = rx.Config(
    app_name="webtidbok_app",
    cors_allowed_origins=[get_settings().origin],
    trusted_proxy_hops=get_settings().trusted_proxy_hops,
    state_manager_mode="memory",  # the default would write every resident's state to disk
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[SameOrigin()],
    disable_plugins=[rx.plugins.SitemapPlugin],
    frontend_compression_formats=["gzip", "brotli"],
)
