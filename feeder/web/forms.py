"""The owner's forms: each checks who sends it, calls one function of service, and leads back to a page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import wraps
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from feeder.errors import CatalogError, ConfigError, CorrectionsError, WatchError
from feeder.model import TagKind
from feeder.rendering import entry_view
from feeder.service import clock, ownership, proposals, trial
from feeder.web import asked, replies, watch_form
from feeder.web.asked import Form, Senseless
from feeder.web.pages import Pages
from feeder.web.visitors import Visitor, from_here

_Action = Callable[["Forms", Request, Visitor, Form], Response]


def _owners(action: _Action) -> Callable[[Forms, Request], Awaitable[Response]]:
    """Only for the owner, and only from the owner's own pages."""

    def checked(forms: Forms, request: Request, visitor: Visitor, form: Form) -> Response:
        if not visitor.owner:
            return forms.pages.message(request, visitor, 403, "Not for everybody", "Log in as the owner first.")
        if not forms.pages.desk.door.meant(request, form.get("csrf", "")):
            return forms.pages.message(
                request, visitor, 403, "Not from here", "The form did not come from this site, or it is an old one."
            )
        return action(forms, request, visitor, form)

    return _sent(checked)


def _sent(action: _Action) -> Callable[[Forms, Request], Awaitable[Response]]:
    """In a thread, with the fields of the form."""

    @wraps(action)
    async def answer(forms: Forms, request: Request) -> Response:
        problem: Senseless | None = None
        form = Form({})
        try:
            form = await asked.form(request)
        except Senseless as error:
            problem = error

        def view(visitor: Visitor) -> Response:
            if problem is not None:
                raise problem
            return action(forms, request, visitor, form)

        return await forms.pages.desk.beside(lambda: forms.pages.guard(request, view))

    return answer


class Forms:
    """Routes of the forms; what is wrong with one is said on the page that it stands on."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    @property
    def routes(self) -> Sequence[BaseRoute]:
        return tuple(
            Route(path, action, methods=["POST"])
            for path, action in (
                ("/login", self._log_in),
                ("/logout", self._log_out),
                ("/watches/save", self._watch),
                ("/watches/remove", self._unwatch),
                ("/proposed/decide", self._decide),
                ("/correct", self._correct),
                ("/deliveries/replay", self._replay),
            )
        )

    @_sent
    def _log_in(self, request: Request, visitor: Visitor, form: Form) -> Response:
        then = _inside(form.get("then", ""))
        if not from_here(request):
            return self.pages.message(request, visitor, 403, "Not from here", "The form did not come from this site.")
        key = self.pages.desk.door.log_in(request, form.get("secret", ""))
        if key is None:
            wrong = {"tone": "bad", "text": "That is not the password."}
            return self.pages.login(request, visitor, then=then, said=wrong, status=403)
        return self.pages.desk.door.let_in(replies.see_other(then or "./"), request, key)

    @_owners
    def _log_out(self, request: Request, _visitor: Visitor, _form: Form) -> Response:
        self.pages.desk.door.log_out(request)
        return self.pages.desk.door.let_in(replies.see_other("./"), request, "")

    @_owners
    def _watch(self, request: Request, visitor: Visitor, form: Form) -> Response:
        """Written down, or only tried."""
        desk = self.pages.desk
        table, was = watch_form.table(form), form.text("was") or None
        tried = None
        try:
            if form.get("do") == "try":
                with desk.trying:
                    tried = trial.tried(desk.app, table, replacing=was, days=watch_form.days(form), now=clock.now())
            else:
                ownership.watch(desk.app.settings, table, replacing=was)
        except WatchError as error:
            return self.pages.watch(request, visitor, form, was=was, wrong=error.fields, status=422)
        except ConfigError as error:
            return self.pages.watch(request, visitor, form, was=was, wrong={"": str(error)}, status=422)
        if tried:
            return self.pages.watch(request, visitor, form, was=was, tried=tried)
        desk.running.reload()
        return replies.see_other(f"../watches?done={'changed' if was else 'added'}")

    @_owners
    def _unwatch(self, request: Request, visitor: Visitor, form: Form) -> Response:
        desk = self.pages.desk
        try:
            ownership.unwatch(desk.app.settings, form.text("name"))
        except ConfigError as error:
            return self.pages.watches(request, visitor, said=_bad(error), status=422)
        desk.running.reload()
        return replies.see_other("../watches?done=removed")

    @_owners
    def _decide(self, request: Request, visitor: Visitor, form: Form) -> Response:
        desk = self.pages.desk
        key, accepted = form.text("key"), form.get("verdict") == "accept"
        try:
            if accepted:
                proposals.accept(desk.app.settings, key, title=form.text("title") or None)
            else:
                proposals.reject(desk.app.settings, key)
        except CatalogError as error:
            return self.pages.proposed(request, visitor, said=_bad(error), status=422)
        desk.running.refresh()
        return replies.see_other(f"../proposed?done={'accepted' if accepted else 'rejected'}")

    @_owners
    def _correct(self, request: Request, visitor: Visitor, form: Form) -> Response:
        desk = self.pages.desk
        kind = asked.one_of(form, "kind", TagKind)
        if kind is None:
            raise Senseless("kind: expected show or person")
        entry_id, verdict = form.text("entry"), form.get("verdict", "")
        if verdict == "accept" and form.get("main"):
            verdict = "main"
        place = entry_view(entry_id)
        try:
            ownership.correct(desk.app, entry_id, kind=kind, name=form.text("name"), verdict=verdict)
        except CorrectionsError as error:
            return self.pages.entry(request, visitor, place.partition("/")[2], said=_bad(error), status=422)
        desk.running.refresh()
        return replies.see_other(f"{quote(place)}?done=corrected")

    @_owners
    def _replay(self, _request: Request, _visitor: Visitor, form: Form) -> Response:
        desk = self.pages.desk
        done = ownership.replay(desk.app, [form.text("id")])
        desk.running.refresh()
        return replies.see_other(f"../deliveries?done={'replayed' if done else 'not-replayed'}")


def _bad(error: Exception) -> Mapping[str, str]:
    return {"tone": "bad", "text": str(error)}


def _inside(then: str) -> str:
    """An address below the front page, or "": nobody is led elsewhere after logging in."""
    parts = urlsplit(then)
    if parts.scheme or parts.netloc or then.startswith(("/", "\\", ".")) or not then.isprintable():
        return ""
    return then
