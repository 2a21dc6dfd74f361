"""The pages that are made when they are asked for. No logic: what is on them comes from service, how from rendering."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from feeder import config, feeds
from feeder.errors import FeederError, StateError
from feeder.model import DeliveryState, EventType, TopicKind, TopicListing, WatchKind
from feeder.rendering import chart, news_article, web_address
from feeder.service import clock, proposals, reading
from feeder.service.questions import Question
from feeder.service.trial import Trial
from feeder.storage import Fate
from feeder.web import asked, replies, watch_form
from feeder.web.asked import Form, Senseless
from feeder.web.desk import Desk
from feeder.web.visitors import TooMany, Visitor

HEADINGS = {
    TopicKind.SHOW: "Shows",
    TopicKind.PERSON: "People",
    TopicKind.EVENT: "Events",
    TopicKind.WATCH: "Watched names",
    TopicKind.QUERY: "Topics",
}
_log = logging.getLogger(__name__)
_STRANGER = Visitor(owner=False, may_log_in=False, sees=False, csrf="")
_FOR_EVER = 365 * 86400
_ANNOUNCED = 12
_View = Callable[["Pages", Request, Visitor], Response]


def _guarded(view: _View) -> Callable[[Pages, Request], Awaitable[Response]]:
    """In a thread; what a visitor did wrong, and what went wrong here, becomes a page."""

    @wraps(view)
    async def answer(pages: Pages, request: Request) -> Response:
        return await pages.desk.beside(lambda: pages.guard(request, lambda visitor: view(pages, request, visitor)))

    return answer


class Pages:
    """Routes of the pages; those of the owner's forms are in `forms`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return (
            Route("/", self._home),
            Route("/search", self._search),
            Route("/topics", self._topics),
            Route("/watches", self._watches),
            Route("/watches/new", self._new_watch),
            Route("/watches/change", self._change_watch),
            Route("/deliveries", self._deliveries),
            Route("/proposed", self._proposed),
            Route("/health", self._health),
            Route("/login", self._login),
            Route("/opensearch.xml", self._opensearch),
            Route("/static/page-{digest}.css", self._style),
            Route("/static/icon-{digest}.svg", self._icon),
            Route("/entry/{token}", self._entry),
            *(
                route
                for kind in HEADINGS
                for route in (
                    Route(f"/{kind}/{{slug}}.opml", self._opml),
                    Route(f"/{kind}/{{slug}}", self._topic),
                )
            ),
        )

    # -- what views stand on ------------------------------------------------------------------------------------------

    def guard(self, request: Request, view: Callable[[Visitor], Response]) -> Response:
        """The view's answer, or a page that says why there is none."""
        try:
            visitor = self.desk.visitor(request)
            if self.desk.reading(visitor).closed and request.url.path != "/login":
                return self._turned_away(request, visitor, request.url.path.lstrip("/"))
            return view(visitor)
        except Senseless as error:
            return self.message(request, _STRANGER, 400, "That cannot be understood", str(error))
        except TooMany as error:
            answer = self.message(request, _STRANGER, 429, "Not so fast", str(error))
            answer.headers["retry-after"] = str(int(error.wait))
            return answer
        except HTTPException as error:
            return self.message(request, _STRANGER, error.status_code, "Not here", error.detail)
        except StateError as error:
            _log.error("page failed: path=%s error=%s", request.url.path, error)
            return self.message(request, _STRANGER, 503, "Not now", "The state cannot be read at the moment.")
        except Exception:
            _log.exception("page failed: path=%s", request.url.path)
            try:
                return self.message(
                    request, _STRANGER, 500, "That went wrong", "It was not your fault; the log says more."
                )
            except FeederError:  # a template of the owner's that every page needs
                return Response("That went wrong; the log says more.\n", status_code=500, media_type="text/plain")

    def render(
        self,
        request: Request,
        name: str,
        visitor: Visitor,
        *,
        here: str = "",
        status: int = 200,
        private: bool = False,
        announced: Sequence[TopicListing] = (),
        **values: object,
    ) -> Response:
        """A page of templates/pages/. What an owner sees stays with the owner."""
        app = self.desk.app
        style, icon = app.renderer.view_style, app.renderer.view_icon
        html = app.renderer.view(
            name,
            site=app.site,
            up=_up(request),
            here=here,
            announced=announced,
            visitor=visitor,
            style_path=f"static/page-{_digest(style)}.css",
            icon_path=f"static/icon-{_digest(icon)}.svg",
            **values,
        )
        return replies.page(request, html, status=status, private=private or visitor.owner)

    def message(self, request: Request, visitor: Visitor, status: int, heading: str, text: str) -> Response:
        return self.render(request, "message", visitor, status=status, heading=heading, text=text)

    def nothing(self, request: Request) -> Response:
        """For whoever looks where nothing is: the same for everybody, and nothing is looked up for it."""
        return self._missing(request, _STRANGER)

    def _everything(self, visitor: Visitor) -> tuple[TopicListing, ...]:
        listing = self.desk.reading(visitor).everything()
        return () if listing is None else (listing,)

    # -- for everybody ------------------------------------------------------------------------------------------------

    @_guarded
    def _home(self, request: Request, visitor: Visitor) -> Response:
        before = asked.number(request.query_params, "before")
        home = self.desk.reading(visitor).home(before)
        busiest = [listings[0] for _, listings in home.busiest]
        return self.render(
            request,
            "home",
            visitor,
            here="home",
            announced=(*self._everything(visitor), *busiest)[:_ANNOUNCED],
            home=home,
            headings=HEADINGS,
            first=before is None,
            folder=self.desk.app.settings.source_folder.name,
        )

    @_guarded
    def _topic(self, request: Request, visitor: Visitor) -> Response:
        before = asked.number(request.query_params, "before")
        kind, slug = _kind(request), request.path_params["slug"]
        about = self.desk.reading(visitor).about(kind, slug, now=clock.now(), before=before)
        if about is None:
            former = self.desk.reading(visitor).former(kind, slug)
            if former is None:
                return self._missing(request, visitor)
            if former.slug is None:
                return self.message(request, visitor, 410, "Not any more", "This topic is not published any more.")
            return Response(status_code=301, headers={"location": f"{_up(request)}{kind}/{former.slug}"})
        return self.render(
            request,
            "topic",
            visitor,
            here=kind.value,
            announced=(about.listing,),
            about=about,
            heading=HEADINGS[kind],
            first=before is None,
            drawn=chart(about.bars),
        )

    @_guarded
    def _opml(self, request: Request, visitor: Visitor) -> Response:
        listing = self.desk.reading(visitor).listing(_kind(request), request.path_params["slug"])
        if listing is None:
            raise HTTPException(404, "Nothing is published under this address.")
        answer = replies.document(request, feeds.opml((listing,), site=self.desk.app.site), "text/x-opml")
        answer.headers["content-disposition"] = f'attachment; filename="{listing.slug}.opml"'  # [a-z0-9-]
        return answer

    @_guarded
    def _entry(self, request: Request, visitor: Visitor) -> Response:
        return self.entry(request, visitor, request.path_params["token"], said=_said(request))

    def entry(
        self,
        request: Request,
        visitor: Visitor,
        token: str,
        *,
        said: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        whole = self.desk.reading(visitor).entry(token)
        if whole is None:
            return self._missing(request, visitor)
        if whole.withdrawn is not None:
            return self.message(request, visitor, 410, "Withdrawn", "This article is not published any more.")
        listed = [it.listing for it in whole.named if it.listing and it.tag.main]
        return self.render(
            request,
            "entry",
            visitor,
            status=status,
            announced=(*listed, *self._everything(visitor))[:_ANNOUNCED],
            whole=whole,
            link=web_address(whole.stored.entry.article.link),
            structured=news_article(whole.stored, self.desk.app.site),
            said=said,
            correctable=visitor.owner,
        )

    @_guarded
    def _search(self, request: Request, visitor: Visitor) -> Response:
        problem, answer, before = None, None, None
        question = Question()
        try:
            before = asked.number(request.query_params, "before")
            question = asked.question(request.query_params)
        except Senseless as error:
            problem = str(error)
        if question != Question():
            answer = self.desk.reading(visitor).search(question, before=before)
        fields = {name: value for name, value in request.query_params.items() if name != "before" and value}
        return self.render(
            request,
            "search",
            visitor,
            here="search",
            status=400 if problem else 200,
            announced=self._everything(visitor),
            question=question,
            answer=answer,
            counted=reading.COUNTED,
            kinds=tuple(HEADINGS.items()),
            events=tuple(EventType),
            link=f"search?{urlencode({**fields, 'before': ''})}",
            problem=problem,
            first=before is None,
        )

    @_guarded
    def _topics(self, request: Request, visitor: Visitor) -> Response:
        kind = asked.one_of(request.query_params, "kind", TopicKind)
        text = asked.text(request.query_params, "q", longest=100)
        after = asked.text(request.query_params, "after")
        listings, following = self.desk.reading(visitor).topics(kind=kind, text=text, after=after)
        fields = {name: value for name, value in (("kind", kind), ("q", text)) if value}
        return self.render(
            request,
            "topics",
            visitor,
            here=kind.value if kind else "",
            announced=self._everything(visitor),
            heading=HEADINGS.get(kind, "All topics") if kind else "All topics",
            kind=kind,
            text=text,
            listings=listings,
            next=following,
            link=f"topics?{urlencode({**fields, 'after': ''})}",
        )

    @_guarded
    def _watches(self, request: Request, visitor: Visitor) -> Response:
        return self.watches(request, visitor)

    def watches(
        self,
        request: Request,
        visitor: Visitor,
        *,
        said: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> Response:
        watched = self.desk.reading(visitor).watched()
        settings = self.desk.app.settings
        return self.render(
            request,
            "watches",
            visitor,
            here="watches",
            status=status,
            announced=tuple(it.listing for it in watched if it.listing)[:_ANNOUNCED] or self._everything(visitor),
            watched=[(it, config.watch_table(it.watch, settings)) for it in watched],
            editable=visitor.owner,
            said=said or _said(request),
        )

    @_guarded
    def _new_watch(self, request: Request, visitor: Visitor) -> Response:
        """The form, empty but for what the address names."""
        settings = self.desk.app.settings
        named = {key: asked.text(request.query_params, key) for key in ("name", "query")}
        kind = asked.one_of(request.query_params, "kind", WatchKind)
        endpoints = [it.name for it in settings.endpoints]
        table = {
            **named,
            **({"kind": kind.value} if kind else {}),
            "endpoint": endpoints if len(endpoints) == 1 else [],
        }
        return self.watch(request, visitor, watch_form.filled(table, settings), was=None)

    @_guarded
    def _change_watch(self, request: Request, visitor: Visitor) -> Response:
        settings = self.desk.app.settings
        name = asked.text(request.query_params, "name")
        found = next((it for it in settings.watches if it.name.casefold() == name.casefold()), None)
        if found is None and visitor.owner:
            return self.message(request, visitor, 404, "Not here", f"Nobody named “{name}” is watched.")
        table = config.watch_table(found, settings) if found else {}
        return self.watch(request, visitor, watch_form.filled(table, settings), was=found.name if found else None)

    def watch(
        self,
        request: Request,
        visitor: Visitor,
        form: Form,
        *,
        was: str | None,
        wrong: Mapping[str, str] | None = None,
        tried: Trial | None = None,
        status: int = 200,
    ) -> Response:
        """The form about one watch. `was`: its name so far, None for a new one; `wrong`: by key of its table."""
        if not visitor.owner:
            then = request.url.path.lstrip("/") + (f"?{request.url.query}" if request.url.query else "")
            return self._turned_away(request, visitor, then)
        settings = self.desk.app.settings
        return self.render(
            request,
            "watch",
            visitor,
            here="watches",
            status=status,
            private=True,
            form=form,
            was=was,
            wrong=wrong or {},
            tried=tried,
            endpoints=[endpoint.name for endpoint in settings.endpoints],
            home_zone=settings.zone.key,
            **watch_form.values(),
        )

    # -- for who may look behind --------------------------------------------------------------------------------------

    @_guarded
    def _deliveries(self, request: Request, visitor: Visitor) -> Response:
        if not visitor.sees:
            return self._turned_away(request, visitor, "deliveries")
        state = asked.one_of(request.query_params, "state", DeliveryState)
        messages, following = self.desk.reading(visitor).messages(
            before=asked.number(request.query_params, "before"), state=state
        )
        return self.render(
            request,
            "deliveries",
            visitor,
            here="deliveries",
            private=True,
            messages=messages,
            next=following,
            link=f"deliveries?{urlencode({**({'state': state} if state else {}), 'before': ''})}",
            state=state,
            states=tuple(DeliveryState),
            counts=self.desk.app.store.counts(),
            replayable=visitor.owner,
            said=_said(request),
        )

    @_guarded
    def _proposed(self, request: Request, visitor: Visitor) -> Response:
        return self.proposed(request, visitor)

    def proposed(
        self, request: Request, visitor: Visitor, *, said: Mapping[str, str] | None = None, status: int = 200
    ) -> Response:
        if not visitor.sees:
            return self._turned_away(request, visitor, "proposed")
        try:
            known = self.desk.shelf.wait()
            found: Sequence[Any] = proposals.proposed(self.desk.app.settings, known=known)
        except FeederError as error:
            found, said, status = (), {"tone": "bad", "text": str(error)}, 500
        return self.render(
            request,
            "proposed",
            visitor,
            here="proposed",
            status=status,
            private=True,
            proposals=found,
            decidable=visitor.owner,
            said=said or _said(request),
        )

    @_guarded
    def _health(self, request: Request, visitor: Visitor) -> Response:
        if not visitor.sees:
            return self._turned_away(request, visitor, "health")
        store = self.desk.app.store
        return self.render(
            request,
            "health",
            visitor,
            here="health",
            private=True,
            health=self.desk.running.health(),
            aside=[record for fate in (Fate.FAILED, Fate.SET_ASIDE) for record in store.files(fate=fate)],
        )

    @_guarded
    def _login(self, request: Request, visitor: Visitor) -> Response:
        return self.login(request, visitor, then=asked.text(request.query_params, "then"))

    def login(
        self, request: Request, visitor: Visitor, *, then: str, said: Mapping[str, str] | None = None, status: int = 200
    ) -> Response:
        if not visitor.may_log_in:
            return self.message(
                request, visitor, 404, "Nobody can log in", "config.toml has no [owner] with a password or a token."
            )
        return self.render(request, "login", visitor, status=status, private=True, said=said, then=then)

    # -- files --------------------------------------------------------------------------------------------------------

    async def _style(self, request: Request) -> Response:
        return _versioned(request, self.desk.app.renderer.view_style, "text/css; charset=utf-8")

    async def _icon(self, request: Request) -> Response:
        return _versioned(request, self.desk.app.renderer.view_icon, "image/svg+xml")

    async def _opensearch(self, request: Request) -> Response:
        description = self.desk.app.renderer.view_search(self.desk.app.site)
        return replies.document(request, description.encode(), "application/opensearchdescription+xml")

    def _missing(self, request: Request, visitor: Visitor) -> Response:
        return self.message(request, visitor, 404, "Not here", "Nothing is published under this address.")

    def _turned_away(self, request: Request, visitor: Visitor, then: str) -> Response:
        if visitor.may_log_in:
            return replies.see_other(f"{_up(request)}login?{urlencode({'then': then})}")
        return self.message(
            request,
            visitor,
            403,
            "Not for everybody",
            "This page is shown at the machine that feeder runs on, or to an owner who can log in: set [owner] in "
            "config.toml.",
        )


#: What is said on the page after a form, by the word in its address.
_ANSWERS = {
    "added": "Watched from the next build on.",
    "changed": "Changed. It counts from the next build on.",
    "removed": "Not watched any more.",
    "replayed": "Sent again as soon as possible.",
    "not-replayed": "Nothing to send again: it is neither dead nor held.",
    "accepted": "Accepted: it is in your catalog now.",
    "rejected": "Rejected: it is not tagged again.",
    "corrected": "Noted. The next build tags this article anew.",
}


def _said(request: Request) -> Mapping[str, str] | None:
    text = _ANSWERS.get(request.query_params.get("done", ""))
    return {"tone": "good", "text": text} if text else None


def _up(request: Request) -> str:
    """From the page's folder to the front page, so that it does not matter below which address feeder is published."""
    path: str = request.scope["path"]
    return "../" * (path.count("/") - 1)


def _kind(request: Request) -> TopicKind:
    return TopicKind(request.scope["path"].split("/")[1])


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def _versioned(request: Request, data: bytes, media_type: str) -> Response:
    current = request.path_params["digest"] == _digest(data)
    return replies.document(request, data, media_type, max_age=_FOR_EVER if current else 0)
