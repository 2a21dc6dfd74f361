"""The owner's corrections of tags: a plain file that outlives the state, and which of them speak of an article."""

from feeder.corrections.file import add, checked_name, parse, read, remove, render
from feeder.corrections.records import Corrections, Line, Subject, stands_in, subject_of

__all__ = [
    "Corrections",
    "Line",
    "Subject",
    "add",
    "checked_name",
    "parse",
    "read",
    "remove",
    "render",
    "stands_in",
    "subject_of",
]
