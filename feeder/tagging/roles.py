"""What does a person do in this article? One decision a role, over the words beside the name and what the catalog knows."""

# ruff: noqa: E501 - patterns and word lists are tables: one row each reads best
from __future__ import annotations

from collections.abc import Mapping, Sequence

from feeder.model import MentionKind, Role
from feeder.tagging.context import Token, around
from feeder.tagging.coreference import Name
from feeder.tagging.decisions import Decision, Decisions
from feeder.tagging.document import Document
from feeder.tagging.reading import ROLES, pooled

_PLACES = frozenset({"L1", "R1"})  # where single words count beside the groups of words below

#: Roles that are decided; `other` is what remains and is never claimed.
DECIDED = ROLES
_MENTIONS = 8  # of one person; more add nothing new

# Words that tell a role wherever they stand right beside a name.
_WORDS = {
    "actor": "actor actress actors actresses star stars starring starred starrer co-star play plays played playing cast alum alums role lead leads"
    " appears appear appeared joins join joining regular recur recurring guest guests reprise reprises voice voices voiced portrays portrayed"
    " ensemble sitcom newcomer plays turn opposite castmate castmates performance scene character ex-star",
    "creator": "creator creators co-creator co-creators created creates create co-created brainchild mastermind masterminds dreamed devised",
    "showrunner": "showrunner showrunners co-showrunner runner run runs showrunning ran",
    "producer": "producer producers produced produces produce producing ep eps produces",
    "director": "director directors directed directs direct directing helmed helms helmer filmmaker filmmakers helming auteur",
    "writer": "writer writers wrote written writes write writing author novelist screenwriter penned playwright scribe novel novels book books scripts"
    " screenplay script memoir bestseller dramatist co-wrote adapted columnist scripted",
    "host": "host hosts hosted hosting presenter presenters presents presented anchor anchors co-host co-hosts emcee moderator judge judges narrator"
    " narrated interviewer anchored desk late-night talk monologue",
    "executive": "president chief ceo chairman chair exec executive executives boss bosses chairwoman vp controller commissioner head entertainment"
    " programming officer commissioning content",
    "musician": "singer singers band album song songs guitarist drummer rapper musician songwriter frontman bassist composer pop vocalist tour composed"
    " sings sang score singing duet record guitar rock theme singer-songwriter frontwoman producer-musician dj",
    "athlete": "footballer player striker boxer quarterback olympic olympian champion coach tennis cricketer nfl nba skater gymnast midfielder football"
    " race driver goal goals team match sprinter swimmer wrestler cricket defender goalkeeper nhl captain",
    "politician": "senator minister governor mp mayor congresswoman congressman republican democrat democratic government gov sen rep election secretary"
    " campaign presidential vote parliament",
    "contestant": "contestant contestants queen queens houseguest castaway couple winner eliminated finalist finalists bachelor bachelorette baker bakers"
    " islander islanders faithful traitor housemate celebrity evicted voted immunity challenge jury season couples semi-final housewife rose crowned",
    "journalist": "critic reporter correspondent editor columnist journalist by reports writes contributor newspaper reviewed staff",
    "other": "husband wife son daughter mother father brother sister widow widower children professor spokesman spokeswoman doctor lawyer attorney agent"
    " publicist fan partner boyfriend girlfriend historian survived married parents fiancé fiancée friend manager chef model",
}  # fmt: skip
_MAKERS = frozenset({Role.CREATOR, Role.SHOWRUNNER, Role.PRODUCER, Role.WRITER, Role.DIRECTOR, Role.EXECUTIVE})
_ROLES_OF_WORD: dict[str, tuple[str, ...]] = {}
for _role, _listed in _WORDS.items():
    for _word in _listed.split():
        _ROLES_OF_WORD[_word] = (*_ROLES_OF_WORD.get(_word, ()), _role)


def features(
    document: Document,
    name: Name,
    tokens: Sequence[Sequence[Token]],
    *,
    plays: float,
    catalog_roles: Sequence[Role] = (),
    known: bool = False,
    in_cast: bool = False,
    appears: bool = False,
    made_it: bool = False,
    kinds: dict[MentionKind, int],
) -> dict[str, float]:
    """Cues of all mentions together. `plays`: probability that the person plays a character here; `in_cast`,
    `appears`, `made_it`: the catalog has them with a part, without one, or as a creator, in a show of this article; `kinds`: how often the article
    names what."""
    row: dict[str, float] = {}
    for span in name.mentions[:_MENTIONS]:
        for cue in around(tokens[document.index(span.start)], span.start):
            place, _, word = cue.partition(":")
            for role in _ROLES_OF_WORD.get(word.removesuffix("'s"), ()):
                row[f"{place}={role}"] = 1.0
            if place in _PLACES:
                row[cue] = 1.0
        if document.in_headline(span.start):
            row["headline"] = 1.0
    row["plays"] = plays
    row["plays-none"] = float(plays < 0.5)
    for role in catalog_roles:
        row[f"catalog:{role.value}"] = 1.0
    if known and catalog_roles and Role.ACTOR not in catalog_roles:
        row["catalog-no-actor"] = 1.0
    if in_cast:
        row["catalog-cast"] = 1.0
    if appears:
        row["catalog-appears"] = 1.0
    if made_it:
        row["catalog-creator"] = 1.0
    total = max(1, sum(kinds.values()))
    for kind in (MentionKind.SHOW, MentionKind.CHARACTER, MentionKind.WORK, MentionKind.FILM, MentionKind.ORGANISATION):
        row[f"share:{kind.value}"] = kinds.get(kind, 0) / total
    row["unread"] = float(not name.signs)
    for i, role in enumerate(ROLES if name.signs else ()):
        row[f"read:{role.value}"] = max(-6.0, min(6.0, pooled(s.roles[i] for s in name.signs)))
    row["lone"] = float(name.lone)
    row["often"] = float(len(name.mentions) > 2)
    return row


def add_company(rows: Sequence[dict[str, float]], together: Mapping[int, set[int]], alone: Decision) -> None:
    """Add to each person's features how much the others look like actors: those in one list with them, and all.

    `alone` judges by a person's own features only.
    """
    first = [alone.probability(row) for row in rows]
    for number, row in enumerate(rows):
        beside = [first[n] for n in together.get(number, ())]
        if beside:
            row["list-actors"] = sum(beside) / len(beside) - 0.5
        if len(first) > 1:
            row["others-actors"] = (sum(first) - first[number]) / (len(first) - 1) - 0.5
        row["alone"] = first[number] - 0.5


_NO_SIGN = (
    "share:",
    "list-",
    "others-",
    "alone",
    "lone",
    "often",
    "headline",
    "plays-none",
    "L1:^",
    "R1:^",
    "R1:,",
    "L1:,",
    "R1:.",
    "A:,",
    "Z:,",
    "L=other",
    "R=other",
)


def decide(row: dict[str, float], decisions: Decisions) -> tuple[tuple[Role, float, tuple[str, ...]], ...]:
    """Roles judged more likely than not, the surest first, each with its reasons; none where no word gives a sign."""
    found = []
    for role in DECIDED:
        name = f"role:{role.value}"
        if name not in decisions:
            continue
        decision = decisions[name]
        p = decision.probability(row)
        if p <= 0.5:
            continue
        why = tuple(r for r in decision.reasons(row, limit=12) if not r.startswith(_NO_SIGN))
        if not why and row.get("list-actors", 0.0) > 0:
            why = ("in one list with actors",)
        if why:
            found.append((role, p, why[:3]))
    return tuple(sorted(found, key=lambda f: -f[1]))


def is_maker(decided: Sequence[tuple[Role, float, tuple[str, ...]]]) -> bool:
    """Whether this is somebody behind the camera only."""
    held = {role for role, _, _ in decided}
    return bool(held & _MAKERS) and Role.ACTOR not in held
