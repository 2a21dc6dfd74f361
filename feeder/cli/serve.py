"""feeder serve"""

from __future__ import annotations

import click

from feeder.cli.invocation import Invocation, pass_invocation


@click.command()
@pass_invocation
def serve(invocation: Invocation) -> None:
    """Keep the feeds fresh, send alerts and serve all of it over HTTP.

    Ends on SIGTERM or Ctrl-C when what is under way is done; a second one ends it at once. A changed config.toml is
    used within seconds, at once on SIGHUP; one with a mistake is refused, and the old one stays in use.
    """
    settings = invocation.settings()
    from feeder import web
    from feeder.cli import logs, signals
    from feeder.service.running import running

    logs.to_operator(settings.log, quiet=invocation.quiet)
    with running(settings) as service:
        service.on_change(lambda app: logs.to_operator(app.settings.log, quiet=invocation.quiet))

        def tell(address: str) -> None:
            service.ready()
            invocation.say(f"feeder serves {address} (Ctrl-C ends it); everything: {address}feeds/all.atom")

        site = web.site(service)
        server = web.Server(
            site,
            at_once=site.at_once,
            host=settings.host,
            port=settings.port,
            on_started=tell,
            on_tick=lambda: service.beat("web"),
        )

        def stop() -> None:
            service.ask_to_stop()
            server.stop()

        with signals.handled(stop=stop, reload=service.reload):
            server.run()
            service.stop()
    invocation.say("feeder has stopped")
