"""feeder explain"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from feeder.cli.invocation import Invocation, pass_invocation
from feeder.cli.reading import analysed

if TYPE_CHECKING:
    from feeder.model import Evidence, Tag
    from feeder.service.analyse import Analysed

_COLOURS = {"show": "magenta", "person": "cyan", "event": "yellow"}


@click.command()
@click.argument("path", type=click.Path())
@pass_invocation
def explain(invocation: Invocation, path: str) -> None:
    """Show an article with its tags marked, and why each was given.

    PATH is a file, or a folder of them. The words that gave a tag stand in [brackets].
    """
    for found in analysed(invocation, (path,)):
        click.echo("\n".join(_lines(found)))


def _lines(found: Analysed) -> Iterator[str]:
    article, tagging = found.article, found.tagging
    if not article.body_start:
        yield click.style(article.title, bold=True)
        yield ""
    yield _marked(article.text, tagging.tags)
    yield ""
    yield f"Published {article.published:%Y-%m-%d %H:%M} UTC (from: {article.published_from.value})"
    for tag in tagging.tags:
        yield ""
        yield _heading(tag)
        yield from _reasons(tag.evidence)
        if not tag.evidence:
            yield "  the owner's word"
    for event in tagging.events:
        yield ""
        yield click.style(f"event {event.type.value}", bold=True, fg=_COLOURS["event"])
        yield from _reasons(event.evidence)


def _marked(text: str, tags: Sequence[Tag]) -> str:
    """The text with every span of evidence in brackets and colour; of spans that overlap, the longest."""
    spans = sorted(
        ((e.start, e.end, tag.kind.value) for tag in tags for e in tag.evidence),
        key=lambda span: (span[0], -span[1]),
    )
    pieces, done = [], 0
    for start, end, kind in spans:
        if start < done:
            continue
        pieces += [text[done:start], click.style(f"[{text[start:end]}]", fg=_COLOURS[kind])]
        done = end
    return "".join((*pieces, text[done:]))


def _heading(tag: Tag) -> str:
    facts = [f"{tag.score:.2f}", "main" if tag.main else "in passing"]
    facts += [role.value for role in tag.roles]
    facts += [f"as {character}" for character in tag.characters]
    if not tag.known:
        facts.append("not in the catalog")
    if tag.candidates:
        facts.append(f"could be any of {', '.join(tag.candidates)}")
    label = f"{tag.label} ({tag.year})" if tag.year else tag.label
    head = click.style(f"{tag.kind.value} {label}", bold=True, fg=_COLOURS[tag.kind.value])
    return f"{head}: {', '.join(facts)}  <{tag.id}>"


def _reasons(evidence: Sequence[Evidence]) -> Iterator[str]:
    for reason in evidence:
        yield f"  [{reason.surface}] {reason.why}"
        yield f"      {' '.join(reason.sentence.text.split())}"
