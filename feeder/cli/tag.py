"""feeder tag"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from feeder.cli.invocation import Invocation, pass_invocation
from feeder.cli.reading import analysed

if TYPE_CHECKING:
    from feeder.corrections import Line
    from feeder.model import Correction, Tag, Verdict
    from feeder.service.analyse import Analysed


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with evidence; see README.md.")
@click.option("--accept", multiple=True, metavar="KIND:NAME", help='Your word: show:"Gilmore Girls" or person:NAME.')
@click.option("--reject", multiple=True, metavar="KIND:NAME", help="Your word: no such show or person is meant.")
@click.option("--main/--passing", default=None, help="Whether the article is about what you accept.")
@click.option("--always", is_flag=True, help="Say it of every article that writes the name so.")
@click.option("--corrections", "listing", is_flag=True, help="List what you have said.")
@click.option("--forget", type=click.IntRange(1), metavar="N", help="Take back number N of the list.")
@pass_invocation
def tag(
    invocation: Invocation,
    paths: tuple[str, ...],
    as_json: bool,
    accept: tuple[str, ...],
    reject: tuple[str, ...],
    main: bool | None,
    always: bool,
    listing: bool,
    forget: int | None,
) -> None:
    """Say which shows and people articles are about, or correct it.

    Reads files and folders and touches no store. With --accept or --reject, PATH is an article of your folder, or its
    key there; your word is kept in a file beside config.toml, wins over what feeder finds, and counts from the next
    `feeder build` on.
    """
    modes = {"--accept or --reject": bool(accept or reject), "--corrections": listing, "--forget": forget is not None}
    given = [option for option, is_given in modes.items() if is_given]
    if len(given) > 1:
        raise click.UsageError(f"{given[0]} and {given[1]} do not go together")
    if not (accept or reject) and (always or main is not None):
        raise click.UsageError(f"{'--always' if always else '--main and --passing'}: of what? Add --accept KIND:NAME")
    if listing or forget is not None:
        if paths or as_json:
            raise click.UsageError(f"{given[0]} goes alone")
        _list(invocation) if forget is None else _forget(invocation, forget)
    elif accept or reject:
        if as_json:
            raise click.UsageError("--json shows tags; correct them first, then ask for it")
        _correct(invocation, paths, accept=accept, reject=reject, main=main, always=always)
    elif paths:
        _show(invocation, paths, as_json=as_json)
    else:
        raise click.UsageError("name files or folders")


def _show(invocation: Invocation, paths: Sequence[str], *, as_json: bool) -> None:
    for found in analysed(invocation, paths):
        if as_json:
            import json

            from feeder.service import analyse

            click.echo(json.dumps(analyse.as_json(found), ensure_ascii=False).encode())  # UTF-8 anywhere: RFC 8259
        else:
            click.echo(_for_people(found))


def _correct(
    invocation: Invocation,
    paths: Sequence[str],
    *,
    accept: Sequence[str],
    reject: Sequence[str],
    main: bool | None,
    always: bool,
) -> None:
    if always and paths:
        raise click.UsageError("--always is said of every article: name none")
    if not always and len(paths) != 1:
        raise click.UsageError("name the one article this is about, or say it of all of them with --always")
    if main is not None and (always or not accept):
        raise click.UsageError("--main and --passing are said of what you --accept in one article")
    from feeder.model import Verdict
    from feeder.service import clock, correcting

    words = [_word(text, Verdict.REJECT) for text in reject]
    words += [_word(text, Verdict.ACCEPT, main=main) for text in accept]
    settings = invocation.settings()
    lines = correcting.correct(settings, words, article=None if always else paths[0], now=clock.wall())
    for line in lines:
        invocation.say(_told(line))
    path = click.format_filename(str(settings.corrections_file))
    invocation.say(f"kept in {path}; the next `feeder build` tags anew what it changes")


def _word(text: str, verdict: Verdict, *, main: bool | None = None) -> Correction:
    """What KIND:NAME says."""
    from feeder.model import Correction, TagKind

    kind, colon, name = text.partition(":")
    if not colon or kind not in tuple(TagKind) or not name.strip():
        raise click.UsageError(
            f'expected something like show:"Gilmore Girls" or person:"Milo Ventimiglia", got {text!r}'
        )
    return Correction(verdict=verdict, kind=TagKind(kind), name=name, main=main)


def _list(invocation: Invocation) -> None:
    from feeder.service import correcting

    settings = invocation.settings()
    lines = correcting.load(settings).lines
    for number, line in enumerate(lines, start=1):
        click.echo(f"{number:>4}  {_told(line)}")
    if not lines:
        invocation.say("You have corrected nothing yet: `feeder tag ARTICLE --accept show:NAME` does.")


def _forget(invocation: Invocation, number: int) -> None:
    from feeder.service import correcting

    line = correcting.forget(invocation.settings(), number)
    invocation.say(f"taken back: {_told(line)}")
    invocation.say("the next `feeder build` tags anew what it changes")


def _told(line: Line) -> str:
    said = line.correction
    main = {None: "", True: ", main", False: ", in passing"}[said.main]
    where = "always" if line.article is None else f"in {line.article.key}"
    return f"{where}: {said.verdict} {said.kind} {said.name}{main}"


def _for_people(found: Analysed) -> str:
    tags = found.tagging.tags
    lines = [f"{click.style(found.article.title, bold=True)}  ({found.key})"]
    for kind, label in (("show", "shows"), ("person", "people")):
        lines.append(f"  {label + ':':8}{', '.join(_label(tag) for tag in tags if tag.kind == kind) or '-'}")
    return "\n".join((*lines, ""))


def _label(tag: Tag) -> str:
    notes = ["main"] if tag.main else []
    notes += [role.value for role in tag.roles]
    notes += [f"as {character}" for character in tag.characters]
    return f"{tag.label} ({', '.join(notes)})" if notes else tag.label
