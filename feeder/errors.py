"""Every error feeder raises on purpose. A leaf says what to do about it.

FeederError
├── ConfigError            config.toml: names file, line and key                      (exit 78)
│   └── WatchError         a watch that is to be written there: names its keys        (exit 78)
├── QueryError             a topic's query: names the character                        (exit 78)
├── TemplateError          a template is missing, broken or uses an unknown name      (exit 78)
├── CatalogError           a catalog file: names file, line and column                (exit 65)
├── CorrectionsError       the owner's corrections: names file and line                (exit 65)
├── AnnotationError        an annotated article: names file and line                   (exit 65)
├── FetchError             a source of the catalog on the net refuses or does not answer (exit 69)
├── ModelError             the mention model's files are missing, damaged or of another version (exit 69)
├── SourceError            the article folder cannot be read as a whole               (exit 66)
├── NotAnArticle           one file is set aside; carries the reason; never stops the others
├── NotAFeed               a document that was to be compared is none                 (exit 65)
├── BackupError            a backup cannot be made, is damaged, or must not be put back here (exit 65)
├── StateError             the state folder or its database cannot be used            (exit 73)
│   ├── StateLocked        another process writes here; names its pid                 (exit 75)
│   └── StateDamaged       the database is corrupt, lost or newer than this program   (exit 74)
├── OutboxError            a message or an endpoint that is asked for is not there, or not so  (exit 65)
├── PublishError           feeds or pages could not be written; the last good ones stay (exit 73)
│   └── RepeatsRefused     subscribers would be shown entries again: names them
├── SubscriberError        a subscriber of private feeds is not there, or is there already (exit 65)
├── ServeError             host and port cannot be listened on                        (exit 69)
└── DeliveryError          one attempt at an endpoint failed
    ├── TemporaryDeliveryError   worth another try; may carry `retry_after`
    ├── PermanentDeliveryError   no try will help (bad address, refused by the guard)
    └── EndpointGone             410: the receiver asks never to be called again
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class FeederError(Exception):
    """What went wrong and what to do, in one sentence each; shown to the user as it is."""

    #: process exit status, after sysexits.h
    exit_code = 1


class ConfigError(FeederError):
    """config.toml is unreadable, or a key in it is unknown or wrong.

    `problems`: what is wrong with which key, ("watches", 2, "when"), as far as that is known.
    """

    exit_code = 78

    def __init__(self, message: str, problems: Iterable[tuple[tuple[str | int, ...], str]] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class WatchError(ConfigError):
    """A watch that cannot be. `fields`: what is wrong, by key of [[watches]]; "" for what is not about one of them."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("\n".join(f"{key}: {problem}" if key else problem for key, problem in fields.items()))
        self.fields = fields


class QueryError(FeederError):
    """A topic's query cannot be understood. `position` is the place in it, in characters from 0."""

    exit_code = 78

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"at character {position + 1}: {message}")
        self.position = position


class TemplateError(FeederError):
    """A template cannot be loaded or rendered."""

    exit_code = 78


class CatalogError(FeederError):
    """A catalog file is cut off, has wrong columns or another encoding; nothing of it was taken in."""

    exit_code = 65


class CorrectionsError(FeederError):
    """The owner's corrections cannot be read or kept as they are; nothing of the file has changed."""

    exit_code = 65


class AnnotationError(FeederError):
    """A file of annotated articles is not in the form that evaluation.annotated describes."""

    exit_code = 65


class FetchError(FeederError):
    """A server that the catalog is fetched from refuses or does not answer; what was fetched before is kept."""

    exit_code = 69


class ModelError(FeederError):
    """The mention model's files are missing, damaged, or made for another version of feeder."""

    exit_code = 69


class SourceError(FeederError):
    """The folder is missing, unmounted or unreadable: never to be taken for 'all articles deleted'."""

    exit_code = 66


class NotAnArticle(FeederError):
    """One file is not an article (or not yet).

    `reason` is a short stable code (hidden, unsettled, empty, binary, too-large, symlink, special, unreadable,
    unsupported, no-text, ...), `detail` what a person should know.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class NotAFeed(FeederError):
    """A document is neither Atom nor RSS nor JSON Feed, or a folder holds none."""

    exit_code = 65


class BackupError(FeederError):
    """A backup cannot be made or read, or it would replace what is newer or another's; nothing has been touched."""

    exit_code = 65


class StateError(FeederError):
    """The state folder or its database cannot be used."""

    exit_code = 73


class StateLocked(StateError):
    """Another process holds the writer's lock."""

    exit_code = 75


class StateDamaged(StateError):
    """The database is corrupt, has vanished although it existed, or was written by a newer feeder."""

    exit_code = 74


class OutboxError(FeederError):
    """A message or an endpoint that the owner asks for is not there, or cannot be held or sent again as it is."""

    exit_code = 65


class SubscriberError(FeederError):
    """A subscriber of private feeds is not there, is there already, or has no name to go by."""

    exit_code = 65


class PublishError(FeederError):
    """Feeds or pages could not be written; what was published before is untouched."""

    exit_code = 73


class RepeatsRefused(PublishError):
    """Readers would show entries a second time; the feeds that hold them stay as they are, all others are written."""


class ServeError(FeederError):
    """Host and port cannot be listened on."""

    exit_code = 69


class DeliveryError(FeederError):
    """One attempt at an endpoint failed. `status` is the HTTP status where there was one."""

    def __init__(self, message: str, *, status: int | None = None, ambiguous: bool = False) -> None:
        super().__init__(message)
        self.status = status
        #: True where the receiver may have taken the message although no answer arrived
        self.ambiguous = ambiguous


class TemporaryDeliveryError(DeliveryError):
    """Worth another try. `retry_after` is what the receiver asked for, in seconds from now."""

    def __init__(
        self, message: str, *, status: int | None = None, ambiguous: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(message, status=status, ambiguous=ambiguous)
        self.retry_after = retry_after


class PermanentDeliveryError(DeliveryError):
    """No further try will help."""


class EndpointGone(PermanentDeliveryError):
    """The receiver answered 410 Gone: it must not be called again (Standard Webhooks 1.0.0)."""
