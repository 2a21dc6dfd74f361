"""Sentences that tell an event of a show, as news items have them; put into articles while training.

{SHOW} is the show it happened to, {OTHER} a show that is only named; the rest are filled as in names.SENTENCES. The
sentences under "" tell nothing that is news.
"""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "casting": """
{PER} has joined the cast of {SHOW} in a recurring role.
{SHOW} has tapped {PER} to play {CHAR}, a surgeon with a secret.
{PER} will guest-star on {SHOW} as {CHAR}.
{NET}'s {SHOW} adds {PER} and {PER} as series regulars.
{PER}, who came up on {OTHER}, is set to star opposite {PER} in {SHOW}.
Also boarding {SHOW}: {PER}, as the new neighbor {CHAR}.
{PER} takes over as host of {SHOW} from {PER}.
{SHOW} has found its {CHAR}: {PER} won the part after months of auditions.
The line-up for {SHOW} was announced on Monday and includes {PER} and {PER}.
{PER} signs on to {SHOW}, {OUT} has learned.
""",
    "departure": """
{PER} is leaving {SHOW} after six seasons.
{PER} exits {SHOW}; {CHAR} was written out in last week's episode.
After {CHAR}'s death, {PER} confirmed that she will not return to {SHOW}.
{SHOW} showrunner {PER} steps down to develop new projects for {NET}.
{PER} was fired from {SHOW} on Friday, {OUT} reports.
{PER} says goodbye to {SHOW} and to {CHAR}.
{SHOW} will go on without {PER}, who left for {OTHER}.
{PER} filmed a last scene as {CHAR} on {SHOW} in the spring.
""",
    "renewal": """
{NET} has renewed {SHOW} for a third season.
{SHOW} will be back: {NET} ordered ten more episodes.
{SHOW}, {OTHER} and two newcomers: only the first was picked up for another year.
A fifth season of {SHOW} is official.
{SHOW} was saved by {NET} a month after the axe fell.
{NET} handed {SHOW} an early pickup for seasons four and five.
Also returning next season: {SHOW}.
{SHOW} gets a second season at {NET}.
""",
    "cancellation": """
{NET} has canceled {SHOW} after two seasons.
{SHOW} will end with its sixth season, {PER} said.
There will be no second season of {SHOW}.
{NET} has pulled the plug on {SHOW}.
The coming run of {SHOW} will be its last.
{SHOW} is not moving forward at {NET}, unlike {OTHER}.
Axed: {SHOW}, after one season of ten episodes.
{NET} decided against another season of {SHOW}, its drama about {LOC}.
""",
    "premiere": """
{SHOW} premieres on Sunday, Oct. 4, at 9 p.m. on {NET}.
Season two of {SHOW} drops on {NET} on May 12.
{SHOW} returns on Tuesday, right after {OTHER}.
{NET} has set a March date for {SHOW}.
All eight episodes of {SHOW} are now streaming on {NET}.
{SHOW} debuts next month, and {NET} hopes for a hit.
{SHOW} (Thursday, 8/7c, {NET}) is back with two episodes.
The new season of {SHOW} arrives in the fall.
""",
    "trailer": """
{NET} has released the first trailer for {SHOW}.
In the new teaser for {SHOW}, {CHAR} comes home to {LOC}.
First look: {PER} as {CHAR} in {SHOW}.
Watch the trailer for the final season of {SHOW} below.
A clip from {SHOW} shows {CHAR} and {CHAR} at odds.
{NET} unveiled key art and a teaser for {SHOW} on Wednesday.
The two-minute trailer for {SHOW} gives away little of the plot.
""",
    "production": """
Production on {SHOW} is under way in {LOC}.
{NET} has given a series order to {SHOW}, from {PER}.
{SHOW} is in development at {NET}, with {PER} to write.
Cameras are rolling on {SHOW} in {LOC}.
{PER} is set to direct the pilot of {SHOW}.
Filming on season three of {SHOW} wrapped last week.
{NET} has greenlit {SHOW}, a drama based on the novel {WORK}.
Shooting on {SHOW} begins in {LOC} in June.
""",
    "spinoff": """
A spinoff of {SHOW} is in the works at {NET}.
{NET} is planning a prequel to {SHOW}.
{PER} would lead the {SHOW} offshoot.
{SHOW} is getting a revival at {NET}, with {PER} back as {CHAR}.
A reboot of {SHOW} is being written by {PER}.
The universe of {SHOW} grows: {NET} has ordered a sequel series.
{PER} is in talks for a new version of {SHOW}.
""",
    "reunion": """
The cast of {SHOW} got together again for a charity reading.
{PER} and {PER} of {SHOW} were back side by side on the red carpet.
It was the first {SHOW} reunion in ten years.
{SHOW} stars {PER} and {PER} reunite on a new podcast.
Twenty years after the finale, the cast of {SHOW} met again in {LOC}.
{PER} shared a picture with her old {SHOW} castmates.
""",
    "award": """
{SHOW} won the Emmy for best drama.
{PER} took home the prize for {SHOW}.
{SHOW} swept the night with six trophies.
{PER} was named best actress at the Baftas for {SHOW}.
A Golden Globe went to {PER}, for {SHOW}.
{SHOW} beat {OTHER} for best comedy.
""",
    "nomination": """
{SHOW} leads the field with fourteen nominations.
{PER} was nominated for {SHOW}.
{SHOW} and its star {PER} were both shortlisted.
{PER} got a nod for playing {CHAR} on {SHOW}.
{SHOW} was snubbed in the top category but has six nods elsewhere.
""",
    "death": """
{PER}, who played {CHAR} on {SHOW}, has died at 84.
{SHOW} star {PER} died on Monday in {LOC}.
{PER} of {SHOW} fame passed away at home, his family said.
The cast of {SHOW} mourned {PER}, dead at 61.
{PER}, the voice of {CHAR} on {SHOW}, was 77.
""",
    "interview": """
{PER} spoke to {OUT} about the new season of {SHOW}.
{PER} tells {OUT} how {SHOW} came to be.
{OUT} sat down with {PER} to talk about {SHOW}.
In a Q&A with {OUT}, {SHOW} showrunner {PER} explains the ending.
{PER} breaks down {CHAR}'s choice on {SHOW} for {OUT}.
""",
    "ratings": """
{SHOW} drew 6.2 million viewers on Thursday, up from last week.
{SHOW} slipped to a series low in the demo.
The premiere of {SHOW} was the most-watched on {NET} this year.
{SHOW} topped the streaming chart with 900 million minutes, ahead of {OTHER}.
With 4.1 million, {SHOW} won its hour.
{NET}'s {SHOW} stayed flat at a 0.7 rating.
""",
    "recap": """
On this week's {SHOW}, {CHAR} learns who burned the letters.
{SHOW} ended its season with a shot of {CHAR} alone on the pier.
The second episode of {SHOW} is its funniest so far.
{CHAR} and {CHAR} finally kissed on {SHOW}, and then the lights went out.
{SHOW} is slow, handsome and too long by half.
Spoilers follow for the finale of {SHOW}: {CHAR} is the mole.
""",
    "legal": """
{PER} is suing {NET} over {SHOW}.
A judge threw out the lawsuit against the makers of {SHOW}.
{SHOW} star {PER} was arrested in {LOC} on Saturday.
{PER} pleaded not guilty; {SHOW} has suspended filming her scenes.
The makers of {SHOW} settled with {PER} out of court.
""",
    "personal": """
{SHOW} star {PER} has married in {LOC}.
{PER} of {SHOW} is expecting her first child.
{SHOW} actor {PER} told fans of a cancer diagnosis.
{PER}, who met {PER} on the set of {SHOW}, filed for divorce.
""",
    "": """
{PER} is best known for {SHOW}.
{PER}'s credits include {SHOW} and {OTHER}.
{PER} starred in {SHOW} from 1998 to 2004.
Fans of {SHOW} will feel at home.
{PER}, an alum of {SHOW}, lives in {LOC}.
He had a small part in {SHOW} as a student.
Think of {SHOW} with better weather.
{PER} wrote for {SHOW} before she made {OTHER}.
It has been compared to {SHOW}.
She won an Emmy for {SHOW} in 2003.
{PER} left {SHOW} in 2011.
{SHOW} ran for seven seasons on {NET}.
{PER} and {PER} worked together on {SHOW} years ago.
Like {SHOW}, it is set in {LOC}.
{SHOW} was canceled in 1994.
""",
}  # fmt: skip
