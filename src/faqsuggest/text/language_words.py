"""Words and letters that tell the languages apart. Data only; a word shared by two languages counts for both."""

from __future__ import annotations

_BY_LANGUAGE = {
    "sv": "och jag inte är att har hur när vad varför vart vilken vilket vilka mig dig sig ni er era ert min mitt "
    "mina om till från för med "
    "på av som det den de ett en kan ska skulle vill måste får fått finns gör göra också efter eller men så sen nu "
    "bara här där någon något "
    "några hos utan över under igen tillbaka kommer blir blev varit vara hej tack hjälp snälla går gick ser vet "
    "behöver ändra glömt lösenord "
    "beställning beställt köpt fråga faktura betala pengar inget ingen redan fortfarande själv sedan vi dom nån nåt "
    "oxå funkar hemsidan konto "
    "kostar mycket länge många är finns byta säga skicka skickade öppna öppet",
    "nb": "og jeg ikke er å har hvordan når hva hvorfor hvor hvilken hvilket hvilke meg deg seg dere deres min mitt "
    "mine om til fra for med på av "
    "som det den de et en kan skal skulle vil må får fått finnes gjør gjøre også etter eller men så nå bare her der "
    "noen noe hos uten over under "
    "igjen tilbake kommer blir ble vært være hei takk hjelp går gikk ser vet trenger endre glemt passord bestilling "
    "bestilte kjøpt kjøpte spørsmål "
    "faktura betale penger ingen allerede fortsatt selv siden vi ennå mye lenge mange jo vel virker fungerer "
    "nettsiden kontoen koster åpent åpne "
    "bytte sende sendte leilighet leiligheten dokker æ ikkje ka kor",
    "nn": "og eg ikkje er å har korleis når kva kvifor kvar kor kva kven meg deg seg de dykk dykkar min mitt mine om "
    "til frå for med på av som det den "
    "dei eit ein ei kan skal skulle vil må får fått finst gjer gjere også etter eller men så no berre her der nokon "
    "noko nokre hjå utan over under "
    "att attende kjem blir vart vore vere hei takk hjelp går gjekk ser veit treng endre gløymt passord bestilling "
    "tinga kjøpt kjøpte spørsmål rekning "
    "betale pengar ingen allereie framleis sjølv sidan vi me enno mykje lenge mange korleis leilegheit leiglegheita "
    "mi heile ikkje vekt veke veker",
    "da": "og jeg ikke er at har hvordan hvornår hvad hvorfor hvor hvilken hvilket hvilke mig dig sig i jer jeres "
    "min mit mine om til fra for med på af "
    "som det den de et en kan skal skulle vil må får fået findes gør gøre også efter eller men så nu bare her der "
    "nogen noget nogle hos uden over "
    "under igen tilbage kommer bliver blev været være hej tak hjælp går gik ser ved behøver ændre glemt adgangskode "
    "bestilling bestilt bestilte købt "
    "købte spørgsmål faktura betale penge ingen allerede stadig selv siden vi endnu meget længe mange virker "
    "hjemmesiden kontoen koster åbent åbne "
    "bytte sende sendte lejlighed lejligheden lige noget altså man sku hedder måned uge uger ikk os",
    "fi": "ja minä en ei on että olen miten milloin mitä miksi missä mikä minun sinun te teidän teillä mutta jos kun "
    "niin nyt vain tässä siellä joku jotain "
    "ilman yli alle taas takaisin tulee oli ollut olla hei moi kiitos apua voi voiko voinko saako saanko onko pitää "
    "täytyy haluan tarvitsen unohdin "
    "salasana tilaus tilauksen lasku maksaa rahat jo vielä itse kuka kuinka paljon kauan mun mulla se sen ne sitä "
    "tai myös kanssa mistä mihin",
    "en": "the and i not is to have has how when what why where which me you your my mine of from for with on as it "
    "that they a an can shall should will "
    "want must get got does do also after or but so now only here there someone something without over under again "
    "back comes was been be hello hi "
    "thanks help please forgot password order bought question invoice pay money no already still since we yet much "
    "long many work works account cost "
    "are am this if still could would did any at in",
    "de": "und ich nicht ist zu habe haben wie wann was warum wo welche welcher mir mich dir sie ihr ihre mein meine "
    "von aus für mit auf als es das der die "
    "den dem ein eine kann soll will muss bekommen gibt auch nach oder aber so jetzt nur hier da jemand etwas bei "
    "ohne über unter wieder zurück kommt "
    "wird war sein hallo danke hilfe bitte vergessen passwort bestellung frage rechnung bezahlen geld kein keine "
    "schon noch selbst seit wir viel lange "
    "im am zum bin",
}


def _index() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code, joined in _BY_LANGUAGE.items():
        for word in dict.fromkeys(joined.split()):
            found.setdefault(word, []).append(code)
    return {word: tuple(codes) for word, codes in found.items()}


WORDS = _index()
"""Word, in lower case, to the languages that have it."""

LETTERS = {
    "ä": ("sv", "fi", "de"),
    "ö": ("sv", "fi", "de"),
    "å": ("sv", "nb", "nn", "da"),
    "æ": ("nb", "nn", "da"),
    "ø": ("nb", "nn", "da"),
    "ü": ("de",),
    "ß": ("de",),
}
"""Letter to the languages that use it; the others are counted down."""

SPELLINGS = (
    (r"(?:kk|tt|pp|ll|nn|ss|gg|mm|ff)$", ("sv", "nb", "nn", "en", "de")),  # Danish ends no word in a double consonant
    (r"skj|^kj|^gj|øy|^ei|ei$|heim|aug", ("nb", "nn")),
    (r"øj|[^aeiou]ej|[aeo]dt$|hed(?:en|er)?$|^af.|gt$|bt$|[eaou]b$", ("da",)),
    (r"het(?:en|er)?$", ("sv", "nb")),
    (r"ck|x|^öv|^för|ning(?:en|ar)$", ("sv",)),
    (r"ane$|leg$|^ikkj|^kv|andre$|a$", ("nn",)),
    (r"ene$|lig$|^hv", ("nb", "da")),
    (r"et$|er$", ("nb", "da", "sv")),
    (r"dde$|[^td]te$", ("nb", "da")),
    (r"uu|aa|ii|yy|ää|(?:ssa|ssä|lla|llä|sta|stä|ksi|nko|nkö)$", ("fi",)),
    (r"th|ing$|^wh|y$", ("en",)),
    (r"sch|^ge|ung$|cht", ("de",)),
)
"""Pattern that a word matches, and the languages that it speaks for."""
