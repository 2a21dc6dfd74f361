"""The same answers as on the pages, as JSON. /api/openapi.json describes it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from feeder import config
from feeder.errors import ConfigError, StateError, WatchError
from feeder.model import DeliveryState, SiteInfo, TopicKind
from feeder.service import clock, ownership, trial
from feeder.service.reading import About, Whole
from feeder.web import asked, openapi, replies, shapes
from feeder.web.asked import Senseless
from feeder.web.desk import Desk
from feeder.web.visitors import TooMany, Visitor

_log = logging.getLogger(__name__)
_MOST_DAYS = 36_500  # that a watch is tried on
_View = Callable[["Api", Request, Visitor], Response]


def _guarded(view: _View) -> Callable[[Api, Request], Awaitable[Response]]:
    """In a thread; what goes wrong is an object with "error"."""

    @wraps(view)
    async def answer(api: Api, request: Request) -> Response:
        return await api.desk.beside(lambda: api.guard(request, view))

    return answer


def _owners(view: _View) -> Callable[[Api, Request], Awaitable[Response]]:
    """Only for programs with the owner's token: a browser's session is for the forms, which other sites cannot send."""

    def checked(api: Api, request: Request, visitor: Visitor) -> Response:
        if not visitor.owner or visitor.csrf:
            return _refused(request)
        try:
            return view(api, request, visitor)
        except WatchError as error:
            return replies.data(request, {"error": str(error), "fields": dict(error.fields)}, status=422)
        except ConfigError as error:
            return _problem(request, 409, str(error))

    return _guarded(checked)


def _sent(view: Callable[[Api, Request, Mapping[str, Any]], Response]) -> Callable[[Api, Request], Awaitable[Response]]:
    """The same, with the table that was sent."""

    @wraps(view)
    async def answer(api: Api, request: Request) -> Response:
        table: Mapping[str, Any] | Senseless
        try:
            table = await asked.table(request)
        except Senseless as error:
            table = error

        def with_table(api: Api, request: Request, _visitor: Visitor) -> Response:
            if isinstance(table, Senseless):
                raise table
            return view(api, request, table)

        return await _owners(with_table)(api, request)

    return answer


class Api:
    """Routes below /api/."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return (
            Route("/api/openapi.json", self._openapi),
            Route("/api/entries", self._entries),
            Route("/api/entries/{key}", self._entry),
            Route("/api/entries/{key}/evidence", self._evidence),
            Route("/api/topics", self._topics),
            Route("/api/topics/{kind}/{slug}", self._topic),
            Route("/api/topics/{kind}/{slug}/entries", self._topic_entries),
            Route("/api/search", self._search),
            Route("/api/watches", self._watches),
            Route("/api/watches", self._add_watch, methods=["POST"]),
            Route("/api/watches/try", self._try_watch, methods=["POST"]),
            Route("/api/watches/{name:path}", self._change_watch, methods=["PUT"]),
            Route("/api/watches/{name:path}", self._remove_watch, methods=["DELETE"]),
            Route("/api/deliveries", self._deliveries),
            Route("/api/{rest:path}", self._missing, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        )

    def guard(self, request: Request, view: _View) -> Response:
        try:
            visitor = self.desk.visitor(request)
            if self.desk.reading(visitor).closed:
                return _refused(request)
            return view(self, request, visitor)
        except Senseless as error:
            return _problem(request, 400, str(error))
        except HTTPException as error:
            return _problem(request, error.status_code, error.detail)
        except TooMany as error:
            answer = _problem(request, 429, str(error))
            answer.headers["retry-after"] = str(int(error.wait))
            return answer
        except StateError as error:
            _log.error("api failed: path=%s error=%s", request.url.path, error)
            return _problem(request, 503, "the state cannot be read at the moment")
        except Exception:
            _log.exception("api failed: path=%s", request.url.path)
            return _problem(request, 500, "that went wrong; the log says more")

    @property
    def _site(self) -> SiteInfo:
        return self.desk.app.site

    @_guarded
    def _openapi(self, request: Request, _visitor: Visitor) -> Response:
        return replies.data(request, openapi.document(self._site))

    @_guarded
    def _entries(self, request: Request, visitor: Visitor) -> Response:
        return self._found(request, visitor, "entries")

    @_guarded
    def _search(self, request: Request, visitor: Visitor) -> Response:
        return self._found(request, visitor, "search")

    def _found(self, request: Request, visitor: Visitor, path: str) -> Response:
        values = request.query_params
        answer = self.desk.reading(visitor).search(asked.question(values), before=asked.number(values, "before"))
        cards = answer.entries.cards
        body: dict[str, Any] = {
            "entries": [shapes.entry(it.stored, self._site) for it in cards],
            "count": answer.count,
        }
        if path == "search":
            body["excerpts"] = [
                {"text": it.excerpt.text, "marks": [list(mark) for mark in it.marks]} if it.excerpt else None
                for it in cards
            ]
            body["topics"] = [shapes.topic(it, self._site) for it in answer.topics]
        return self._page(request, f"api/{path}", body, ("before", answer.entries.next))

    @_guarded
    def _entry(self, request: Request, visitor: Visitor) -> Response:
        whole = self._whole(request, visitor)
        return replies.data(request, {**shapes.entry(whole.stored, self._site), "tags": shapes.named(whole.named)})

    @_guarded
    def _evidence(self, request: Request, visitor: Visitor) -> Response:
        return replies.data(request, shapes.evidence(self._whole(request, visitor)))

    def _whole(self, request: Request, visitor: Visitor) -> Whole:
        whole = self.desk.reading(visitor).entry(request.path_params["key"])
        if whole is None:
            raise HTTPException(404, "there is no such entry")
        if whole.withdrawn is not None:
            raise HTTPException(410, "this entry is withdrawn")
        return whole

    @_guarded
    def _topics(self, request: Request, visitor: Visitor) -> Response:
        values = request.query_params
        listings, following = self.desk.reading(visitor).topics(
            kind=asked.one_of(values, "kind", TopicKind),
            text=asked.text(values, "q", longest=100),
            after=asked.text(values, "after"),
        )
        body = {"topics": [shapes.topic(it, self._site) for it in listings]}
        return self._page(request, "api/topics", body, ("after", following or None))

    @_guarded
    def _topic(self, request: Request, visitor: Visitor) -> Response:
        return replies.data(request, shapes.about(self._about(request, visitor), self._site))

    @_guarded
    def _topic_entries(self, request: Request, visitor: Visitor) -> Response:
        about = self._about(request, visitor)
        body = {"entries": [shapes.entry(it.stored, self._site) for it in about.entries.cards]}
        kind, slug = about.listing.topic.kind, about.listing.slug
        return self._page(request, f"api/topics/{kind}/{slug}/entries", body, ("before", about.entries.next))

    def _about(self, request: Request, visitor: Visitor) -> About:
        kind = asked.one_of(request.path_params, "kind", TopicKind)
        if kind is None:
            raise HTTPException(404, "there is no such topic")
        about = self.desk.reading(visitor).about(
            kind, request.path_params["slug"], now=clock.now(), before=asked.number(request.query_params, "before")
        )
        if about is None:
            raise HTTPException(404, "there is no such topic")
        return about

    @_guarded
    def _watches(self, request: Request, visitor: Visitor) -> Response:
        settings = self.desk.app.settings
        found = [
            shapes.watched(it, self._site, written=config.watch_table(it.watch, settings) if visitor.sees else None)
            for it in self.desk.reading(visitor).watched()
        ]
        return replies.data(request, {"watches": found}, private=visitor.sees)

    @_sent
    def _add_watch(self, request: Request, table: Mapping[str, Any]) -> Response:
        written = ownership.watch(self.desk.app.settings, table)
        self.desk.running.reload()
        return replies.data(request, shapes.table(written), status=201, private=True)

    @_sent
    def _change_watch(self, request: Request, table: Mapping[str, Any]) -> Response:
        written = ownership.watch(self.desk.app.settings, table, replacing=self._watched_name(request))
        self.desk.running.reload()
        return replies.data(request, shapes.table(written), private=True)

    @_sent
    def _try_watch(self, request: Request, table: Mapping[str, Any]) -> Response:
        days = asked.number(request.query_params, "days")
        if days is not None and not 1 <= days <= _MOST_DAYS:
            raise Senseless(f"days: expected 1 to {_MOST_DAYS}")
        replacing = asked.text(request.query_params, "replacing") or None
        if replacing:
            self._watched(replacing)
        with self.desk.trying:
            found = trial.tried(self.desk.app, table, replacing=replacing, days=days or trial.DAYS, now=clock.now())
        return replies.data(request, shapes.trial(found, self._site), private=True)

    @_owners
    def _remove_watch(self, request: Request, _visitor: Visitor) -> Response:
        ownership.unwatch(self.desk.app.settings, self._watched_name(request))
        self.desk.running.reload()
        return Response(status_code=204)

    def _watched_name(self, request: Request) -> str:
        return self._watched(request.path_params["name"])

    def _watched(self, name: str) -> str:
        folded = " ".join(name.split()).casefold()
        if all(it.name.casefold() != folded for it in self.desk.app.settings.watches):
            raise HTTPException(404, "nothing of this name is watched")
        return name

    @_guarded
    def _deliveries(self, request: Request, visitor: Visitor) -> Response:
        if not visitor.sees:
            return _refused(request)
        values = request.query_params
        found, following = self.desk.reading(visitor).messages(
            before=asked.number(values, "before"),
            state=asked.one_of(values, "state", DeliveryState),
            watch=asked.text(values, "watch") or None,
        )
        body = {"deliveries": [shapes.message(it) for it in found]}
        return self._page(request, "api/deliveries", body, ("before", following), private=True)

    async def _missing(self, request: Request) -> Response:
        return _problem(request, 404, "there is nothing here; /api/openapi.json says what there is")

    def _page(
        self,
        request: Request,
        path: str,
        body: Mapping[str, Any],
        following: tuple[str, int | str | None],
        *,
        private: bool = False,
    ) -> Response:
        """With the address of the next page, in the body and as a Link."""
        name, place = following
        address = None
        if place is not None:
            fields = {key: value for key, value in request.query_params.items() if key != name}
            address = f"{self._site.base_url}/{path}?{urlencode({**fields, name: place})}"
        return replies.data(
            request, {**body, "next": address}, private=private, links={"next": address} if address else None
        )


def _problem(request: Request, status: int, text: str) -> Response:
    return replies.data(request, {"error": text}, status=status)


def _refused(request: Request) -> Response:
    answer = _problem(request, 401, "for the owner: send the token of [owner] as a bearer token")
    answer.headers["www-authenticate"] = "Bearer"
    return answer
