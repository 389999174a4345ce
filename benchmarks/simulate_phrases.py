"""Phrases that the simulated customers and agents put around their texts, by language. Invented."""

GREETING = {
    "sv": ("Hej!", "Hejsan,", "God morgon", "Hallå"),
    "nb": ("Hei!", "Heisann", "God dag,"),
    "nn": ("Hei!", "God dag,"),
    "da": ("Hej!", "Goddag,", "Hej med jer"),
    "fi": ("Hei!", "Moi,", "Päivää"),
    "en": ("Hi,", "Hello!", "Good morning"),
}
CONTEXT = {
    "sv": (
        "Jag är kund sedan {y}.",
        "Ärendet har nummer {n}.",
        "Jag har försökt ringa men fick vänta länge.",
        "Det är lite bråttom.",
    ),
    "nb": (
        "Jeg har vært kunde siden {y}.",
        "Saken har nummer {n}.",
        "Jeg prøvde å ringe, men det var lang kø.",
        "Det haster litt.",
    ),
    "nn": ("Eg har vore kunde sidan {y}.", "Saka har nummer {n}.", "Det hastar litt."),
    "da": (
        "Jeg har været kunde siden {y}.",
        "Sagen har nummer {n}.",
        "Jeg prøvede at ringe, men der var kø.",
        "Det haster lidt.",
    ),
    "fi": (
        "Olen ollut asiakas vuodesta {y}.",
        "Asian numero on {n}.",
        "Yritin soittaa, mutta jono oli pitkä.",
        "Asialla on kiire.",
    ),
    "en": (
        "I have been a customer since {y}.",
        "My case number is {n}.",
        "I tried to call but the queue was long.",
        "It is rather urgent.",
    ),
}
THANKS = {
    "sv": ("Tack på förhand", "Mvh {c}", "Hälsningar {c}"),
    "nb": ("Takk på forhånd", "Mvh {c}", "Hilsen {c}"),
    "nn": ("Takk på førehand", "Helsing {c}"),
    "da": ("På forhånd tak", "Mvh {c}", "Hilsen {c}"),
    "fi": ("Kiitos etukäteen", "Terveisin {c}"),
    "en": ("Thanks in advance", "Regards, {c}"),
}
OPENING = {"sv": "Hej {c},", "nb": "Hei {c},", "nn": "Hei {c},", "da": "Hej {c},", "fi": "Hei {c},", "en": "Hi {c},"}
CLOSING = {
    "sv": "Med vänlig hälsning\n{a}",
    "nb": "Med vennlig hilsen\n{a}",
    "nn": "Venleg helsing\n{a}",
    "da": "Med venlig hilsen\n{a}",
    "fi": "Ystävällisin terveisin\n{a}",
    "en": "Kind regards\n{a}",
}
FORWARDED = {
    "sv": "Tack för ditt meddelande. Vi har skickat det vidare till ansvarig avdelning.",
    "nb": "Takk for meldingen. Vi har sendt den videre til riktig avdeling.",
    "nn": "Takk for meldinga. Vi har sendt ho vidare.",
    "da": "Tak for din besked. Vi har sendt den videre til den rette afdeling.",
    "fi": "Kiitos viestistäsi. Olemme välittäneet sen oikealle osastolle.",
    "en": "Thank you for your message. We have passed it on to the right department.",
}
FOLLOW_UP = {
    "sv": "Hej igen, hur går det med mitt ärende?",
    "nb": "Hei igjen, hvordan går det med saken min?",
    "nn": "Hei att, korleis går det?",
    "da": "Hej igen, hvordan går det med min sag?",
    "fi": "Hei taas, miten asiani etenee?",
    "en": "Hello again, any news on my case?",
}
CUSTOMERS = tuple(
    "Alva Bo Cilla Dag Elin Finn Gry Hedda Ivar Jon Kaisa Liv Mats Nea Odd Pia Rune Siri Tor Ulla Vera Ylva".split()
)
AGENTS = tuple("Anna Bengt Carin Dina Einar Frida Greta Henrik Ida Jarl Kari Lotte".split())
