"""Made-up names: the given names, surnames, characters and titles that training swaps in.

Ordinary given names and surnames are drawn apart from each other, and a third of the surnames is built from syllables,
so that a drawn name is no particular person's.
"""

from __future__ import annotations

import random


def _list(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("\n", " ").split("|"))


GIVEN = """
Ada Adele Agnes Aidan Alan Alba Alec Alma Amara Amos Anders Anika Ansel Antonia Arlo Arnold Asa Astrid Audrey Axel
Barbara Barnaby Beatrix Bella Benedict Bernard Bertha Bess Bianca Blaine Boyd Bram Brandon Brenda Bridget Bruno Bryn
Callum Camille Carl Carmen Carol Cassius Cecil Celeste Chester Chloe Clara Claude Clement Clive Colette Conrad Cora
Cordelia Corinne Cyrus Dahlia Dale Damon Dana Daphne Darius Darnell Deborah Delia Della Denise Derek Desmond Dexter
Dina Dolores Dominic Donna Dorothy Duncan Dwight Edgar Edith Edmund Effie Eileen Elena Elias Elliot Elsa Emil Enid
Enzo Erica Ernest Esme Esther Ethel Eugene Eunice Ezra Faye Felix Fergus Fiona Flora Florence Floyd Frances Freya
Gareth Gary Gemma Gerald Gideon Gilbert Gina Giles Glenda Gloria Gordon Greta Grover Gus Gwen Hamish Hannah Harlan
Harriet Hazel Hector Heidi Helena Henrik Hilda Holden Hope Howard Hubert Hugo Ida Ignacio Imogen Ines Ingrid Iris
Irving Isaac Isla Ivan Ivy Jada Jamal Janice Jasper Javier Jed Jerome Joanna Jocelyn Jonas Josie Joyce Judith Juno
Kamal Karl Kay Keiko Kendra Kenji Kip Kurt Lacey Lamar Lars Laurel Laverne Leif Lena Leona Leroy Lila Lionel Lois
Lorna Lottie Lucian Ludo Luther Lydia Mabel Mae Magnus Malik Marcus Margot Marian Marlon Martha Mateo Matilda Maude
Maxine Mercy Mildred Milo Mina Minerva Mona Morris Moses Muriel Myles Myra Nadia Naomi Nell Nestor Neville Niamh Nigel
Nina Noel Nora Norman Octavia Odette Olga Olive Omar Orla Orson Oscar Otis Otto Owen Paige Pamela Pascal Patience
Paula Pearl Percy Perry Petra Philip Phoebe Pierce Piers Polly Portia Priya Quentin Quincy Rafael Ralph Ramona Raquel
Raul Reggie Regina Rex Rhoda Rhys Rita Roderick Roland Roman Rosalind Roscoe Rosie Rowan Roxanne Roy Rufus Rupert Ruth
Sabine Salma Sanjay Saul Selma Serena Seth Shauna Sheila Sidney Sigrid Silas Simone Sonia Stella Sterling Stuart Sybil
Tamara Tara Tariq Tess Thea Theo Thora Tilda Toby Trent Tricia Tristan Trudy Tyrone Una Ursula Valerie Vera Vernon
Vince Viola Virgil Wade Wallace Wanda Warren Wendell Wilbur Willa Winston Yasmin Yolanda Yusuf Zadie Zane Zelda Zora
Aiko Amit Anjali Chidi Deepa Femi Hiro Imani Jin Kofi Lan Mei Ngozi Oluwaseun Ravi Sana Tae Uma Vikram Wei Xiomara
Yuki Zainab Beau Bo Cy Dot Ed Flo Ike Jo Lu Max Ned Pat Ray Sal Ty Vi
""".split()

SURNAMES = """
Abara Abbott Ackerman Adair Albright Alcott Aldana Amato Ambrose Ansari Appleby Archer Armitage Ash Atwater Babcock
Bachman Baird Banerjee Banks Barlow Barrow Bass Baxter Beaumont Beck Bell Bellamy Benitez Bishop Blackwood Bloom Boone
Bowers Brand Briggs Brook Buckley Burke Cabrera Calder Caldwell Carmody Carrow Cartwright Castellano Chan Chase Cho
Church Clay Cobb Cole Colman Conti Coombs Corbin Cortez Cross Crowe Cruz Dalton Danforth Darcy Dawes Deng Devlin
Diallo Dobbs Donnelly Dorsey Drake Driscoll Dunn Eastman Eaton Egan Ellison Emery Engel Espinoza Everly Fairchild Falk
Farrow Fenwick Field Finch Fisher Fitch Flint Forde Fox Franco Frost Fry Gallo Garrity Gates Gentry Gibbs Gladstone
Glass Goodwin Gorman Graves Greer Grimes Grove Gupta Hale Hall Hammond Hardy Harker Hart Hawke Hayward Heller Herrera
Hobbs Hollis Holm Horne Howell Hurley Ibarra Iyer Jarvis Jensen Joshi Kaplan Kaur Keane Keller Kemp Kerr Khan Kimura
Kirby Klein Knox Koch Kowalski Lacroix Lam Lancaster Langley Lark Larsen Laurent Lennox Levin Lindqvist Little Locke
Long Lowell Lund Maddox Malone Mancini March Marlowe Marsh Mason Mayfield Mehta Mendez Mercer Merritt Meyer Miles
Mirza Moon Moreau Moss Munro Murdock Nakamura Nash Ness Newell Nolan North Novak Oakes Oduya Okafor Orr Ortega Osborne
Pace Padilla Page Palmer Park Patel Pavlova Peck Pell Penn Pereira Pike Pine Poole Pope Porter Price Prior Quick Quinn
Radley Ramsay Rao Redmond Reese Reyes Rhodes Rich Riggs Ritter Rivers Roche Rojas Rosen Rossi Rowe Rush Sadler Salazar
Sands Santoro Savage Sayre Schuster Sharp Shaw Shelby Silva Singh Sloane Snow Sokolov Sorensen Sparks Stein Stone
Strand Sun Sutter Swift Tanaka Tate Thorne Tobin Torres Townsend Tran Trask Tsai Underwood Valdez Vance Vargas Vaughn
Vega Voss Wade Walcott Walsh Ward Ware Webb Weiss Wells West Whitaker Wilder Winters Wolfe Wong Woodard Wray Wynn
Yates Yoon York Young Zamora Zeller
""".split()

ACCENTED_GIVEN = """
Renée Zoë Chloé Andrés Anaïs Björn Inés Jesús José Léa Noémie Raúl Sébastien Søren Stéphane Tomás Ángela Élodie Åsa
Mónica Nicolás Béatrice Gaël Sofía Ramón Joaquín Verónica Siân Seán Róisín Günther Jürgen Łukasz Öykü Françoise
""".split()

ACCENTED_SURNAMES = """
Acuña Álvarez Beltrán Bérenger Cáceres Córdoba Díaz Dubé Escudé Fernández Gálvez González Grönberg Gutiérrez Håkansson
Ibáñez Jiménez Lefèvre López Märtens Martínez Muñoz Núñez Ólafsdóttir Peña Pérez Quiñones Ramírez Rodríguez Sánchez
Sørensen Suárez Vélez Yáñez Zúñiga
""".split()

#: Characters named by a word rather than a name.
EPITHETS = """
Nightjar Copperhead Lantern Ember Professor Phantom Badger Saint Bishop Raven Thirteen Zero Comet Duchess Sparrow
Viper Colossus Wraith Maestro Pepper Rooster Jinx Echo Hawk Ironside Bluebell Mantis Tempest Domino Blaze Shadow Rook
Cricket Bones Wolf Cipher Moth Tank Flash
""".split()

_STARTS = """
Bar Bel Bren Cal Car Cor Dal Del Den Dor Fal Fen Gar Gil Hal Har Hol Jar Kel Kes Lan Lor Mal Mar Mor Nar Nor Ol Pel
Per Quen Ral Ros Sal Sel Sten Tal Tor Tre Van Ver Vol Wal Wes Yar Zel
""".split()
_MIDDLES = ["", "", "", "a", "e", "i", "o", "an", "el", "en", "er", "in"]
_ENDS = """
bert by combe den don dorf ers escu ford gard ham hurst ini ins kin land ler ley lund man mont more ner ness nick
ovich ow ros sen ski son stad stein ster ton vale well wick wood worth
""".split()

#: Titles of shows, plain words and names among them.
TITLES = _list("""
Atlanta | Fargo | Hacks | Girls | Lost | Friends | Community | Cheers | Wings | Taxi | Coach | Scrubs | Bones |
Castle | Monk | Psych | Suits | Smash | Glee | Nashville | Dallas | Dynasty | Empire | Power | Scandal | Revenge |
Unforgettable | Crossing Lines | Ghosts | Superstore | Abbott Elementary | The Bear | The Wire | The Office |
The Crown | The Boys | The Americans | The Affair | The Leftovers | The Knick | The Night Manager |
The Morning Show | The Good Place | The Good Wife | The Good Fight | The Middle | The Goldbergs | The Resident |
The Rookie | The Cleaning Lady | The Old Man | The Last Kingdom | The Flight Attendant |
The Sex Lives of College Girls | The Summer I Turned Pretty | The Handmaid's Tale | The Masked Singer | The Voice |
The Bachelor | The Amazing Race | The Traitors | The View | The Talk | The Young and the Restless |
The Bold and the Beautiful | General Hospital | Days of Our Lives | Guiding Light | As the World Turns |
All My Children | One Life to Live | Survivor | Big Brother | Jeopardy! | Wheel of Fortune | Love Island |
Love Is Blind | Below Deck | Vanderpump Rules | Southern Charm | Summer House | Top Chef | Project Runway |
RuPaul's Drag Race | Dancing With the Stars | So You Think You Can Dance | America's Got Talent |
Saturday Night Live | Late Night With Seth Meyers | Last Week Tonight | Real Time | Meet the Press | 60 Minutes |
20/20 | Good Morning America | Today | Law & Order: Special Victims Unit | Chicago P.D. | Chicago Med | CSI: Vegas |
NCIS: Hawai'i | FBI: Most Wanted | 9-1-1: Lone Star | S.W.A.T. | Blue Bloods | Elementary | Sherlock | Luther |
Broadchurch | Line of Duty | Happy Valley | Slow Horses | Doctor Who | Torchwood | Call the Midwife |
Downton Abbey | Poldark | Outlander | Bridgerton | Queen Charlotte | Sanditon | All Creatures Great and Small |
Derry Girls | Fleabag | Killing Eve | Ted Lasso | Shrinking | Severance | Silo | Foundation | For All Mankind |
Pachinko | Bad Sisters | Black Bird | Mythic Quest | Invasion | See | Servant | Truth Be Told | Loot | Platonic |
Physical | Stranger Things | Wednesday | Squid Game | Emily in Paris | Cobra Kai | The Witcher | Narcos | Ozark |
Mindhunter | BoJack Horseman | Big Mouth | Russian Doll | GLOW | Orange Is the New Black | House of Cards |
Bloodline | Love | Easy | Maniac | Dark | Elite | Lupin | Money Heist | Sex Education | Heartstopper |
Never Have I Ever | Outer Banks | Ginny & Georgia | Virgin River | Sweet Magnolias | Firefly Lane | Manifest |
Firefly | Fringe | Alias | Felicity | Everwood | The O.C. | One Tree Hill | Gossip Girl | Veronica Mars |
Buffy the Vampire Slayer | Angel | Charmed | Roswell | Smallville | Arrow | The Flash | Supergirl |
Black Lightning | Riverdale | Nancy Drew | All American | Walker | Legacies | The Originals | The Vampire Diaries |
The 100 | iZombie | Jane the Virgin | Crazy Ex-Girlfriend | Reign | Beauty and the Beast | Hart of Dixie | 90210 |
Melrose Place | Party of Five | My So-Called Life | ER | NYPD Blue | Hill Street Blues | St. Elsewhere |
The West Wing | Sports Night | The Newsroom | Succession | Industry | Euphoria | Barry | Insecure | Veep |
Silicon Valley | Watchmen | Westworld | True Detective | Mare of Easttown | Big Little Lies | Sharp Objects |
The Undoing | The White Lotus | The Righteous Gemstones | The Gilded Age | Boardwalk Empire | Rome | Deadwood | Oz |
Six Feet Under | Curb Your Enthusiasm | Entourage | True Blood | Treme | Enlightened | Looking | Togetherness |
Better Things | Baskets | What We Do in the Shadows | Reservation Dogs | Snowfall | Justified | Sons of Anarchy |
The Shield | Rescue Me | Damages | Nip/Tuck | Legion | Pose | American Horror Story | Feud | Mayans M.C. | Archer |
It's Always Sunny in Philadelphia | Breaking Bad | Better Call Saul | Mad Men | Halt and Catch Fire |
The Walking Dead | Fear the Walking Dead | Interview With the Vampire | Dark Winds | Yellowstone | 1883 | 1923 |
Tulsa King | Mayor of Kingstown | Lioness | Landman | Evil | Star Trek: Prodigy | Yellowjackets | Homeland |
Shameless | Weeds | Dexter: Resurrection | Billions | Ray Donovan | The Chi | The L Word: Generation Q |
Penny Dreadful | Outsiders | Only Murders in the Building | Little Fires Everywhere | Nine Perfect Strangers |
Dopesick | Paradise | High Potential | Will Trent | Matlock | Tracker | Elsbeth | Fire Country | Poker Face |
Based on a True Story | Bel-Air | Rutherford Falls | Girls5eva | We Are Lady Parts | Killing It | Upload |
The Expanse | Invincible | Fallout | Reacher | Jack Ryan | Bosch: Legacy | Transparent | Catastrophe | Red Oaks |
Mozart in the Jungle | Undone | Swarm | Dead Ringers | Citadel | Cross | Harlem | Bluey | Arthur | Sesame Street |
Rugrats | Hey Arnold! | Clarissa Explains It All | iCarly | Victorious | Hannah Montana | Lizzie McGuire |
That's So Raven | Andi Mack | Phineas and Ferb | Gravity Falls | Steven Universe | Adventure Time | The Simpsons |
Family Guy | Bob's Burgers | King of the Hill | South Park | Rick and Morty | Attack on Titan | Demon Slayer |
One Piece | Cowboy Bebop | Sailor Moon | Married at First Sight | 90 Day Fiancé | Sister Wives |
Keeping Up With the Kardashians | The Hills | Jersey Shore | The Challenge | Catfish | Teen Mom | Duck Dynasty |
Shark Tank | Extreme Makeover: Home Edition | Queer Eye | Nailed It! | Selling Sunset | The Circle | Is It Cake? |
Who Wants to Be a Millionaire | Family Feud | Deal or No Deal | Are You Afraid of the Dark? | Goosebumps |
Twin Peaks | Northern Exposure | Quantum Leap | Magnum P.I. | Miami Vice | Knight Rider | MacGyver |
Murder, She Wrote | Columbo | The Rockford Files | M*A*S*H | The Jeffersons | Good Times | Sanford and Son | Maude |
Rhoda | The Love Boat | Fantasy Island | Three's Company | Who's the Boss? | Full House | Step by Step |
Family Matters | Living Single | Martin | Moesha | Girlfriends | Half & Half | The Game | Seinfeld | Mad About You |
Ellen | Will & Grace | 3rd Rock From the Sun | NewsRadio | Just Shoot Me! | Dharma & Greg |
Everybody Loves Raymond | The King of Queens | Becker | Reba | Still Standing | Two and a Half Men |
How I Met Your Mother | The Big Bang Theory | 2 Broke Girls | Mom | Mike & Molly | Bob Hearts Abishola |
The Neighborhood | Black-ish | Fresh Off the Boat | Speechless | American Housewife | Cougar Town | Happy Endings |
Don't Trust the B---- in Apartment 23 | New Girl | The Mindy Project | Brooklyn Nine-Nine | The Last Man on Earth |
Raising Hope | Arrested Development | Malcolm in the Middle | Parks and Recreation | 30 Rock | Up All Night |
Great News | Trial & Error | A.P. Bio | Good Girls | This Is Us | Parenthood | Friday Night Lights | Chuck |
Heroes | Las Vegas | Crossing Jordan | Medium | Third Watch | Southland | Grimm | Revolution | The Blacklist |
Blindspot | Timeless | New Amsterdam | Council of Dads | Debris | La Brea
""")

_NOUNS = """
Harbor Garden Winter Ledger Orchard Signal Widow Island Promise Mirror Kingdom Bridge Summer River Verdict Lake Tower
Circus Valley Kitchen Neighbor Sister Reckoning Motel Witness Anthem Border Tide Carnival Academy Deputy Daughter Debt
Ritual Hour Season Frontier Colony Station Choir Lodge Inheritance Patient Detective Physician Roommate Divorce Bakery
Lighthouse
""".split()
_ADJECTIVES = """
Broken Quiet Last Good Perfect Silent Hidden Golden Wild Little Lost Secret Second Strange Crooked Blue Black Hollow
Gentle Deadly Modern Bitter Northern Ordinary Guilty Brave Unlikely Sweet Cold Distant
""".split()
_PLACES = """
Ashford Pine Ridge Coral Bay Duluth Lisbon Marrow Creek Tucson Brixton Halifax Wexley Point Savannah Oslo Boise
Cardiff
""".split()


def surname(rng: random.Random, *, accented: bool = False) -> str:
    if accented:
        return rng.choice(ACCENTED_SURNAMES)
    if rng.random() < 0.35:
        return rng.choice(_STARTS) + rng.choice(_MIDDLES) + rng.choice(_ENDS)
    return rng.choice(SURNAMES)


def given(rng: random.Random, *, accented: bool = False) -> str:
    return rng.choice(ACCENTED_GIVEN if accented else GIVEN)


def title(rng: random.Random, *, listed: float = 0.6) -> str:
    """A show's title from the list with probability `listed`, else an invented one."""
    if rng.random() < listed:
        return rng.choice(TITLES)
    noun, other, adjective, place = rng.choice(_NOUNS), rng.choice(_NOUNS), rng.choice(_ADJECTIVES), rng.choice(_PLACES)
    return rng.choice(
        (
            noun,
            adjective,
            f"The {noun}",
            f"{noun}s",
            f"{adjective} {noun}",
            f"The {adjective} {noun}",
            f"{adjective} {noun}s",
            f"{noun} & {other}",
            f"The {noun} of {place}",
            f"{place}",
            f"{place} {noun}",
            f"{place}: {noun}",
            f"A {adjective} {noun}",
            f"My {adjective} {noun}",
            f"{given(rng)}",
            f"{given(rng)} & {given(rng)}",
            f"{given(rng)} {surname(rng)}",
            f"{surname(rng)}",
            f"{given(rng)}'s {noun}",
            f"Dear {given(rng)}",
            f"Law & {noun}",
            f"{noun} Wars: {adjective} {other}",
            f"{noun} P.D.",
            f"How to Love a {noun}",
            f"What {given(rng)} Knew",
            f"We Were {adjective}",
            f"{adjective} People",
            f"{rng.randint(2, 99)} {noun}s",
            f"The Real Housewives of {place}",
            f"{noun}Land",
            f"{adjective} in {place}",
        )
    )


OUTLETS = _list("""
Variety | Deadline | The Hollywood Reporter | THR | TVLine | Entertainment Weekly | EW | People | Us Weekly |
TV Guide | Vulture | The Wrap | TheWrap | IndieWire | Collider | ScreenRant | Den of Geek | The A.V. Club |
Rolling Stone | Vanity Fair | The New York Times | The Los Angeles Times | The Washington Post | USA Today |
The Guardian | The Times | The Telegraph | Radio Times | Digital Spy | Metro | The Sun | The Mirror | BBC News |
CNN | E! News | Entertainment Tonight | Access Hollywood | Extra | Page Six | New York Post | TMZ |
Soap Opera Digest | Parade | Time | Newsweek | GQ | Esquire | Elle | Vogue | Glamour | Cosmopolitan |
Harper's Bazaar | InStyle | Self | Women's Health | Interview | The New Yorker | The Atlantic | Slate | Salon |
Decider | Paste | IGN | Polygon | Gizmodo | io9 | Mashable | BuzzFeed | HuffPost | The Daily Beast | Reuters |
The Associated Press | Billboard | Backstage | Broadcast | C21 | Forbes | Bloomberg
""")

NETWORKS = _list("""
ABC | NBC | CBS | Fox | The CW | The WB | UPN | PBS | HBO | HBO Max | Max | Showtime | Starz | Cinemax | FX | FXX |
AMC | AMC+ | A&E | TNT | TBS | USA Network | USA | Syfy | Sci Fi | Bravo | E! | Lifetime | Hallmark Channel |
Freeform | ABC Family | Disney Channel | Disney+ | Disney XD | Nickelodeon | Cartoon Network | Adult Swim | MTV |
VH1 | BET | BET+ | Comedy Central | Paramount Network | Paramount+ | CBS All Access | Peacock | Hulu | Netflix |
Prime Video | Amazon | Amazon Studios | Apple TV+ | Apple TV | Tubi | Roku Channel | Freevee | Crackle | YouTube |
YouTube Premium | Quibi | BritBox | Acorn TV | Shudder | Crunchyroll | TLC | HGTV | Food Network | Discovery |
History | National Geographic | OWN | Oxygen | WE tv | Logo | truTV | IFC | Sundance Now | SundanceTV | Pop TV |
Epix | MGM+ | BBC | BBC One | BBC Two | BBC America | ITV | ITV1 | Channel 4 | Channel 5 | Sky | Sky Atlantic |
Sky One | RTÉ | CBC | CTV | Global | Telemundo | Univision | Warner Bros. TV | Warner Bros. Television |
20th Television | Sony Pictures Television | Universal Television | Lionsgate | Skydance | A24 | Bad Robot |
Shondaland | Blumhouse | Marvel Studios | Lucasfilm | Pixar | Legendary | Annapurna | Hello Sunshine | Fremantle |
Endemol | Lionsgate TV
""")

FILMS = _list("""
The Godfather | Goodfellas | Jaws | Titanic | Avatar | Top Gun: Maverick | Barbie | Oppenheimer | Dune | Parasite |
La La Land | Moonlight | Gone Girl | Knives Out | Get Out | Us | Nope | Black Panther | Iron Man | The Avengers |
Thor: Ragnarok | Guardians of the Galaxy | Wonder Woman | Joker | The Dark Knight | Inception | Interstellar |
Tenet | Dunkirk | Mean Girls | Clueless | Legally Blonde | Bridesmaids | Superbad | Juno | Little Women | Lady Bird |
Marriage Story | The Irishman | Roma | Bird Box | Red Notice | The Gray Man | Extraction | Glass Onion | Speed |
The Matrix | John Wick | Die Hard | Rocky | Creed | Scream | Halloween | Saw | It | Smile | M3GAN | Pretty Woman |
Notting Hill | Love Actually | The Holiday | The Notebook | Crazy, Stupid, Love | Easy A | Spotlight | Argo | Her |
Room | Brooklyn | Carol | Tár | The Whale | Wonka | Cats | Wicked | Chicago | Hairspray | Grease |
Back to the Future | E.T. | Home Alone | Elf | Shrek | Frozen | Encanto | Coco | Up | Cars | Moana
""")

WORKS = _list("""
Hamilton | Wicked | Rent | Cats | Chicago | Company | Hadestown | Dear Evan Hansen | The Book of Mormon |
Kinky Boots | Waitress | Six | Angels in America | Death of a Salesman | The Crucible | Macbeth | Hamlet | Othello |
Pride and Prejudice | Jane Eyre | Beloved | The Bell Jar | Normal People | Where the Crawdads Sing |
The Nightingale | Red, White & Royal Blue | Verity | Lessons in Chemistry | Spare | Becoming | Bossypants |
Yes Please | Serial | SmartLess | Armchair Expert | Office Ladies | Call Her Daddy | This American Life | Dead Eyes |
Lemonade | Folklore | Thriller | Rumours | Purple Rain | Bad Blood | Halo | Mass Effect | Uncharted | God of War |
Minecraft | The Sims | Watchmen | Saga | Sandman | Maus | The Shining | Misery
""")

PLACES = _list("""
Los Angeles | New York | London | Toronto | Vancouver | Atlanta | Chicago | Dallas | Las Vegas | Miami | Nashville |
Boston | Austin | Brooklyn | Paris | Dublin | Belfast | Manchester | Liverpool | Cardiff | Glasgow | Sydney |
Auckland | Budapest | Prague | Rome | Madrid | Berlin | Tokyo | Seoul | Mumbai | Philadelphia | Pittsburgh |
New Orleans | Albuquerque | Santa Fe | Hawaii | Alaska | Fargo | Duluth | Malibu | Savannah | Hollywood | Brentwood |
Burbank | Queens | Manhattan | Harlem | Texas | Georgia | Montana | Ohio | Ireland | Scotland | Wales | Yorkshire |
Cornwall | Canada
""")

ORGANISATIONS = _list("""
the Lakers | the Yankees | the Dodgers | the Cowboys | Juilliard | Yale | Harvard | the Groundlings | Second City |
SAG-AFTRA | the WGA | the DGA | Equity | CAA | WME | UTA | Gersh | the NBA | the NFL | Manchester United | Arsenal |
Coldplay | Radiohead | Fleetwood Mac | Destiny's Child | Microsoft | Google | Facebook | Twitter | Instagram |
TikTok | Spotify | Nielsen | GLAAD | UNICEF | the Red Cross | the FCC | the FBI | the LAPD |
Parents Television Council
""")

#: Sentences in which the rarer kinds stand as pages have them; {PER} and so on are filled in, {LAST} is their surname.
SENTENCES = _list("""
{PER} told {OUT} that the decision was not easy. | In an interview with {OUT}, {PER} said the cast had no idea. |
{OUT} first reported the news. | According to {OUT}, talks began in {LOC} last spring. |
“We were surprised,” {LAST} told {OUT} in 2019. | {OUT} broke the story. |
{PER}'s film credits include {FILM} and {FILM}. | {PER} was last seen on the big screen in {FILM}, opposite {PER}. |
On the film side, {LAST} recently wrapped {FILM} and will next be seen in {FILM}. | {PER} won an Oscar for {FILM}. |
The movie {FILM} opens in theaters on Friday. | {PER} directed {FILM}, which grossed $90 million. |
She made her film debut in {FILM} (1998). | {PER} is repped by {ORG} and {ORG}. |
{PER}, whose TV credits include {SHOW} and {SHOW}, will direct the pilot. |
{LAST}'s credits include the features {FILM} and {FILM}, and TV's {SHOW}. |
He is best known for the film {FILM} and the series {SHOW}. | The series is based on the novel {WORK} by {PER}. |
{PER} wrote the book {WORK}. | {PER} appeared on Broadway in {WORK}. |
On stage, {LAST} has been seen in {WORK} and {WORK}. | Listen to the podcast {WORK} wherever you get yours. |
Her album {WORK} came out in May. | {PER} hosts the podcast {WORK}. |
The play {WORK} runs until June at a theater in {LOC}. | The game {WORK} has sold four million copies. |
{PER} was born in {LOC} and studied at {ORG}. |
{SHOW} is set in {LOC}. | {SHOW} airs Tuesdays on {NET}. | {SHOW} streams on {NET}; {SHOW} is a {NET} production. |
{NET} declined to comment. | {PER}, a fan of {ORG}, lives in {LOC} with two dogs. |
{PER} plays {CHAR}, a lawyer who moves to {LOC}. | {CHAR} ({PER}) leaves {LOC} for good. | {PER} as {CHAR} |
{CHAR}: {PER} | {PER} will reprise the role of {CHAR}. | Fans said goodbye to {CHAR}, who was played by {PER}. |
{CHAR} learns the truth, and {CHAR} has to choose. | When {CHAR} wakes up, {CHAR} is gone. |
{CHAR} kisses {CHAR} in the final scene. | {PER} and {PER} got engaged in {LOC}, {OUT} reports. |
The man behind {CHAR} spoke to {OUT} about leaving {SHOW}. | {PER}'s {CHAR} returns to {SHOW} tonight. |
{CHAR} was {PER}'s idea.
""")
