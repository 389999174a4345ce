"""A simulated history of replies with personal data put in, for benchmarks/privacy.py.

Reply texts come from the invented desks, drawn with Zipf weights so that some are sent often and many once.
Greeting and sign-off are written anew, and sentences with personal values are put in. Every value is synthetic:
names are common ones or made up from syllables (in no list), Swedish identity numbers have the serials 238-239 of
test numbers, Norwegian ones month + 80, Danish ones day + 60, Finnish ones the serials 900-999, accounts have
wrong check digits, telephones are of the series for fiction.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from faqsuggest.records import Article, Ticket
from faqsuggest.text.mail import clean_mail

GIVEN = {
    "sv": "Anna Erik Karin Lars Eva Johan Fatima Ahmed Linnea Oskar Gun-Britt Göran Wilma Elias Sara Mohamed "
    "Birgitta Nils",
    "nb": "Kari Ola Ingrid Bjørn Anne Per Silje Magnus Aisha Tor Solveig Håkon Nora Emil Zahra Knut Randi Sindre",
    "da": "Mette Jens Kirsten Søren Lone Peter Freja Mikkel Hanne Lars Yasmin Bo Gitte Rasmus Ida Karen Ali Poul",
    "fi": "Maria Juhani Anneli Matti Helena Mikko Aino Ville Tuula Onni Sofia Kari Pirkko Eetu Leena Jari Sanna Timo",
    "en": "James Mary Oliver Priya Sarah David Chloe Kwame Emma Daniel Grace Hassan Lucy Thomas Aoife Mei Robert Nadia",
}
FAMILY = {
    "sv": "Andersson Lindqvist Björk Nyström Ali Hedlund Ek Sandberg Haddad Wallin Öberg Ståhl",
    "nb": "Hansen Berg Nordby Haugen Solheim Khan Lie Moen Aasen Bakke Dahl Strand",
    "da": "Jensen Møller Holm Kjær Petersen Bro Lund Demir Vinther Krogh Bach Juhl",
    "fi": "Korhonen Virtanen Mäkinen Laine Koski Salo Niemi Heino Aalto Räsänen Hiltunen Vuori",
    "en": "Smith Okafor Brown Patel Murphy Wilson Clarke Adeyemi Hughes Wong Taylor Evans",
}
SYLLABLES = "vel mir tor qua zen dri lo shi ban ker ya fos nu lith gra wen ost ".split()
GREETINGS = {
    "sv": ("Hej {c}!\n", "Hej {c},\n", "Hejsan {c}! ", "{c},\n", "Bästa {c},\n", "hej {l}, "),
    "nb": ("Hei {c}!\n", "Hei {c},\n", "Kjære {c},\n", "Hallo {c}. ", "hei {l}! "),
    "da": ("Hej {c}\n", "Kære {c},\n", "Hejsa {c}! ", "Goddag {c}.\n", "hej {l}, "),
    "fi": ("Hei {c},\n", "Moi {c}! ", "Hyvä {c},\n", "Moikka {c}!\n"),
    "en": ("Hi {c},\n", "Dear {c},\n", "Hello {c}! ", "hi {l}, "),
}
CLOSINGS = {
    "sv": ("\nMvh\n{a}", "\nVänliga hälsningar\n{a}\nKundservice", " /{a}", "\nHa en fin dag! {a}", "\nHälsningar {a}"),
    "nb": ("\nMvh {a}", "\nVennlig hilsen\n{a}\nKundeservice", " Hilsen {a}", "\n//{a}"),
    "da": ("\nVenlig hilsen\n{a}", " Vh {a}", "\nMed venlig hilsen\n{a}, kundeservice", " Kh {a}"),
    "fi": ("\nYstävällisin terveisin\n{a}", " T. {a}", "\nTerveisin {a}", " Terv. {a}"),
    "en": ("\nKind regards,\n{a}", "\nBest, {a}", " Thanks, {a}", "\nBest wishes\n{a}\nCustomer service"),
}
SENTENCES = {
    "sv": (
        "Jag ringde {phone} men fick inget svar.|Numret vi har är {phone}, säg till om det är fel.|Bekräftelsen gick "
        "till {email}.|"
        "Vi skickar brevet till {address}.|Personnumret {natid} är nu kopplat till kontot.|Beloppet sätts in på "
        "{account} om tre dagar.|"
        "Skriv aldrig ut hela kortnumret {card} i ett mejl.|Bilen {plate} är nu borttagen.|Ditt ärende har nummer "
        "{ref}.|"
        "Det är {name} som står som ägare.|Jag pratade med {name} i går och hon är införstådd.|Födelsedatum i "
        "systemet: {dob}.|"
        "Order {ref} gick iväg i morse.|Hälsa {given} från mig!|Avtalet {ref} skrevs under av {name} ({natid})."
    ),
    "nb": (
        "Jeg prøvde {phone}, men ingen tok den.|Kvitteringen er sendt til {email}.|Pakken går til {address}.|"
        "Fødselsnummer {natid} er lagt inn.|"
        "Pengene kommer på konto {account}.|Ikke oppgi kortnummeret ({card}) her.|Bil {plate} er registrert.|Saken "
        "har nummer {ref}.|"
        "Avtalen lyder på {name}.|{name} må ringe oss selv.|Fødselsdato: {dob}.|Ordre {ref} er pakket.|Hils {given} "
        "så mye!"
    ),
    "da": (
        "Jeg har forsøgt på {phone}.|Koden er sendt til {email}.|Brevet sendes til {address}.|Dit cpr-nr. {natid} er "
        "registreret.|"
        "Beløbet er sat ind på kontonr. {account}.|Skriv ikke kortnummeret {card} igen.|Bilen {plate} er afmeldt.|"
        "Sagen har nr. {ref}.|"
        "Det er {name}, der har bestilt.|Jeg har talt med {name} om det.|Du er født {dob}, ifølge systemet.|Ordre "
        "{ref} er afsendt.|Hils {given}!"
    ),
    "fi": (
        "Soitin numeroon {phone}, ei vastausta.|Vahvistus lähti osoitteeseen {email}.|Kirje lähetetään osoitteeseen "
        "{address}.|"
        "Henkilötunnus {natid} on tallennettu.|Maksu palautuu tilille {account}.|Kortti {card} on suljettu.|Auto "
        "{plate} on poistettu.|"
        "Asian numero on {ref}.|Sopimus on nimellä {name}.|Puhuin asiasta: {name} tietää jo.|Syntymäaika on {dob}.|"
        "Tilaus {ref} on lähtenyt."
    ),
    "en": (
        "I tried {phone} but there was no answer.|The confirmation went to {email}.|We will post it to {address}.|"
        "Your ID number {natid} is on file.|"
        "The refund goes to account {account}.|Never write the card number {card} in a mail.|The car {plate} has "
        "been removed.|Your case is {ref}.|"
        "{name} is listed as the owner.|I spoke to {name} yesterday.|Date of birth on file: {dob}.|Order {ref} has "
        "left us.|Say hello to {given}!"
    ),
}
# Names that the desks' own replies keep in front ("Niko," or "Hejsa Inge og tak for din besked") or at the end.
FRAME = re.compile(r"^(?:Hej\w{0,3}|Hei\w{0,4}) [A-ZÅÄÖÆØ]\w+ (?=och|og)|^[A-ZÅÄÖÆØ]\w+,\n+|\n+[A-ZÅÄÖÆØ]\w+$")
NUMBER = re.compile(r"[+\d][\d -]{6,16}\d")
CARDS = ("4111 1111 1111 1111", "5555 5555 5555 4444", "4012888888881881", "5105-1051-0510-5100", "3782 822463 10005")
STREETS = {
    "sv": (
        "Storgatan {n}, {p} {q} Nyhamra",
        "Björkvägen {n} B",
        "Hagstigen {n} lgh 110{d}",
        "Norra Kajen {n}, {p} {q} Lindvik",
    ),
    "nb": ("Storgata {n}, {r} Nyhamn", "Fjellveien {n}B", "Solbakken {n}, {r} Lindvik", "Kirkegata {n}"),
    "da": (
        "Nørregade {n}, {d}. tv., {r} Nyhavnby",
        "Birkevej {n}",
        "Skovbrynet {n}, {r} Lindvig",
        "Havnegade {n}, st. th.",
    ),
    "fi": (
        "Koivukuja {n} B {d}, {p}{q} Uusiranta",
        "Rantatie {n}",
        "Kuusikatu {n} A {d}",
        "Satamakatu {n}, {p}{q} Lehtola",
    ),
    "en": ("{n} Harbour Street", "{n} Station Road, Lindvik", "Flat {d}, {n} Mill Lane", "{n} Church Close"),
}


@dataclass(frozen=True)
class Sent:
    """One reply, where its personal values stand (start, end, kind), and where the desk's own words stand."""

    ticket: Ticket
    source: str
    spans: tuple[tuple[int, int, str], ...]
    body: tuple[int, int]


def read_desk(folder: Path) -> tuple[list[dict], list[Article]]:
    tickets = [json.loads(line) for line in (folder / "tickets.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [json.loads(line) for line in (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines()]
    articles = [Article(id=row["id"], title=row["title"], body=row["body"], audience=row["audience"]) for row in rows]
    return [ticket for ticket in tickets if ticket["reply"]], articles


def simulate(tickets: list[dict], count: int, rng: np.random.Generator) -> list[Sent]:
    weights = 1 / (1 + rng.permutation(len(tickets)))
    drawn = rng.choice(len(tickets), size=count, p=weights / weights.sum())
    busy = {
        "".join(filter(str.isdigit, match.group()))[-7:] for row in tickets for match in NUMBER.finditer(row["reply"])
    }
    agents = {code: [person(code, rng) for _ in range(4)] for code in GIVEN}
    return [send(tickets[index], number, agents, busy, rng) for number, index in enumerate(drawn)]


def send(row: dict, number: int, agents: dict[str, list[str]], busy: set[str], rng: np.random.Generator) -> Sent:
    code = {"nn": "nb"}.get(row["language"], row["language"])
    body = FRAME.sub("", clean_mail(row["reply"]).body).strip()
    customer = person(code, rng)
    agent = agents[code][rng.integers(4)].split(" ")[0] if rng.random() < 0.6 else agents[code][rng.integers(4)]
    text, spans = "", []
    greeted = customer if rng.random() < 0.25 else customer.split(" ")[0]
    greeting = str(rng.choice(GREETINGS[code])).replace("{l}", greeted.lower()).replace("{c}", greeted)
    at = greeting.casefold().index(greeted.casefold())
    text, spans = greeting, [(at, at + len(greeted), "greeting")]
    start = len(text)
    text += body
    own = (start, len(text))
    for sentence in rng.choice(
        SENTENCES[code].split("|"), size=int(rng.choice([0, 1, 2], p=[0.4, 0.4, 0.2])), replace=False
    ):
        text += " " if text[-1] in ".!?" else ". "
        for piece in str(sentence).replace("}", "{").split("{"):
            if piece in MAKERS:
                value = MAKERS[piece](code, rng)
                while piece == "phone" and "".join(filter(str.isdigit, value))[-7:] in busy:  # the desk's own
                    value = MAKERS[piece](code, rng)
                spans.append((len(text), len(text) + len(value), piece))
                piece = value
            text += piece
    closing = str(rng.choice(CLOSINGS[code]))
    at = len(text) + closing.index("{a}")
    text += closing.replace("{a}", agent)
    spans.append((at, at + len(agent), "agent"))
    ticket = Ticket(
        id=f"r{number}", created_at=datetime(2025, 1, 1, tzinfo=UTC), question=row["question"], reply=text,
        language=row["language"], customer_id=f"c{rng.integers(100_000)}",
    )  # fmt: skip
    return Sent(ticket, row["id"], tuple(spans), own)


def person(code: str, rng: np.random.Generator) -> str:
    def made_up() -> str:
        return "".join(rng.choice(SYLLABLES, size=int(rng.integers(2, 4)))).capitalize()

    given = made_up() if rng.random() < 0.15 else str(rng.choice(GIVEN[code].split()))
    family = made_up() if rng.random() < 0.3 else str(rng.choice(FAMILY[code].split()))
    return f"{given} {family}"


def digits(count: int, rng: np.random.Generator) -> str:
    return "".join(map(str, rng.integers(0, 10, size=count)))


SWEDISH = ("070-174 06 {}", "+46 70 174 06 {}", "070 174 06 {}", "07017406{}", "031-390 06 {}", "040-628 04 {}")


def phone(code: str, rng: np.random.Generator) -> str:
    swedish = str(rng.choice(SWEDISH))
    if code in ("sv", "fi", "en") or rng.random() < 0.3:
        return swedish.format(f"{rng.integers(5, 100):02d}")
    number = digits(4, rng)  # the last four digits of an example number are free
    shapes = {"nb": ("406 1{}", "+47 4061{}", "40 61 {} {}"), "da": ("32 12 {} {}", "+45 3212{}", "3212{}")}[code]
    shape = str(rng.choice(shapes))
    if shape.count("{}") == 2:
        return shape.format(number[:2], number[2:])
    return shape.format(f"{number[0]} {number[1:]}" if shape.startswith("406 1") else number)


def national_id(code: str, rng: np.random.Generator) -> str:
    year, month, day = int(rng.integers(40, 100)), int(rng.integers(1, 13)), int(rng.integers(1, 29))
    if code == "nb":
        return f"{day:02d}{month + 80:02d}{year:02d}{' ' if rng.random() < 0.5 else ''}{digits(5, rng)}"
    if code == "da":
        return f"{day + 60:02d}{month:02d}{year:02d}-{digits(4, rng)}"
    if code == "fi":
        return f"{day:02d}{month:02d}{year:02d}-9{digits(2, rng)}{rng.choice(list('ABCDEFHJKLMNPRSTUVWXY'))}"
    century = "19" if rng.random() < 0.5 else ""
    return f"{century}{year:02d}{month:02d}{day:02d}-23{rng.choice(['8', '9'])}{digits(1, rng)}"


def account(code: str, rng: np.random.Generator) -> str:
    shapes = {
        "sv": ("5000-{7} {4}", "SE00 5000 0000 {4} {4} {4}"),
        "nb": ("8601 11 {5}", "NO00 8601 {4} {3}", "8601.11.{5}"),
        "da": ("0040-{10}", "DK00 0040 {4} {4} {2}"),
        "fi": ("FI00 1234 5600 {4} {2}",),
        "en": ("GB00 NWBK 6016 13{2} {4} {2}", "8327-9, {9}-0"),
    }[code]
    shape = str(rng.choice(shapes))
    for size in (10, 9, 7, 5, 4, 3, 2):
        while f"{{{size}}}" in shape:
            shape = shape.replace(f"{{{size}}}", digits(size, rng), 1)
    return shape


def address(code: str, rng: np.random.Generator) -> str:
    shape = str(rng.choice(STREETS[code]))
    places = {
        "n": rng.integers(1, 140),
        "d": rng.integers(1, 9),
        "p": rng.integers(100, 990),
        "q": f"{rng.integers(10, 99)}",
    }
    return shape.format(**places, r=rng.integers(1000, 9990))


def plate(code: str, rng: np.random.Generator) -> str:
    letters = "".join(rng.choice(list("ABCDEFGHJKLMNPRSTUWXYZ"), size=3))
    if code == "nb":
        return f"{letters[:2]} {digits(5, rng)}"
    if code == "da":
        return f"{letters[:2]} {digits(2, rng)} {digits(3, rng)}"
    return f"{letters}-{digits(3, rng)}" if code == "fi" else f"{letters} {digits(3, rng)}"


def reference(code: str, rng: np.random.Generator) -> str:
    shape = str(rng.choice(["8", "24-6", "S-5", "2024/5", "#7", "K4-2"]))
    return {
        "8": digits(8, rng),
        "24-6": f"24-{digits(6, rng)}",
        "S-5": f"S-{digits(5, rng)}",
        "2024/5": f"2024/{digits(5, rng)}",
        "#7": f"#{digits(7, rng)}",
        "K4-2": f"K{digits(4, rng)}-{digits(2, rng)}",
    }[shape]


def birth_date(code: str, rng: np.random.Generator) -> str:
    year, month, day = int(rng.integers(1935, 2004)), int(rng.integers(1, 13)), int(rng.integers(1, 29))
    return f"{year}-{month:02d}-{day:02d}" if code in ("sv", "en") else f"{day:02d}.{month:02d}.{year}"


def email(code: str, rng: np.random.Generator) -> str:
    given, family = person(code, rng).lower().split(" ")
    return f"{given}.{family}{digits(2, rng)}@example.{rng.choice(['com', 'org', 'net'])}"


MAKERS = {
    "phone": phone,
    "email": email,
    "address": address,
    "natid": national_id,
    "account": account,
    "plate": plate,
    "ref": reference,
    "dob": birth_date,
    "card": lambda code, rng: str(rng.choice(CARDS)),
    "name": person,
    "given": lambda code, rng: person(code, rng).split(" ")[0],
}
