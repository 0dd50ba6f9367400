"""The composition root: the one module that knows both doors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import Receive, Scope, Send

import geomap
import web.forms.door
import web.pages.rendering
import web.routes
from api import (
    accounts,
    authors,
    changes,
    collections,
    common,
    decisions,
    drafts,
    edit,
    exact,
    exports,
    exposure,
    features,
    forms,
    health,
    history,
    importing,
    notices,
    oidc,
    openapi,
    photos,
    problems,
    qgis,
    queryables,
    resuming,
    returning,
    review,
    rights,
    search,
    styles,
    suggesting,
    suggestions,
    tiles,
    tilesets,
)
from api.compression import Compression
from api.front import Front
from api.headers import BodyLimit, CommonHeaders, KnownHosts
from api.metrics import Metrics
from api.problems import LastResort
from api.router import Router
from api.service import opened
from geomap.settings import Settings

ROUTERS: tuple[Router, ...] = (
    common.router,
    collections.router,
    features.router,
    queryables.router,
    edit.router,
    drafts.router,
    forms.router,
    photos.router,
    history.router,
    decisions.router,
    suggestions.router,
    changes.router,
    returning.router,
    review.router,
    authors.router,
    importing.router,
    suggesting.router,
    accounts.router,
    notices.router,
    rights.router,
    exact.router,
    exposure.router,
    oidc.router,
    tiles.router,
    tilesets.router,
    styles.router,
    qgis.router,
    exports.router,
    search.router,
    health.router,
    # a new noun: its module, and its router here
)


class Application(FastAPI):
    """FastAPI's application, behind the short way to what is asked for most."""

    front: Front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as an ASGI application."""
        await self.front(scope, receive, send)


def create_app(settings: Settings) -> FastAPI:
    """Return the application: the API and the page on one store, which opens at start-up.

    Args:
        settings: Read once, here; nothing below asks the environment again.
    """
    app = Application(
        title=settings.title,
        version=geomap.__version__,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        middleware=[
            Middleware(CommonHeaders),
            *([Middleware(Metrics)] if settings.metrics else []),
            Middleware(KnownHosts, hosts=settings.hosts),
            Middleware(Compression),
            Middleware(LastResort),
            Middleware(BodyLimit),
        ],
    )
    app.front = Front(app, partial(FastAPI.__call__, app), settings)
    app.state.settings = settings
    app.state.front_page = web.routes.front_page
    app.state.page = web.pages.rendering.page
    app.state.page_headers = web.pages.rendering.page_headers
    app.state.forms = web.forms.door
    app.state.conforms_to = [name for router in ROUTERS for name in router.conforms_to]
    app.state.routes = [route for router in ROUTERS for route in router.routes.routes]
    app.state.openapi = openapi.document(ROUTERS, settings)
    problems.install(app)
    resuming.install(app)
    for router in ROUTERS:
        app.include_router(router.routes)
    web.routes.install(app)
    return app


def app_of_environment() -> FastAPI:
    """Return the application with the settings of the environment; each worker calls this."""
    return create_app(Settings.from_environment())


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    with opened(app.state.settings) as service:
        app.state.service = service
        yield
