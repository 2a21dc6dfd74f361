"""How well are articles tagged? What is known to be true of them, and the counting.

`annotated` reads the mark-up, `facts` is what an annotated article says to be true, `scores` compares tags with it,
`alarms` alerts, and `own` compares tags with the owner's word.
"""

from feeder.evaluation.alarms import Alarm, AlarmScores, people
from feeder.evaluation.annotated import Line, Marked, Segment, articles, listed, parse
from feeder.evaluation.facts import Facts, Marking, facts
from feeder.evaluation.own import OwnScores
from feeder.evaluation.scores import Count, Mistake, Scores, plain

__all__ = [
    "Alarm",
    "AlarmScores",
    "Count",
    "Facts",
    "Line",
    "Marked",
    "Marking",
    "Mistake",
    "OwnScores",
    "Scores",
    "Segment",
    "articles",
    "facts",
    "listed",
    "parse",
    "people",
    "plain",
]
