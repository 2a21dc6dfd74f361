"""feeder: drop articles in a folder, subscribe to your shows and actors, be told when a watched name is in the news."""

__version__ = "0.1.0"
