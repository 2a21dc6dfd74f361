"""feeder tag"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from feeder.cli.invocation import Invocation, pass_invocation
from feeder.cli.reading import analysed

if TYPE_CHECKING:
    from feeder.model import Tag
    from feeder.service.analyse import Analysed


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, with evidence; see README.md.")
@pass_invocation
def tag(invocation: Invocation, paths: tuple[str, ...], as_json: bool) -> None:
    """Say which shows and people articles are about.

    Reads files and folders and touches no store.
    """
    for found in analysed(invocation, paths):
        if as_json:
            import json

            from feeder.service import analyse

            click.echo(json.dumps(analyse.as_json(found), ensure_ascii=False).encode())  # UTF-8 anywhere: RFC 8259
        else:
            click.echo(_for_people(found))


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
