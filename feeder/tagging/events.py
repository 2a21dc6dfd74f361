"""What happened, to which show? One decision a type over the words of the headline, the lead and the show's sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from feeder.model import EventType
from feeder.tagging.context import Token, stem
from feeder.tagging.coreference import Name
from feeder.tagging.document import Document

#: Types that are decided; `other` is never claimed.
DECIDED = tuple(t for t in EventType if t is not EventType.OTHER)

_CUE = {
    EventType.CASTING: r"cast(?:s|ing)?\b|\bjoin(?:s|ed|ing)?\b|to star|will star|tapped|boards?\b|set to (?:play|star|guest)|\badds\b|new (?:role|series regular)|guest[- ]star|recurring|lands?\b.{0,20}role",
    EventType.DEPARTURE: r"\bexit(?:s|ed|ing)?\b|\bleav(?:e|es|ing)\b|\bdepart|\bquits?\b|stepping down|steps? down|not return|written out|fired|\baxed from|farewell|bows out|\bout as\b|final (?:scene|episode|day)",
    EventType.RENEWAL: r"renew|pick(?:s|ed)[- ]up|another season|more seasons?|second season order|will return for|returning for|saved|greenlit? for season|back for (?:a )?season",
    EventType.CANCELLATION: r"cancel|\bax(?:e|es|ed|ing)\b|\bend(?:s|ing)? (?:with|after)|final season|scrapp|pulled|won['’]t return|not renew|last season|coming to an end|will end|wrap(?:s|ping)? up|concludes?",
    EventType.PREMIERE: r"premier|debut|air(?:s|ing|ed)?\b|launch|returns? (?:on|to)|release date|streaming (?:on|now|from)|begins? (?:on|at)|start(?:s|ing) (?:on|at)|arrives?|drops? (?:on|at)|tonight",
    EventType.TRAILER: r"trailer|teaser|first[- ]look|sneak peek|clip\b|footage",
    EventType.PRODUCTION: r"film(?:ing|s)? (?:on|has|is|begins|starts|in|will|under)|production|shoot(?:ing|s)?\b|pilot|order(?:s|ed)?\b|greenli|develop|in the works|commission|adaptation|script",
    EventType.SPINOFF: r"spin[- ]?off|offshoot|prequel|sequel series|companion series|franchise",
    EventType.REUNION: r"reuni|back together|reunite",
    EventType.AWARD: r"\bw[io]ns?\b|\bwon\b|winner|award(?:ed)?\b|emmy|golden globe|bafta|trophy|prize|takes? home",
    EventType.NOMINATION: r"nomin|nods?\b|shortlist|snub",
    EventType.DEATH: r"\bdie(?:s|d)\b|\bdead\b|\bdeath\b|passed away|obituary|\bmourn|aged \d|at (?:age )?\d\d\b|tribute|remember|survived by",
    EventType.INTERVIEW: r"\btalks?\b|\bq&a\b|interview|opens up|on (?:playing|why|how|her|his)|tells us|speaks|explains|reflects|chat",
    EventType.RATINGS: r"rating|viewers|million|\bdemo\b|audience|most[- ]watched|overnights|share\b|nielsen",
    EventType.RECAP: r"recap|review|episode|finale|spoiler|last night|week(?:'s|’s)|season \d+ (?:review|finale)|grade|verdict|eliminat",
    EventType.LEGAL: r"lawsuit|\bsue[sd]?\b|\bcourt|judge|charged|arrest|trial|settle|alleg|plead|sentenced|verdict",
    EventType.PERSONAL: r"marri|wedding|engaged|divorce|split|birth|pregnan|baby|dating|couple|romance|expecting|health|diagnos|hospital|family",
}  # fmt: skip
_CUES = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _CUE.items()}


def article_features(document: Document, tokens: Sequence[Sequence[Token]]) -> dict[str, float]:
    """Stems of the headline (h:) and of the first two sentences of the body (l:), and the cues of each type there."""
    row: dict[str, float] = {}
    head = document.text[: document.headline_end]
    lead = document.lead
    first, last = document.index(lead[0]), document.index(max(lead[0], lead[1] - 1))
    opening = document.text[lead[0] : lead[1]]
    rest = document.text[lead[1] :]
    if document.headline_end:
        for token in tokens[0] if tokens else ():
            row[f"h:{stem(token.word)}"] = 1.0
    else:
        row["no-headline"] = 1.0
    for sentence in tokens[first : last + 1]:
        for token in sentence:
            row[f"l:{stem(token.word)}"] = 1.0
    for kind, cue in _CUES.items():
        if head and cue.search(head):
            row[f"headline:{kind.value}"] = 1.0
        if cue.search(opening):
            row[f"lead:{kind.value}"] = 1.0
        count = len(cue.findall(rest))
        if count:
            row[f"body:{kind.value}"] = min(4, count) / 4
    return row


def show_features(
    document: Document, name: Name | None, tokens: Sequence[Sequence[Token]], *, main: float, shows: int
) -> dict[str, float]:
    """What ties the event to this show (`main`: probability that it is a main show); None: to no show at all."""
    if name is None:
        return {"no-show": 1.0}
    row: dict[str, float] = {"main": main, "main-surely": float(main > 0.8), "passing": float(main < 0.3), "only-show": float(shows == 1)}
    numbers = sorted({document.index(m.start) for m in name.mentions})
    for number in numbers[:6]:
        sentence = document.sentences[number]
        in_headline = document.in_headline(sentence.start)
        for kind, cue in _CUES.items():
            if cue.search(sentence.text):
                row[f"with:{kind.value}"] = 1.0
                if main < 0.3 and not in_headline:
                    row[f"passing-with:{kind.value}"] = 1.0
                if main > 0.5 and in_headline:
                    row[f"main-headline:{kind.value}"] = 1.0
    return row


def best_sentence(document: Document, kind: EventType, name: Name | None) -> tuple[int, str]:
    """The number of the sentence that says so (the show's own before others), and the cue in it ('' where none is)."""
    own = sorted({document.index(m.start) for m in name.mentions}) if name else []
    headline = 0 if document.headline_end else None
    order = [n for n in own if n != headline] + ([headline] if headline in own else [])
    order += [n for n in range(len(document.sentences)) if n not in own]
    for number in order:
        found = _CUES[kind].search(document.sentences[number].text)
        if found:
            return number, found[0]
    return (order[0] if order else 0), ""
