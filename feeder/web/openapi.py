"""The description of the API (OpenAPI 3.1): what is asked for, and the shape of every answer."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from feeder import __version__
from feeder.model import DeliveryState, EventType, Form, Role, SiteInfo, TagKind, TopicKind, WatchKind
from feeder.storage import Outcome

_Schema = dict[str, Any]

_TEXT: _Schema = {"type": "string"}
_TEXT_OR_NULL: _Schema = {"type": ["string", "null"]}
_WHOLE: _Schema = {"type": "integer"}
_COUNT: _Schema = {"type": "integer", "minimum": 0}
_YES_NO: _Schema = {"type": "boolean"}
_MOMENT: _Schema = {"type": "string", "format": "date-time", "description": "UTC, whole seconds"}
_MOMENT_OR_NULL: _Schema = {"type": ["string", "null"], "format": "date-time"}
_ADDRESS: _Schema = {"type": "string", "format": "uri"}
_NEXT: _Schema = {"type": ["string", "null"], "description": "address of the next page; null on the last one"}


def document(site: SiteInfo) -> dict[str, Any]:
    """The whole of it, for this installation."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{site.title}: API",
            "version": __version__,
            "description": "News of television as entries, tagged with the shows and people they name, and why. "
            "Answers carry an ETag; lists come in pages, newest first, with the address of the next one. Keys are "
            "only added.",
        },
        "servers": [{"url": site.base_url}],
        "security": [{}, {"owner": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "owner": {"type": "http", "scheme": "bearer", "description": "the token of [owner] in config.toml"}
            },
            "schemas": _schemas(),
            "responses": {
                name: {"description": text, "content": {"application/json": {"schema": _ref("Problem")}}}
                for name, text in (
                    ("Senseless", "A parameter cannot be understood."),
                    ("Missing", "There is nothing of that name."),
                    ("Gone", "It is not published any more."),
                    ("Refused", "For the owner only."),
                    ("Wrong", "A watch that cannot be."),
                    ("Stuck", "config.toml cannot be changed: it is wrong, or somebody else is changing it."),
                    ("TooMany", "Too many wrong tokens from this address."),
                    ("Unready", "The state cannot be read at the moment."),
                )
            },
        },
    }


def _paths() -> dict[str, Any]:
    search = [
        _query("q", {**_TEXT, "maxLength": 300}, 'words, "phrases", beginnings* and -words to leave out'),
        _query("kind", _one_of(TopicKind), "only entries in a feed of this kind"),
        _query("show", {**_TEXT, "maxLength": 200}, "slug or name of a show"),
        _query("person", {**_TEXT, "maxLength": 200}, "slug or name of a person"),
        _query("event", _one_of(EventType), "what happened"),
        _query("outlet", {**_TEXT, "maxLength": 200}, "words of the outlet's name"),
        _query("since", {**_TEXT, "format": "date"}, "published on this day or later, UTC"),
        _query("until", {**_TEXT, "format": "date"}, "published on this day or earlier, UTC"),
        _before(),
    ]
    key = _path("key", _TEXT, "the last part of an entry's id")
    name = _path("name", {**_TEXT, "pattern": "^[^\\r\\n]+$"}, "of a watch")
    kind, slug = _path("kind", _one_of(TopicKind), "kind of the topic"), _path("slug", _TEXT, "its place in addresses")
    return {
        "/api/openapi.json": _get("document", "This description", {"type": "object"}, []),
        "/api/entries": _get("entries", "Entries, newest first", _ref("Entries"), search, bad=True),
        "/api/entries/{key}": _get("entry", "An entry", _ref("Entry"), [key], missing=True, gone=True),
        "/api/entries/{key}/evidence": _get(
            "evidence", "Why an entry has its tags and events", _ref("EvidenceOfEntry"), [key], missing=True, gone=True
        ),
        "/api/topics": _get(
            "topics",
            "Topics, by slug",
            _ref("Topics"),
            [
                _query("kind", _one_of(TopicKind), "only of this kind"),
                _query("q", {**_TEXT, "maxLength": 100}, "part of a name"),
                _query("after", {**_TEXT, "maxLength": 200}, "where the page before ended"),
            ],
            bad=True,
        ),
        "/api/topics/{kind}/{slug}": _get(
            "topic",
            "A topic: cast or credits, related topics, mentions over time",
            _ref("About"),
            [kind, slug],
            missing=True,
            bad=True,
        ),
        "/api/topics/{kind}/{slug}/entries": _get(
            "topicEntries",
            "Entries of a topic, newest first",
            _ref("EntriesOfTopic"),
            [kind, slug, _before()],
            missing=True,
            bad=True,
        ),
        "/api/search": _get("search", "Entries and topics that are asked for", _ref("Found"), search, bad=True),
        "/api/watches": {
            **_get("watches", "Watched names", _ref("Watches"), []),
            "post": _change("addWatch", "Watch something more", _ref("WatchTable"), sent=True, status=201),
        },
        "/api/watches/try": {
            "post": _change(
                "tryWatch",
                "What a watch would have sent; nothing is sent or written, and it needs no endpoint",
                _ref("Trial"),
                sent=True,
                parameters=[
                    _query("days", {**_WHOLE, "minimum": 1, "maximum": 36_500}, "how far to look back; 90 if not said"),
                    _query(
                        "replacing", {**_TEXT, "maxLength": 200}, "name of the watch that it would take the place of"
                    ),
                ],
                missing=True,
            )
        },
        "/api/watches/{name}": {
            "put": _change(
                "changeWatch",
                "Another table in place of one",
                _ref("WatchTable"),
                sent=True,
                parameters=[name],
                missing=True,
            ),
            "delete": _change(
                "removeWatch", "Not watch it any more", None, parameters=[name], status=204, missing=True
            ),
        },
        "/api/deliveries": _get(
            "deliveries",
            "Messages to endpoints, the last made first",
            _ref("Deliveries"),
            [
                _query("state", _one_of(DeliveryState), "only of this state"),
                _query("watch", {**_TEXT, "maxLength": 200}, "only of this watched name"),
                _before(),
            ],
            bad=True,
        ),
    }


def _schemas() -> dict[str, _Schema]:
    return {
        "Problem": {
            **_object(error=_TEXT),
            "description": "Of a watch that cannot be, `fields` says what is wrong by key.",
        },
        "Entry": _object(
            id={**_TEXT, "description": "tag: URI (RFC 4151), never changes"},
            key={**_TEXT, "description": "its last part, for addresses"},
            title=_TEXT,
            summary=_TEXT,
            link=_TEXT_OR_NULL,
            page=_ADDRESS,
            outlet=_TEXT_OR_NULL,
            authors=_list(_TEXT),
            language={**_TEXT, "description": "BCP 47"},
            published=_MOMENT,
            updated=_MOMENT,
            tags=_list(_ref("Tag")),
            events=_list(_ref("Event")),
        ),
        "Tag": {
            **_object(
                kind=_one_of(TagKind),
                id=_TEXT,
                label=_TEXT,
                score={"type": "number", "minimum": 0, "maximum": 1},
                main={**_YES_NO, "description": "what the entry is about; else named in passing"},
                known={**_YES_NO, "description": "stands in the catalog"},
                year={"type": ["integer", "null"]},
                roles=_list(_one_of(Role)),
                characters=_list(_TEXT),
                candidates={**_list(_TEXT), "description": "ids it could be as well: then it is in no topic"},
            ),
            "description": "A show or a person that the entry names. The answer for one entry adds `slug`.",
        },
        "Event": _object(type=_one_of(EventType), show=_TEXT_OR_NULL, people=_list(_TEXT)),
        "Proof": _object(
            text={**_TEXT, "description": "the words"},
            start={**_COUNT, "description": "in the article, in code points"},
            end=_COUNT,
            sentence=_TEXT,
            in_sentence={**_list(_WHOLE), "minItems": 2, "maxItems": 2},
            why=_TEXT,
        ),
        "EvidenceOfEntry": _object(
            id=_TEXT,
            tags=_list(_object(kind=_one_of(TagKind), id=_TEXT, label=_TEXT, evidence=_list(_ref("Proof")))),
            events=_list(
                _object(type=_one_of(EventType), show=_TEXT_OR_NULL, people=_list(_TEXT), evidence=_list(_ref("Proof")))
            ),
        ),
        "Topic": _object(**_topic()),
        "About": _object(
            **_topic(),
            facts=_list(_TEXT),
            cast=_list(_object(name=_TEXT, character=_TEXT, slug=_TEXT_OR_NULL)),
            credits=_list(_object(title=_TEXT, years=_TEXT, slug=_TEXT_OR_NULL)),
            related=_list(_object(kind=_one_of(TopicKind), slug=_TEXT, label=_TEXT, shared=_COUNT)),
            mentions=_list(_object(period={**_TEXT, "description": "2026-03 or 2026"}, entries=_COUNT)),
        ),
        "Entries": _object(
            entries=_list(_ref("Entry")), count={**_COUNT, "description": "in all, counted up to 1000"}, next=_NEXT
        ),
        "EntriesOfTopic": _object(entries=_list(_ref("Entry")), next=_NEXT),
        "Found": _object(
            entries=_list(_ref("Entry")),
            count=_COUNT,
            excerpts=_list(
                {
                    "anyOf": [
                        {"type": "null"},
                        _object(text=_TEXT, marks=_list({**_list(_WHOLE), "minItems": 2, "maxItems": 2})),
                    ],
                    "description": "of the entry at the same place: the sentence with most of the words, and where",
                }
            ),
            topics=_list(_ref("Topic")),
            next=_NEXT,
        ),
        "Topics": _object(topics=_list(_ref("Topic")), next=_NEXT),
        "Watches": _object(
            watches=_list(
                _object(
                    name=_TEXT,
                    kind=_one_of(WatchKind),
                    aliases=_list(_TEXT),
                    endpoints={"type": ["array", "null"], "items": _TEXT, "description": "null for strangers"},
                    topic={"anyOf": [_ref("Topic"), {"type": "null"}]},
                    last_named=_MOMENT_OR_NULL,
                    table={"anyOf": [_ref("WatchTable"), {"type": "null"}], "description": "null for strangers"},
                )
            )
        ),
        "WatchTable": {
            "type": "object",
            "description": "A table [[watches]] of config.toml, as README.md says; an endpoint of which config.toml "
            "has only the address goes by a name.",
            "properties": {
                "name": _TEXT,
                "kind": _one_of(WatchKind),
                "query": _TEXT,
                "aliases": _list(_TEXT),
                "not": _text_or_list(),
                "main": _YES_NO,
                "events": _list(_one_of(EventType)),
                "min_score": {"type": "number", "minimum": 0, "maximum": 1},
                "max_age": {**_TEXT, "examples": ["7d"]},
                "endpoint": _text_or_list(),
                "when": {**_TEXT, "examples": ["at once", "daily at 08:00 Europe/Berlin"]},
                "quiet": {**_TEXT, "examples": ["22:00 to 07:00 Europe/Berlin"]},
                "mute_until": {**_TEXT, "examples": ["2026-12-24", "2026-12-24T18:00:00"]},
            },
            "required": ["name"],
            "additionalProperties": False,
        },
        "Trial": _object(
            days=_WHOLE,
            entries={**_COUNT, "description": "looked at"},
            sent=_COUNT,
            held=_COUNT,
            alerts=_list(
                _object(
                    entry=_ref("Entry"),
                    state={**_TEXT, "enum": ["sent", "held", "same story"]},
                    doubt={**_TEXT, "description": 'why it would be held, or ""'},
                    news=_list(_TEXT),
                    evidence=_list(_ref("Proof")),
                )
            ),
        ),
        "Deliveries": _object(
            deliveries=_list(
                _object(
                    id=_TEXT,
                    watch=_TEXT,
                    endpoint=_TEXT,
                    entry={
                        "anyOf": [_object(id=_TEXT, title=_TEXT), {"type": "null"}],
                        "description": "null for a digest or a notice",
                    },
                    event=_TEXT,
                    state=_one_of(DeliveryState),
                    created=_MOMENT,
                    next_attempt=_MOMENT_OR_NULL,
                    attempts=_list(
                        _object(
                            number=_COUNT,
                            started=_MOMENT,
                            ended=_MOMENT_OR_NULL,
                            outcome={"enum": [*(it.value for it in Outcome), None]},
                            status={"type": ["integer", "null"]},
                            error=_TEXT,
                        )
                    ),
                )
            ),
            next=_NEXT,
        ),
    }


def _topic() -> dict[str, _Schema]:
    return {
        "kind": _one_of(TopicKind),
        "key": _TEXT,
        "slug": _TEXT,
        "label": _TEXT,
        "entries": _COUNT,
        "updated": _MOMENT,
        "page": _ADDRESS,
        "feeds": _object(**{form.value: _ADDRESS for form in Form}),
    }


def _get(
    name: str,
    summary: str,
    schema: _Schema,
    parameters: list[_Schema],
    *,
    bad: bool = False,
    missing: bool = False,
    gone: bool = False,
) -> dict[str, Any]:
    problems = {
        "400": ("Senseless", bad),
        "401": ("Refused", True),
        "404": ("Missing", missing),
        "410": ("Gone", gone),
        "429": ("TooMany", True),
        "503": ("Unready", True),
    }
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "parameters": parameters,
            "responses": {
                "200": {
                    "description": summary,
                    "headers": {"ETag": {"schema": _TEXT}},
                    "content": {"application/json": {"schema": schema}},
                },
                "304": {"description": "Unchanged since the version whose ETag was sent in If-None-Match."},
                **{
                    status: {"$ref": f"#/components/responses/{problem}"}
                    for status, (problem, there) in problems.items()
                    if there
                },
            },
        }
    }


def _change(
    name: str,
    summary: str,
    schema: _Schema | None,
    *,
    sent: bool = False,
    parameters: Sequence[_Schema] = (),
    status: int = 200,
    missing: bool = False,
) -> _Schema:
    """What only the owner's token may do. `sent`: it takes the table of a watch."""
    problems = {
        "400": "Senseless",
        "401": "Refused",
        **({"404": "Missing"} if missing else {}),
        "409": "Stuck",
        **({"422": "Wrong"} if sent else {}),
        "429": "TooMany",
        "503": "Unready",
    }
    content = {} if schema is None else {"content": {"application/json": {"schema": schema}}}
    body = {"required": True, "content": {"application/json": {"schema": _ref("WatchTable")}}}
    return {
        "operationId": name,
        "summary": summary,
        "security": [{"owner": []}],
        "parameters": list(parameters),
        **({"requestBody": body} if sent else {}),
        "responses": {
            str(status): {"description": summary, **content},
            **{status: {"$ref": f"#/components/responses/{problem}"} for status, problem in problems.items()},
        },
    }


def _query(name: str, schema: _Schema, description: str) -> _Schema:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _path(name: str, schema: _Schema, description: str) -> _Schema:
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": description}


def _before() -> _Schema:
    return _query("before", {**_TEXT, "pattern": "^-?[0-9]{1,18}$"}, "where the page before ended")


def _ref(name: str) -> _Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(**properties: _Schema) -> _Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: _Schema) -> _Schema:
    return {"type": "array", "items": items}


def _text_or_list() -> _Schema:
    return {"anyOf": [_TEXT, _list(_TEXT)]}


def _one_of(kinds: type[StrEnum]) -> _Schema:
    return {"type": "string", "enum": [kind.value for kind in kinds]}
