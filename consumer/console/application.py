"""The application of the console: its routes behind `Access`."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.types import ASGIApp

from consumer.console import failing, routes
from consumer.console.access import Access
from consumer.console.context import Context


def create_app(context: Context) -> ASGIApp:
    """The application around its context."""
    app = Starlette(
        routes=[*routes.PAGES, *routes.ACTS, *routes.PUBLIC], exception_handlers=dict(failing.HANDLERS)
    )
    app.state.context = context
    return Access(app, context)
