"""What happened, to which show? The mention model says what it reads of each show and of the article; one decision ties."""

# ruff: noqa: E501 - patterns and word lists are tables: one row each reads best
from __future__ import annotations

import re
from collections.abc import Sequence

from feeder.model import EventType
from feeder.tagging.coreference import Name
from feeder.tagging.document import Document
from feeder.tagging.reading import EVENTS, pooled

#: Types that are decided; `other` is never claimed.
DECIDED = EVENTS

_ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|final|new|\w+teenth|\d+(?:st|nd|rd|th))"
)
_CUE = {
    EventType.CASTING: r"\bcast(?:s|ing)?\b|\bjoin(?:s|ed|ing)?\b|\bto star\b|will star|tapped|\bboards?\b|set to (?:play|star|guest|appear)|\badds?\b|new series regular|guest[- ]star|recurring|lands? (?:\w+ ){0,3}role|spotted on|unknown role|signs on|signed on|has been chosen|will play|to play\b|replaces?\b|newcomer|new (?:host|doctor|lead)|takes? over (?:as|from)",
    EventType.DEPARTURE: r"\bexit(?:s|ed|ing)?\b|\bleav(?:e|es|ing)\b|\bleft\b|\bdepart|\bquits?\b|steps? down|stepping down|stepped down|not (?:be )?return|written out|\bfired\b|farewell|bows? out|\bout as\b|says? goodbye|last (?:day|episode|scene)s? (?:as|on)|replac|parting ways|moving on|without (?:her|him)|let go",
    EventType.RENEWAL: r"renew|pick(?:s|ed)?[- ]?up|another season|more seasons?|" + _ORDINAL + r" season order|will return for|return(?:s|ing)? for (?:a |its )?(?:" + _ORDINAL + r"|season)|\bsaved?\b|reviv(?:es|ed)|orders? (?:a |up )?(?:\w+[- ])?(?:" + _ORDINAL + r" season|season)|brings? back|bring back|back for (?:a |another |season)|another (?:round|run)|extended|un-?cancell?ed|season \d+ (?:is )?(?:official|confirmed|a go)|gets? (?:a )?(?:" + _ORDINAL + r" season|season)",
    EventType.CANCELLATION: r"cancel|\bax(?:e|es|ed|ing)\b|final season|last season|scrap(?:s|ped)|\bpull(?:s|ed)\b|pull(?:s|ed)? the plug|won['’]t (?:be back|return|get|move)|not (?:be )?(?:renew|return|go|going|move|moving) ?(?:ed|ing)? ?(?:forward|ahead)?|un-?renew|coming to an end|to end\b|will end|\bends? (?:after|with|its)|wrapp?(?:s|ing)? up|concludes?|put(?:s)? an end|retire|dropp?(?:s|ed)\b|yank|opted not|pass(?:es|ed) on|\bfolds?\b|shelved|call(?:s|ed) it (?:a day|quits)|end of the road|one and done|casualty",
    EventType.PREMIERE: r"premier|debut|airs?\b|airing|launch|release date|stream(?:ing|s)\b|begins? (?:on|at|its)|start(?:s|ing) (?:on|at)|arriv(?:es|ing)|drops? (?:on|at)|tonight|returns? (?:on|to|with)|opens? (?:on|with)|begun|new (?:series|show|season)|is (?:here|back|out)|are out\b|where to watch|who['’]s who",
    EventType.TRAILER: r"trailer|teaser|first[- ]look|sneak peek|\bclip\b|footage|teases?\b|key art|poster",
    EventType.PRODUCTION: r"film(?:ing|s)? (?:on|has|is|begins|starts|in|will|under|starts|wraps)|production|shooting\b|\bshoots\b|\bpilot\b|\border(?:s|ed)?\b|greenl[iu]|\bdevelop(?:s|ing|ment)|in the works|commission|adaptation|to series|\bscript\b|cameras roll|wrapped|begins filming|sets? (?:up|movie|film|sequel|revival|reboot)|reboot|reviv(?:al|es)",
    EventType.SPINOFF: r"spin[- ]?offs?|offshoot|prequel|sequel series|sequel|companion series|franchise|universe|crossover",
    EventType.REUNION: r"reuni|back together|reunite|together again|old castmates|alums?\b",
    EventType.AWARD: r"\bw[io]ns?\b|\bwon\b|winn(?:er|ing)|award(?:ed|s)?\b|emmys?|golden globes?|bafta|trophy|prize|takes? home|palme|honou?r(?:ed|s)|crowned|champion|sweep",
    EventType.NOMINATION: r"nomin(?:at|ee)\w*|\bnods?\b|shortlist|snub(?:s|bed)?",
    EventType.DEATH: r"\bdie(?:s|d)\b|\bdead\b|\bdeaths?\b|passed away|obituary|\bmourn|aged \d|at (?:the age of |age )?\d\d\b|tributes?|survived by|\bwas \d\d\b|\bkilled\b|funeral|cause of death|late (?:star|actor|actress)|farewell to|in memor",
    EventType.INTERVIEW: r"\btalks?\b|q&a\b|interview|opens up|\bon (?:playing|why|how|her|his|their|that|what)\b|tells us|speaks?\b|explains|reflects|chat(?:s|ted)|discuss|reveals|breaks down|looks back|\bQ:|sat down|asks?\b",
    EventType.RATINGS: r"ratings?\b|viewers|million|\bdemo\b|audiences?\b|most[- ]watched|overnights|share\b|nielsen|viewership|tune(?:d|s) in|top 10|slump|lowest|highest",
    EventType.RECAP: r"recap|review|spoilers?|last night|last week|season \d+ (?:review|finale)|grade|verdict|eliminat|episode|finale|what happened|ending explained|critic|stars? out of|\d/5|\d/10|voted (?:off|out)|week (?:\d|one|two|three|four|five)|preview",
    EventType.LEGAL: r"lawsuits?|\bsue[sd]?\b|\bsuing\b|\bcourt|\bjudge\b|charged|arrest|\btrial\b|settle|alleg|plead|sentenc|guilty|police|lawyers?|attorney|copyright|investigat",
    EventType.PERSONAL: r"marri|wedding|engaged|divorce|\bsplit\b|\bbirth\b|pregnan|\bbaby\b|\bdating\b|couple|romance|expecting|diagnos|hospital|cancer|rehab|sober|\brun(?:s|ning)? for\b|campaign|girlfriend|boyfriend|husband|wife\b|home\b|statement",
}  # fmt: skip
_CUES = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _CUE.items()}


def read(kind: EventType, name: Name | None, untied: Sequence[float]) -> float | None:
    """The model's log-odds that the article tells of such an event of this show, or of none; None where it did not read."""
    at = EVENTS.index(kind)
    if name is None:
        return untied[at] if untied else None
    return pooled(s.events[at] for s in name.signs) if name.signs else None


def show_features(
    document: Document,
    kind: EventType,
    name: Name | None,
    *,
    main: float,
    mains: Sequence[float],
    told: float,
    own: float,
    reads: Sequence[float],
    mates: Sequence[float] = (),
) -> dict[str, float]:
    """What ties an event of this type to this show, or to none.

    `main`: probability that it is a main show; `mains`: of all. The model's log-odds: `told`, that the article tells of
    such an event at all; `own`, of this show; `reads`, of it and the others; `mates`, of those in a list with it.
    """
    row = _tied(document, kind, name, main=main, mains=mains)
    own, told, best = (max(-8.0, min(8.0, value)) for value in (own, told, max(reads)))
    side = "untied" if name is None else "show"
    row |= {
        f"read:{side}": own,
        f"read:{side}:{kind.value}": 1.0,
        "read-highest": float(own >= best),
        "read-behind": own - best,
        "read-alone": float(not mates),
        f"read-told:{side}": told,
        "read-told-main": told * main,
        "read-both": min(own, told),
    }
    if mates:
        row["read-mates"] = max(-8.0, min(8.0, sum(mates) / len(mates)))
        row["read-best-mate"] = max(-8.0, min(8.0, max(mates)))
    return row


def _tied(
    document: Document, kind: EventType, name: Name | None, *, main: float, mains: Sequence[float]
) -> dict[str, float]:
    if name is None:
        return {
            "none": 1.0,
            f"none:{kind.value}": 1.0,
            "none-best-main": max(mains, default=0.0),
            "none-without-shows": float(not mains),
        }
    cue = _CUES[kind]
    row: dict[str, float] = {
        "main": main,
        "main-surely": float(main > 0.8),
        "main-hardly": float(main < 0.2),
        "most-main": float(main == max(mains)),
        "only-show": float(len(mains) == 1),
        "several-main": float(sum(m > 0.5 for m in mains) > 1),
        f"type:{kind.value}": 1.0,
        f"most-main:{kind.value}": float(main == max(mains)),
    }
    for number in sorted({document.index(m.start) for m in name.mentions})[:8]:
        sentence = document.sentences[number]
        found = cue.search(sentence.text)
        if document.in_headline(sentence.start):
            row["headline"] = 1.0
            if found:
                row["cue-in-headline"] = 1.0
        elif found:
            row["cue-with-it"] = 1.0
            row[f"cue-with-it:{kind.value}"] = 1.0
            if any(
                min(abs(m.start - sentence.start - found.end()), abs(sentence.start + found.start() - m.end)) < 40
                for m in name.mentions
            ):
                row["cue-beside-it"] = 1.0
                row[f"cue-beside-it:{kind.value}"] = 1.0
    return row


def best_sentence(document: Document, kind: EventType, name: Name | None) -> tuple[int, str]:
    """The number of the sentence that says so, and the cue in it ('' where none is).

    The show's own sentences come before others, those in which the model sees the event first.
    """
    at = EVENTS.index(kind)
    told: dict[int, float] = {}
    for m in name.mentions if name else ():
        number = document.index(m.start)
        told[number] = max(told.get(number, -99.0), m.signs.events[at] if m.signs else 0.0)
    own = sorted(told, key=lambda n: (-round(told[n]), n))
    headline = 0 if document.headline_end else None
    order = [n for n in own if n != headline] + ([headline] if headline in own else [])
    order += [n for n in range(len(document.sentences)) if n not in own]
    for number in order:
        found = _CUES[kind].search(document.sentences[number].text)
        if found:
            return number, found[0]
    return (order[0] if order else 0), ""
