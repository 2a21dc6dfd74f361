"""feeder catalog"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from feeder.cli.invocation import Invocation, pass_invocation
from feeder.cli.progress import Bar

if TYPE_CHECKING:
    from feeder.catalog import Catalog, Person, Show
    from feeder.catalog.owning import Value
    from feeder.service.cataloguing import Found

_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.group()
def catalog() -> None:
    """Look into the catalog of shows and people, and add to it.

    A KEY is show/ID or person/ID as in the addresses of feeds; the bare ID will do where only one of them has it.
    """


@catalog.command("import")
@click.argument("paths", nargs=-1, metavar="[FILE]...", type=click.Path(exists=True, dir_okay=False))
@click.option("--wikidata", is_flag=True, help="Fetch from Wikidata, page by page; goes on after a break.")
@click.option("--min-votes", type=click.IntRange(0), metavar="N", help="Shows with so many votes at IMDb only.")
@click.option("--min-sitelinks", type=click.IntRange(0), metavar="N", help="Shows in so many Wikipedias only.")
@click.option("--fresh", is_flag=True, help="Forget what was imported before; else it is added to.")
@pass_invocation
def take_in(
    invocation: Invocation,
    paths: tuple[str, ...],
    wikidata: bool,
    min_votes: int | None,
    min_sitelinks: int | None,
    fresh: bool,
) -> None:
    """Take in shows and people of Wikidata, TVmaze and IMDb.

    FILEs may be lines of Wikidata's JSON dump, SPARQL results in JSON, TVmaze's JSON, or IMDb's title.basics,
    title.ratings, title.akas, title.principals and name.basics; also compressed with gzip or bzip2. What they are is
    told from what stands in them.
    """
    if not paths and not wikidata:
        raise click.UsageError("name files to import, or --wikidata")
    settings = invocation.settings()
    from pathlib import Path

    from feeder.catalog.importing import Options
    from feeder.service import cataloguing
    from feeder.service import wikidata as endpoint

    options = Options(fresh=fresh)
    if min_votes is not None or min_sitelinks is not None:
        options = Options(
            min_votes=options.min_votes if min_votes is None else min_votes,
            min_sitelinks=options.min_sitelinks if min_sitelinks is None else min_sitelinks,
            fresh=fresh,
        )
    with Bar(shown=not invocation.quiet) as bar:
        files = [Path(path) for path in paths]
        if wikidata:
            files += endpoint.fetch(settings, min_sitelinks=options.min_sitelinks, progress=bar)
        report = cataloguing.import_files(settings, files, options=options, progress=bar)
    if wikidata:
        endpoint.forget(settings)
    for path, form in report.files[: len(paths)]:
        invocation.say(f"read      {click.format_filename(path)}: {form}")
    if wikidata:
        invocation.say(f"fetched   {settings.sparql}")
    invocation.say(f"imported  {_count(report.shows, 'show')}, {_count(report.people, 'person')} in all")
    invocation.say("\nNext: `feeder build` tags the articles anew with them; `feeder serve` does at its next look.")


@catalog.command()
@click.argument("name")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many of each kind.")
@pass_invocation
def search(invocation: Invocation, name: str, limit: int) -> None:
    """Find shows and people whose name begins with NAME, whatever case and accents."""
    from feeder.service import cataloguing

    known = _opened(invocation)
    found = cataloguing.search(known, name, limit=limit)
    for one in found:
        click.echo(_line(one, known))
    if not found:
        click.echo(f"feeder: the catalog has no name that begins with {name!r}", err=True)
        raise click.exceptions.Exit(1)


@catalog.command()
@click.argument("key")
@pass_invocation
def show(invocation: Invocation, key: str) -> None:
    """Show all that is known of the show or person KEY."""
    from feeder.service import cataloguing

    known = _opened(invocation)
    click.echo("\n".join(_details(cataloguing.look_up(known, key), known)))


@catalog.command()
@pass_invocation
def stats(invocation: Invocation) -> None:
    """Say how much the catalog knows and where it is from."""
    from feeder.service import cataloguing

    settings = invocation.settings_or_defaults()
    found = cataloguing.stats(settings)
    click.echo(f"shows     {found.shows}")
    click.echo(f"people    {found.people}")
    click.echo(f"others    {found.names} films, networks, outlets, places, ...")
    if found.imported is not None:
        shows, people = found.imported
        click.echo(f"imported  {_count(shows, 'show')}, {_count(people, 'person')} of these")
    for path in found.tables:
        click.echo(f"table     {click.format_filename(path)}")


def _show_options(command: _Command) -> _Command:
    for option in reversed(
        (
            click.option("--year", type=click.IntRange(1920, 2100), metavar="YYYY", help="Its first year."),
            click.option("--until", type=click.IntRange(1920, 2100), metavar="YYYY", help="Its last year."),
            click.option("--network", "networks", multiple=True, help="Who shows it; may be repeated."),
            click.option("--creator", "creators", multiple=True, metavar="NAME", help="May be repeated."),
            click.option("--cast", multiple=True, metavar="NAME[=CHARACTER]", help="In order of billing; repeated."),
        )
    ):
        command = option(command)
    return command


def _person_options(command: _Command) -> _Command:
    for option in reversed(
        (
            click.option("--role", "roles", multiple=True, help="actor, creator, host, ...; may be repeated."),
            click.option("--known-for", multiple=True, metavar="TITLE", help="May be repeated."),
        )
    ):
        command = option(command)
    return command


def _common_options(command: _Command) -> _Command:
    for option in reversed(
        (
            click.option("--alias", "aliases", multiple=True, help="Another name; may be repeated."),
            click.option("--wikidata", metavar="Q...", help="Its id at Wikidata."),
        )
    ):
        command = option(command)
    return command


def _id_options(command: _Command) -> _Command:
    command = click.option("--replace", is_flag=True, help="Stand in the place of what has the id now.")(command)
    return click.option("--id", "own_id", metavar="ID", help="Made from the name if not given.")(command)


@catalog.group()
def add() -> None:
    """Add a show or a person to your own tables."""


@add.command("show")
@click.argument("title")
@_show_options
@_common_options
@_id_options
@pass_invocation
def add_show(invocation: Invocation, /, title: str, own_id: str | None, replace: bool, **fields: Any) -> None:
    """Add the show TITLE."""
    _add(invocation, "show", title, {"id": own_id or "", **_row("show", fields)}, replace=replace)


@add.command("person")
@click.argument("name")
@_person_options
@_common_options
@_id_options
@pass_invocation
def add_person(invocation: Invocation, /, name: str, own_id: str | None, replace: bool, **fields: Any) -> None:
    """Add the person NAME."""
    _add(invocation, "person", name, {"id": own_id or "", **_row("person", fields)}, replace=replace)


@catalog.command()
@click.argument("key")
@click.argument("alias")
@pass_invocation
def alias(invocation: Invocation, key: str, alias: str) -> None:
    """Give the show or person KEY one more name: ALIAS."""
    settings = invocation.settings()
    from feeder.service import cataloguing

    found, path = cataloguing.add_alias(settings, key, alias)
    invocation.say(f"{found.key} is {', '.join((found.name, *found.record.aliases))}")
    _kept(invocation, path)


@catalog.command()
@click.option("--at-least", type=click.IntRange(1), default=3, show_default=True, metavar="N", help="Articles.")
@pass_invocation
def proposed(invocation: Invocation, at_least: int) -> None:
    """List names that articles often speak of and the catalog does not know, with their evidence."""
    settings = invocation.settings()
    from feeder.service import proposals

    found = proposals.proposed(settings, at_least=at_least)
    for proposal in found:
        articles = _count(proposal.articles, "article")
        click.echo(f"{click.style(proposal.key, bold=True)}  {proposal.label}  ({articles})")
        for proof in proposal.proofs:
            click.echo(f"    {proof.day}  {proof.entry}")
            click.echo(f"      {proof.sentence}")
    if found:
        invocation.say("\nNext: `feeder catalog accept KEY` or `feeder catalog reject KEY`.")
    else:
        invocation.say(f"Nothing unknown stands in {at_least} articles or more.")


@catalog.command()
@click.argument("key")
@click.option("--title", metavar="NAME", help="Its right title or name, if articles print another one.")
@_show_options
@_person_options
@_common_options
@pass_invocation
def accept(invocation: Invocation, /, key: str, title: str | None, **fields: Any) -> None:
    """Put the proposed show or person KEY into your tables; its feed goes on."""
    settings = invocation.settings()
    from feeder.service import proposals

    kind = proposals.kind_of(settings, key)
    found, path = proposals.accept(settings, key, title=title, row=_row(kind, fields))
    invocation.say(f"accepted {found.key}: {found.name}")
    _kept(invocation, path)


@catalog.command()
@click.argument("key")
@pass_invocation
def reject(invocation: Invocation, key: str) -> None:
    """Never propose or tag the unknown show or person KEY again."""
    settings = invocation.settings()
    from feeder.service import proposals

    proposal, path = proposals.reject(settings, key)
    invocation.say(f"rejected {proposal.key}: {proposal.label}")
    _kept(invocation, path)


def _opened(invocation: Invocation) -> Catalog:
    from feeder.service import catalogs

    return catalogs.open_catalog(invocation.settings_or_defaults())


def _row(kind: str, fields: dict[str, Any]) -> dict[str, Value]:
    """Options as columns of the table; those of the other kind must not be given."""
    first, last = fields.pop("year", None), fields.pop("until", None)
    if last and not first:
        raise click.UsageError("--until needs --year")
    years = "" if first is None else f"{first}-{last or ''}" if last != first else str(first)
    row: dict[str, Value] = {name.replace("_", " "): value for name, value in fields.items() if value}
    if years:
        row["years"] = years
    allowed = {
        "show": ("years", "networks", "aliases", "creators", "cast", "wikidata"),
        "person": ("aliases", "roles", "known for", "wikidata"),
    }[kind]
    for column in row:
        if column not in allowed:
            raise click.UsageError(f"a {kind} has no {column}")
    return row


def _add(invocation: Invocation, kind: str, name: str, row: dict[str, Value], *, replace: bool) -> None:
    settings = invocation.settings()
    from feeder.model import TagKind
    from feeder.service import catalogs, cataloguing

    found, path = cataloguing.add(settings, TagKind(kind), name, row, replace=replace)
    if not invocation.quiet:
        click.echo("\n".join(_details(found, catalogs.open_catalog(settings))))
    _kept(invocation, path)


def _kept(invocation: Invocation, path: object) -> None:
    invocation.say(f"kept in {click.format_filename(str(path))}; the next build tags the articles anew")


def _line(found: Found, known: Catalog) -> str:
    from feeder.catalog import Show

    record = found.record
    notes = _years(record) if isinstance(record, Show) else ", ".join(record.roles)
    more = _listed(record.networks, 2) if isinstance(record, Show) else _titles(record, known, 3)
    facts = "; ".join(filter(None, (notes, more)))
    return f"{click.style(found.key, bold=True)}  {found.name}{f'  ({facts})' if facts else ''}"


def _details(found: Found, known: Catalog) -> Iterator[str]:
    from feeder.catalog import Show

    record = found.record
    yield click.style(found.name, bold=True)
    yield from _field("key", found.key)
    if isinstance(record, Show):
        yield from _show_fields(record, known)
    else:
        yield from _person_fields(record, known)
    yield from _field("wikidata", record.wikidata or "")


def _show_fields(record: Show, known: Catalog) -> Iterator[str]:
    yield from _field("years", _years(record))
    yield from _field("networks", ", ".join(record.networks))
    yield from _field("aliases", ", ".join(record.aliases))
    yield from _field("creators", ", ".join(_name(known, key) for key in record.creators))
    for number, member in enumerate(record.cast):
        played = f" as {member.character}" if member.character else ""
        yield f"{'cast' if not number else '':10}{_name(known, member.person)}{played}"


def _person_fields(record: Person, known: Catalog) -> Iterator[str]:
    yield from _field("aliases", ", ".join(record.aliases))
    yield from _field("roles", ", ".join(record.roles))
    yield from _field("known for", ", ".join(record.known_for))
    for number, key in enumerate(record.credits):
        credit = known.show(key)
        parts = [c.character for c in credit.cast if c.person == record.id and c.character] if credit else []
        played = f" as {' and '.join(parts)}" if parts else ""
        title = f"{credit.title}{f' ({_years(credit)})' if credit.years else ''}" if credit else key
        yield f"{'credits' if not number else '':10}{title}{played}"
    yield from _field("prominence", f"{record.prominence:.2f}")


def _field(label: str, value: str) -> Iterator[str]:
    if value:
        yield f"{label:10}{value}" if len(label) < 10 else f"{label} {value}"


def _years(record: Show) -> str:
    if record.years is None:
        return ""
    first, last = record.years
    return str(first) if first == last else f"{first}-{last or ''}"


def _name(known: Catalog, person: str) -> str:
    found = known.person(person)
    return found.name if found else person


def _titles(record: Person, known: Catalog, most: int) -> str:
    shows = (known.show(key) for key in record.credits[:most])
    return _listed([s.title for s in shows if s is not None], most)


def _count(number: int, what: str) -> str:
    return f"{number} {what if number == 1 else {'person': 'people'}.get(what, f'{what}s')}"


def _listed(names: Sequence[str], most: int) -> str:
    return ", ".join(names[:most])
