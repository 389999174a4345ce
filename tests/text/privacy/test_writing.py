"""Values in the many ways that people write them; built from forms and frames, not from the gold sets."""

import pytest

from faqsuggest.text.privacy import Company, Policy, redact

NUMBERS = {
    ("sv", "Personnummer: {}."): (
        *("19900602-2397", "199006022397", "900602-2397", "900602 2397", "1990-06-02-2397", "1990 06 02 2397"),
        *("19900602–2397", "900602 - 2397", "900602 – 2397", "900602+2397", "701063-2391"),
    ),
    ("nb", "Fødselsnummeret er {} i systemet."): (
        *("01859010071", "018590 10071", "01 85 90 10071", "018590-10071", "018590.10071", "01.85.90 10071"),
    ),
    ("da", "CPR-nr. {} er noteret."): (
        *("251248-9996", "2512489996", "251248 9996", "25 12 48-9996", "251248 - 9996", "251248–9996"),
    ),
    ("fi", "Henkilötunnus {} on väärin."): (
        *("131052-308T", "131052 308T", "010594Y9032", "010594 Y9032", "010594Y 9032", "131052–308T", "010594y9032"),
    ),
    ("sv", "Ring henne på {} i kväll."): (
        *("070-174 06 05", "0701740605", "070 1740605", "+46701740605", "+46 (0)70 174 06 05", "0046701740605"),
        *("070/174 06 05", "070.174.06.05", "(070) 174 06 05", "070–174 06 05", "08 46500400"),
    ),
    ("nb", "Ring ham på {} i kveld."): ("40612345", "406 12 345", "40 61 23 45", "+4740612345", "0047 406 12 345"),
    ("da", "Ring til hende på {} i aften."): ("32123456", "32 12 34 56", "3212 3456", "+45 32123456"),
    ("fi", "Puhelin {} illalla."): ("0412345678", "041 234 5678", "+358 41 234 5678", "+358 (0)41 234 5678"),
    ("en", "Call him back on {} tonight."): ("07700 900461", "+44 (0)7700 900461", "(020) 7946 0018"),
    ("sv", "Pengarna skickas till ditt konto {} i dag."): ("8327-9 983 257 466-1", "8327-9, 983 257 466-1"),
    ("nb", "Beløpet går til konto {} i dag."): ("8601 11 17947", "8601.11.17947", "86011117947", "8601-11-17947"),
    ("en", "IBAN {} is saved."): (
        *("SE45 5000 0000 0583 9825 7466", "SE4550000000058398257466", "SE45-5000-0000-0583-9825-7466"),
        *("se45 5000 0000 0583 9825 7466", "NO93 8601 1117 947", "FI2112345600000785"),
    ),
    ("sv", "Kortet {} är spärrat."): (
        *("4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "4111 – 1111 – 1111 – 1111"),
        *("378282246310005", "3782 822463 10005"),
    ),
    ("sv", "Din bil {} är besiktigad."): (
        "ABC 123",
        "ABC12D",
        "ABC 12 D",
        "ABC-123",
        "abc12d",
        "EK 12345",
        "AB 12 345",
    ),
    ("sv", "Mejlen {} studsade."): (
        "a.b@example.com",
        "A.B@EXAMPLE.COM",
        "a.b @ example.com",
        "a.b(at)example.com",
        "a.b@example",
    ),
    ("en", "Login from {} tonight."): ("192.0.2.44", "2001:db8::7c1", "2001:db8:0:0:0:0:0:1"),
}
REFERENCES = {
    "sv": (
        "Order {} är skickad.",
        "Ärendenummer: {}",
        "Faktura {} förfaller snart.",
        "Abonnemang {}",
        "Portkoden är {}.",
    ),
    "nb": ("Ordrenr. {}", "Sak {} er lukket.", "KID {}", "Referanse {}", "Søknad {} er mottatt."),
    "da": ("Sagen {} er lukket.", "Bookingnr. {}", "Aftale {} opsiges.", "Journalnr. {}"),
    "fi": ("Tilaus {} on lähetetty.", "Viitenumero {}", "Tapaus {} on suljettu.", "Ovikoodi {}"),
    "en": ("Your order {} has shipped.", "Ticket {} is open.", "Claim {} was received.", "Ref {}"),
}
FORMS = (
    *("48213377", "4821 3377", "88-20417", "INC-0039218", "2024/18832-3", "QX7LMN", "7741", "#1048-221", "TKT 99812"),
    *("24/01877", "J-881-20", "004418", "RR 123 456 785 SE", "00373500454545454545", "NO 4482-11", "55.120.33"),
)
ADDRESSES = {
    "sv": (
        *(
            "Storgatan 14 B, 114 55 Stockholm",
            "Storgatan 14b, 2tr",
            "Storgatan 14, lgh 1102, 114 55 Sthlm",
            "Box 12, 123 45 Nora",
        ),
        *(
            "Karl XI:s väg 5, 222 20 Lund",
            "storgatan 14, 114 55 stockholm",
            "Öster Mälarstrand 22",
            "S:t Eriksgatan 12",
        ),
    ),
    "nb": ("Kirkeveien 102 A, H0403, 0361 Oslo", "Postboks 118 Sentrum, 0101 Oslo", "Storgt. 5, 0184 Oslo"),
    "da": ("Møllegade 3, st. tv., 6400 Sønderborg", "Vesterbrogade 44B, 3.th, 1620 København V", "Sdr. Havnevej 5"),
    "fi": ("Mannerheimintie 88 A 14, 00250 Helsinki", "PL 31, 90101 Oulu", "Torikatu 1 A, 2. krs"),
    "en": ("Flat 3, 7 Harbour View, Leith EH6 6QQ", "221B Baker Street, London NW1 6XE", "PO Box 118, Derby DE1 1AA"),
}
FRAMES = {"sv": "Adressen {} är gammal.", "nb": "Adressen {} er gammel.", "da": "Adressen {} er gammel."}
FRAMES |= {"fi": "Osoite {} on vanha.", "en": "The address {} is old."}


def covered(text, value, language):
    """Share of the letters and digits of the value that is masked, when the company owns nothing."""
    start = text.index(value)
    spans = redact(text, policy=Policy(language=language, company=Company())).spans
    places = [place for place in range(start, start + len(value)) if text[place].isalnum()]
    return sum(any(span.start <= place < span.end for span in spans) for place in places) / len(places)


@pytest.mark.parametrize(("language", "frame"), NUMBERS)
def test_numbers_in_odd_spacing(language, frame):
    values = NUMBERS[language, frame]
    assert [value for value in values if covered(frame.format(value), value, language) < 0.8] == []


@pytest.mark.parametrize("language", REFERENCES)
def test_references_after_any_word_for_them(language):
    missed = [
        (frame, value)
        for frame in REFERENCES[language]
        for value in FORMS
        if covered(frame.format(value), value, language) < 0.8
    ]
    assert missed == []


@pytest.mark.parametrize("language", ADDRESSES)
def test_addresses(language):
    frame = FRAMES[language]
    values = ADDRESSES[language]
    assert [value for value in values if covered(frame.format(value), value, language) < 0.8] == []


@pytest.mark.parametrize(
    ("text", "name", "language"),
    [
        ("hej jag heter xandrina kvist och undrar", "xandrina kvist", "sv"),
        ("min fru fatima fick inget brev", "fatima", "sv"),
        ("hei, ole martin her igjen", "ole martin", "nb"),
        ("Resenärer: Xandra Wubbel, Bo Wubbel", "Xandra Wubbel", "sv"),
        ("Kontohaver: Thit Qvorum", "Thit Qvorum", "da"),
        ("Puhuin Pekalle eilen", "Pekalle", "fi"),
        ("Sadun avain katosi", "Sadun", "fi"),
        ("Boka om J. R. Wubbel till i morgon", "J. R. Wubbel", "sv"),
        ("Ask for Bo at the desk", "Bo", "en"),
        ("Kan Björn eller Tor hämta den?", "Björn", "sv"),
        ("varför fick torunn min faktura", "torunn", "sv"),
    ],
)
def test_introduced_names(text, name, language):
    assert covered(text, name, language) == 1.0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Modell Kim 140x200 väger 38 kg.", "sv"),
        ("Lampan Rosa och stolen Astrid säljs i maj.", "sv"),
        ("Ring 08.30–16.30. Öppet lördag 10–14.", "sv"),
        ("Finns det fler? Annars tar vi Mina sidor.", "sv"),
        ("Bilen stod i Thereses gate.", "nb"),
        ("Rabattkoden SOMMAR24 gäller 2 500.000 kr.", "sv"),
        ("Version 4.12.1.0 på Max 5.", "sv"),
        ("Order total $1,249.00 plus tax.", "en"),
        ("Teckenkoden UTF-8 i bilens system.", "sv"),
    ],
)
def test_what_is_nobodys(text, language):
    assert redact(text, policy=Policy(language=language, company=Company())).spans == ()


def test_a_full_date_beside_a_name_is_a_birth():
    found = redact("Intyget gäller Olivia Lind, 2011-09-23, och Bo Ek kom 2024-09-23.", policy=Policy(language="sv"))
    assert [span.kind for span in found.spans] == ["name", "birth_date", "name"]


def test_a_listed_account_stays_however_its_branch_is_written():
    company = Company.of(["0440116243"])
    for text in ("Betal til reg. 0040 konto 0440116243.", "Betal til konto 0440116243."):
        assert redact(text, policy=Policy(language="da", company=company)).text == text


def test_a_mobile_number_is_the_companys_only_when_somebody_says_so():
    assert "070" not in redact("Kan ni ringa på 070-174 06 05?", policy=Policy(language="sv")).text
    assert "070" in redact("Ring oss på 070-174 06 05.", policy=Policy(language="sv")).text
