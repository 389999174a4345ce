import unicodedata

import pytest

from faqsuggest.errors import InputError
from faqsuggest.text.privacy import Company, Policy, Span, Support, redact


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("sv", "Hej Anna,\nhej då!\nMvh\nKarin Ek", "Hej {kundens namn},\nhej då!\nMvh\n{agentens namn}"),
        (
            "nb",
            "Hei Xylofya! Pakken er sendt. Hilsen Tor",
            "Hei {kundens navn}! Pakken er sendt. Hilsen {agentens navn}",
        ),
        (
            "nn",
            "Hei Kjellaug, han kjem i morgon. Helsing Jorunn",
            "Hei {namnet til kunden}, han kjem i morgon. Helsing {namnet til agenten}",
        ),
        ("da", "Kære Bodil\nDen er på vej. Vh Mads", "Kære {kundens navn}\nDen er på vej. Vh {agentens navn}"),
        (
            "fi",
            "Moi Juuso! Se on matkalla. T. Milla",
            "Moi {asiakkaan nimi}! Se on matkalla. T. {asiakaspalvelijan nimi}",
        ),
        (
            "en",
            "Dear Siobhan,\nit is on its way.\nBest, Deepak",
            "Dear {customer's name},\nit is on its way.\nBest, {agent's name}",
        ),
        ("sv", "Hej abdi! Det stämmer. /tove", "Hej {kundens namn}! Det stämmer. /{agentens namn}"),
    ],
)
def test_greeting_and_sign_off_are_templated_whatever_the_name(language, text, expected):
    assert redact(text, policy=Policy(language=language)).text == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Personnumret 19900602-2397 finns.", "national_id"),
        ("Personnumret 19900602-2398 finns.", "national_id"),  # a wrong check digit acquits nobody
        ("Samordningsnummer 701063-2391 gäller.", "national_id"),
        ("Fødselsnummer 15108695088 er lagret.", "national_id"),
        ("Nummeret 01859010071 er syntetisk.", "national_id"),
        ("D-nummer 41819012345 er lagret.", "national_id"),
        ("CPR 251248-9996 er slettet.", "national_id"),
        ("Hetu 131052-308T on tallennettu.", "national_id"),
        ("Hetu 010594Y9032 on tallennettu.", "national_id"),
        ("Pengar till SE45 5000 0000 0583 9825 7466 nu.", "account"),
        ("Beløpet gikk til konto 8601.11.17947 i går.", "account"),
        ("Pengarna sätts in på konto 8327-9, 123 456 789-0 nu.", "account"),
        ("Kort 4111 1111 1111 1111 är spärrat.", "card"),
        ("Kunden nås på 070-174 06 05 nu.", "phone"),
        ("Han svarte på +47 406 12 345 nå.", "phone"),
        ("Koden kom till anna.ek@example.com nu.", "email"),
        ("Bilen ABC 12D är borta.", "plate"),
        ("Bil EK 98765 er borte.", "plate"),
        ("Du är född 1958-03-17 enligt oss.", "birth_date"),
        ("Inloggning från 203.0.113.77 i natt.", "ip"),
        ("Inloggning från 2001:db8::1 i natt.", "ip"),
        ("Bokning K7PQ2M är ändrad.", "reference"),
        ("Din order 48213377 är på väg.", "order"),
        ("Paketet gick till Storgatan 14 B, 114 55 Stockholm.", "address"),
        ("Du bor på Karl Johans gate 5, 0154 Oslo.", "address"),
        ("Flyttet til Nørrevænget 5, 2. tv., 5762 Vester Skerninge.", "address"),
        ("Uusi osoite on Kuusitie 4 C 21, 00270 Helsinki.", "address"),
    ],
)
def test_one_value_of_each_kind(text, kind):
    assert redact(text, policy=Policy(company=Company())).counts() == {kind: 1}


@pytest.mark.parametrize(
    "text",
    [
        "Priset är 1 249 kr, eller 12.500,00 kr om året.",
        "Vi har öppet 08–17 och lördag 10.00–16.00.",
        "Leverans den 3/11 2024 eller 2024-11-18, vecka 47.",
        "Artikelnummer 7340012345673 kostar 899 kr.",
        "Modellen KLM 450 finns i storlek 42.",
        "Orgnr 556012-5790 och momsnr SE556012579001.",
        "Grace period is not available for this plan.",
        "Felkod E-1042 betyder att filtret är smutsigt.",
        "Mina sidor > Inställningar > Konto.",
        "Hej igen! Det går bra.",
        "Annars löper avtalet på. Ingen fara!",
    ],
)
def test_what_is_not_personal_stays(text):
    assert redact(text).text == text


def test_spans_are_in_the_given_text():
    text = "Hej A\u200bnna!\u00a0Ring&nbsp;inte.\r\nMail: a&#64;example.com"
    found = redact(text)
    assert [text[span.start : span.end] for span in found.spans] == ["A\u200bnna", "a&#64;example.com"]
    assert "\u200b" not in found.text


def test_bidirectional_controls_are_stripped():
    assert redact("Se \u202eelif\u202c här").text == "Se elif här"


def test_accents_may_be_decomposed():
    name = unicodedata.normalize("NFD", "Åsa Öberg")
    found = redact(f"Hej {name}!", policy=Policy(language="sv"))
    assert found.text == "Hej {kundens namn}!"
    assert found.spans == (Span(4, 4 + len(name), "customer"),)


def test_known_values_tolerate_inflection_accents_and_separators():
    known = {"customer": "Hélène Quarzo", "phone": "+46 70 174 06 05", "order": "48 21 33 77", "address": "Xgränd 3, Y"}
    text = "helenes paket (48213377) kom. Quarzo nås på 070-1740605, xgränd 3 Y."
    found = redact(text, known, Policy(language="sv"))
    assert found.text == "{kundens namn} paket ({ordernummer}) kom. {kundens namn 2} nås på {telefon}, {adress}."


def test_known_finnish_cases():
    assert redact("Kerroin Aatokselle asiasta.", {"customer": "Aatos"}, Policy(language="fi")).text.startswith(
        "Kerroin {"
    )


def test_unknown_keys_of_known_are_refused():
    with pytest.raises(InputError, match="known takes the keys"):
        redact("hej", {"shoe": "42"})


def test_a_name_is_spread_over_the_text_with_its_genitive():
    found = redact("Hej Xandriel! Xandriels order är klar.", policy=Policy(language="sv"))
    assert found.text == "Hej {kundens namn}! {kundens namn} order är klar."


def test_the_same_value_has_the_same_placeholder_and_others_a_number():
    text = "Skickat till a@example.com och b@example.com, inte a@example.com."
    assert redact(text, policy=Policy(language="sv")).text == "Skickat till {e-post} och {e-post 2}, inte {e-post}."


def test_company_values_stay_and_others_go():
    company = Company.of(["08-465 004 00", "info@shop.example", "shop.example", "Hamngatan 22, Nyhamra"])
    text = (
        "Ring +46 8 465 004 00 eller 08-465 004 01. Se https://www.shop.example/retur?x=1 och https://evil.example/a. "
        "Mejla info@shop.example. Besök Hamngatan 22 i Nyhamra."
    )
    found = redact(text, policy=Policy(language="sv", company=company))
    assert found.text == (
        "Ring +46 8 465 004 00 eller {telefon}. Se https://www.shop.example/retur?x=1 och {länk}. "
        "Mejla info@shop.example. Besök Hamngatan 22 i Nyhamra."
    )
    assert found.safe


def test_without_a_list_the_words_around_decide_and_the_text_is_not_safe():
    found = redact("Ring oss på 08-465 004 00.")
    assert found.spans == ()
    assert found.reasons == ("unconfirmed-number",)
    assert redact("Vi ringer dig på 070-174 06 05.").counts() == {"phone": 1}
    assert redact("Läs mer på shop.example/retur.").reasons == ("unconfirmed-link",)


def test_names_no_rule_knows_make_the_text_unsafe_without_support():
    assert redact("Det var Qwyzzle som ringde.").reasons == ("unconfirmed-name",)
    assert redact("Det är klart i morgon.").safe


def test_support_masks_what_few_share():
    history = [(f"c{number}", "Det kostar 350 kr att byta batteri.") for number in range(5)]
    policy = Policy(language="sv", support=Support.learn(history, k=5))
    assert redact("Det kostar 350 kr att byta batteri.", policy=policy).text == "Det kostar 350 kr att byta batteri."
    found = redact("Det kostar 351 kr att byta Qwyzzle batteri.", policy=policy)
    assert found.text == "Det kostar {uppgift} kr att byta {uppgift} batteri."
    assert found.safe
    lost = redact("Qwyzzle frobnicates Xandriel.", policy=policy)
    assert lost.reasons == ("too-much-masked",)


def test_support_counts_customers_not_replies():
    history = [("same", "Batteri byts.")] * 50 + [(f"c{number}", "Glas byts.") for number in range(5)]
    units = Support.learn(history, k=5).units
    assert "glas" in units
    assert "batteri" not in units


def test_support_holds_nothing_rare():
    history = [(f"c{number}", f"Hej Person{number}! Svaret är nej.") for number in range(20)]
    assert Support.learn(history, k=5).units == {"hej", "svaret", "är", "nej"}


def test_a_full_name_needs_support_as_a_whole():
    history = [(f"c{number}", f"Vi ser Quanda {tail} här.") for number, tail in enumerate(["Orst", "Belt", "Carm"] * 5)]
    history += [(f"d{number}", f"Vi ser Velma {tail} här.") for number, tail in enumerate(["Orst", "Belt", "Carm"] * 5)]
    support = Support.learn(history, k=6)
    assert "quanda" in support.units
    assert redact(
        "Vi ser Quanda Orst här.", policy=Policy(language="sv", support=support)
    ).text == "Vi ser {uppgift} {uppgift} här." or (
        "Orst" not in redact("Vi ser Quanda Orst här.", policy=Policy(language="sv", support=support)).text
    )


def test_company_is_learnt_by_customers_and_from_published_texts():
    replies = [(f"c{number}", "Ring 08-465 004 00.") for number in range(5)] + [("c1", "Ring 070-174 06 05.")] * 9
    company = Company.learn(replies, ["Mejla info@shop.example"], k=5)
    assert company.owns("phone", "+46 8-465 004 00")
    assert not company.owns("phone", "070-174 06 05")
    assert company.owns("email", "info@shop.example")


@pytest.mark.parametrize("value", [None, 3, b"hej", float("nan")])
def test_only_texts(value):
    with pytest.raises(InputError, match="text must be"):
        redact(value)


@pytest.mark.parametrize("text", ["", " ", "\n", "🙂", "\ud800", "{", "{kundens namn}"])
def test_odd_texts(text):
    assert redact(text).spans == ()
