import time

import pytest

from faqsuggest.text.sentences import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hej! Var är den? Jag väntar.", ["Hej!", "Var är den?", "Jag väntar."]),
        ("Det gäller bl.a. Volvo och Saab. Ring oss.", ["Det gäller bl.a. Volvo och Saab.", "Ring oss."]),
        ("Det gjeld f.eks. Oslo. Ring.", ["Det gjeld f.eks. Oslo.", "Ring."]),
        ("Kom kl. 9.30 eller 10. Välkommen!", ["Kom kl. 9.30 eller 10.", "Välkommen!"]),
        ("Den kostar 1 500 kr. Frakten är fri.", ["Den kostar 1 500 kr.", "Frakten är fri."]),
        ("Se nr. 5 på listan. Tack.", ["Se nr. 5 på listan.", "Tack."]),
        ("Den 3. mars åpner vi. Hilsen Bo", ["Den 3. mars åpner vi.", "Hilsen Bo"]),
        (
            "Gå til https://b.example/a.b?c=1.2 og klik. Færdig.",
            ["Gå til https://b.example/a.b?c=1.2 og klik.", "Færdig."],
        ),
        ("Ensimmäinen rivi\nToinen rivi. Kolmas.", ["Ensimmäinen rivi", "Toinen rivi.", "Kolmas."]),
        ("1. Öppna appen\n2. Välj Kort. Klart.", ["1. Öppna appen", "2. Välj Kort.", "Klart."]),
        ("Avaa esim. Asetukset. Valitse klo 12.", ["Avaa esim. Asetukset.", "Valitse klo 12."]),
        ("Ask Mr. Smith. He knows.", ["Ask Mr. Smith.", "He knows."]),
        ("Det tar ca. 3 dagar … eller mer. Ok?", ["Det tar ca. 3 dagar … eller mer.", "Ok?"]),
        ('Det står "fel." Vad gör jag?', ['Det står "fel."', "Vad gör jag?"]),
        ("Vi har skor, jackor m.m. Välkommen in.", ["Vi har skor, jackor m.m.", "Välkommen in."]),
        ("Vad?! Nej...", ["Vad?!", "Nej..."]),
        ("", []),
        (" \n \n", []),
    ],
)
def test_sentences(text, expected):
    assert sentences(text) == expected


def test_long_pieces_are_cut_at_blanks():
    parts = sentences("ord " * 1_200)
    assert max(map(len, parts)) <= 2_000
    assert " ".join(parts).split() == ["ord"] * 1_200


@pytest.mark.parametrize("unit", ["a", ".", ". ", "A. ", "!", "\n", "1. ", ".\u201d ", "a.b "])
def test_linear(unit):
    times = []
    for length in (25_000, 50_000):
        text = (unit * length)[:length]
        runs = []
        for _ in range(3):
            start = time.process_time()
            sentences(text)
            runs.append(time.process_time() - start)
        times.append(min(runs))
    assert times[1] < 0.2
