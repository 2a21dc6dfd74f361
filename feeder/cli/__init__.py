"""The command line: parse, call a service function, print. `main` is the console script."""

from feeder.cli.program import main

__all__ = ["main"]
