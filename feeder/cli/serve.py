"""feeder serve"""

from __future__ import annotations

import click

from feeder.cli.invocation import Invocation, pass_invocation

_LONGEST_MAX_AGE = 300  # seconds: a feed that changes once a day must not be a day old in a cache when it does


@click.command()
@pass_invocation
def serve(invocation: Invocation) -> None:
    """Keep the feeds fresh, send alerts and serve all of it over HTTP.

    Ends on SIGTERM or Ctrl-C when what is under way is done.
    """
    settings = invocation.settings()
    from feeder import web
    from feeder.service.build import running
    from feeder.service.whereabouts import whereabouts

    def tell(address: str) -> None:
        invocation.say(f"feeder serves {address} (Ctrl-C ends it); everything: {address}feeds/all.atom")

    max_age = min(_LONGEST_MAX_AGE, int(settings.schedule.seconds or 60))
    with running(settings) as app:
        site = web.application(
            settings.output_folder,
            max_age=max_age,
            base_url=settings.site.base_url,
            whereabouts=lambda path: whereabouts(app.store, path),
        )
        web.run(site, host=settings.host, port=settings.port, on_started=tell)
    invocation.say("feeder has stopped")
