"""The words that mail programs and people put around a message, in sv nb nn da fi en de. Data only."""

from __future__ import annotations

_WISHES = {
    "sv": "ha det så bra|ha det bra|ha det fint|ha det gott|ha en fin dag|ha en bra dag|ha en trevlig dag|ha en "
    "härlig dag|"
    "ha en skön dag|ha en fin kväll|ha en trevlig helg|ha en fin helg|ha en skön helg|ha en bra vecka|trevlig helg|"
    "allt gott",
    "nb": "ha en fin dag|ha en god dag|ha en fin kveld|ha en fin helg|ha en god helg|ha det fint|ha det bra|god helg|"
    "alt godt",
    "nn": "ha ein fin dag|ha ein god dag|ha ei fin helg|ha ei god helg|ha det fint|ha det godt|alt godt",
    "da": "hav en god dag|hav en dejlig dag|hav en fin dag|hav en god weekend|hav en dejlig weekend|ha en god dag|"
    "ha' en god dag|"
    "ha' en dejlig dag|god weekend|fortsat god dag",
    "fi": "mukavaa päivää|kivaa päivää|hyvää päivää|hyvää päivänjatkoa|mukavaa päivänjatkoa|hyvää viikonloppua|"
    "mukavaa viikonloppua|hyvää viikonjatkoa|kaikkea hyvää|oikein mukavaa päivää",
    "en": "have a nice day|have a lovely day|have a good day|have a great day|have a nice weekend|have a good weekend|"
    "have a great weekend|have a lovely evening|all the best",
    "de": "schönen tag noch|einen schönen tag|schönes wochenende|alles gute",
}
_THANKS = {
    "sv": "tack på förhand|tack för hjälpen|tacksam för svar|tacksam för hjälp|tacksam för snabbt svar|stort tack|"
    "tusen tack|tack",
    "nb": "på forhånd takk|takk på forhånd|takk for hjelpen|tusen takk|mange takk|takk",
    "nn": "på førehand takk|takk på førehand|takk for hjelpa|tusen takk|takk",
    "da": "på forhånd tak|tak på forhånd|tak for hjælpen|mange tak|tusind tak|tak",
    "fi": "kiitos etukäteen|kiitos jo etukäteen|kiitos avusta|kiitos paljon|paljon kiitoksia|kiittäen|kiitos",
    "en": "thanks in advance|thank you in advance|many thanks|thanks a lot|thank you|thanks|cheers",
    "de": "danke im voraus|vielen dank im voraus|vielen dank|danke",
}
_REGARDS = {
    "sv": "med vänlig hälsning|med vänliga hälsningar|vänlig hälsning|vänliga hälsningar|med bästa hälsningar|bästa "
    "hälsningar|"
    "med vänl hälsn|varma hälsningar|mysiga hälsningar|soliga hälsningar|många hälsningar|hjärtliga hälsningar|"
    "hälsningar från|hälsningar|hälsning|hälsn.|hälsn|hälsar|med utmärkt högaktning|högaktningsfullt|vänligen|m.v.h.|"
    "m.v.h|m v h|mvh|kram|kramar|/mvh",
    "nb": "med vennlig hilsen|med venlig hilsen|vennlig hilsen|med vennlige hilsener|vennlige hilsener|beste hilsen|"
    "med hilsen|hilsen|"
    "beste hilsener|vennligst|mvh.|mvh|vh|klem",
    "nn": "med venleg helsing|venleg helsing|beste helsing|med helsing|helsing|mvh",
    "da": "med venlig hilsen|med venlige hilsner|venlig hilsen|venlige hilsner|de bedste hilsner|bedste hilsner|"
    "bedste hilsen|mange hilsner|"
    "de varmeste hilsner|varme hilsner|mange hilsener|med kærlig hilsen|kærlig hilsen|kærlige hilsner|hilsen|hilsner|"
    "venligst|dbh|vh.|vh|kh|knus|mvh",
    "fi": "ystävällisin terveisin|ystävällisesti|parhain terveisin|kohteliain terveisin|lämpimin terveisin|"
    "aurinkoisin terveisin|"
    "kunnioittavasti|kunnioittaen|terkuin|terveisin|terveiset|yst. terv.|yst.terv.|yst terv|terv.|terv|yt.|yt|t.|t:",
    "en": "with kind regards|with best regards|kind regards|best regards|warm regards|many regards|regards|best "
    "wishes|"
    "yours sincerely|yours faithfully|yours truly|sincerely|best|br|brgds|rgds|xx",
    "de": "mit freundlichen grüßen|mit freundlichen grüssen|mit freundlichem gruß|freundliche grüße|viele grüße|"
    "beste grüße|"
    "liebe grüße|viele grüsse|hochachtungsvoll|gruß|grüße|mfg|lg|vg",
}


def _longest_first(*groups: dict[str, str]) -> tuple[str, ...]:
    phrases = {phrase for group in groups for joined in group.values() for phrase in joined.split("|")}
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase)))


REGARDS = _longest_first(_REGARDS)
"""Closings that a name follows, whatever else the line says."""
SIGN_OFFS = _longest_first(_REGARDS, _WISHES, _THANKS)
"""Every closing: regards, wishes and thanks."""

GREETINGS = (
    "hejsan hej hallå hallo tjena tjenare tja tjabba halloj hejhej hejsa hei heisann heia hallois moi moikka moro "
    "terve hi hello hey "
    "hiya goddag goddagen godmorgon goddagens davs dav morn morjens servus moin"
).split()
"""Words that greet alone: whatever stands between them and the first comma or stop is a name."""

GREETING_PHRASES = (
    "god morgon|god dag|god kväll|god eftermiddag|god förmiddag|god morgen|god kveld|god ettermiddag|god aften|god "
    "eftermiddag|"
    "god formiddag|good morning|good day|good afternoon|good evening|guten tag|guten morgen|hyvää päivää|hyvää "
    "huomenta|hyvää "
    "iltaa|"
    "huomenta|päivää|iltaa|til rette vedkommende|till den det berör|til den det måtte angå|till berörd person|to "
    "whom it may concern"
).split("|")
SALUTATIONS = (
    "kära|käre|bästa|bäste|kjære|kære|hyvä|hyvät|arvoisa|arvoisat|rakas|dear|sehr geehrte|sehr geehrter|liebe|lieber|"
    "till|til"
).split("|")
"""Words that greet only together with a name and a closing comma or exclamation mark."""

SENT_FROM = (
    "skickat via|sendt via|last ned outlook|ladda ned outlook|download outlook|"
    "skickat från|skickades från|skickat med|sänt från|sendt fra|sendt med|sent from|sent with|sent via|get outlook "
    "for|hämta outlook för|"
    "hent outlook til|hent outlook for|få outlook for|få outlook til|skaff deg outlook|hanki outlook|lähetetty|hae "
    "outlook|von meinem|"
    "gesendet von|gesendet mit|outlook für|outlook til|mobile mail|yahoo mail:|yahoo mail –|yahoo mail on|yahoo mail "
    "på"
).split("|")

SECRECY = (
    *("konfidentiel", "confidential", "fortrolig", "taushets", "luottamuksell", "vertraulich", "sekretess"),
    "tystnadsplikt",
)
ADDRESSEES = ("mottagare", "adressat", "recipient", "addressee", "modtager", "mottaker", "vastaanottaj", "empfänger")
"""A paragraph with a word of each is legal text."""
DISCLAIMERS = (
    "this email is a service from|delivered by|powered by|"
    "information i detta|information in this|denna information|denne informasjon|tämä sähköposti|"
    "this e-mail and any|this email and any|this e-mail is intended|this email is intended|this message is intended|"
    "this message and any|"
    "this message contains confidential|this email may contain|this e-mail may contain|the information in this e-mail|"
    "the information contained in this|the contents of this email|confidentiality notice|disclaimer:|please consider "
    "the environment|"
    "think before you print|detta meddelande kan innehålla|detta meddelande är|detta meddelande och|detta "
    "e-postmeddelande|detta mejl|"
    "detta mail|det här meddelandet är|det här mejlet är|denna e-post|informationen i detta|innehållet i detta|tänk "
    "på miljön|"
    "värna om miljön|så här behandlar vi personuppgifter|så behandlar vi dina personuppgifter|när du mejlar oss "
    "behandlar|"
    "när du skickar e-post till|meddelandet är avsett|denne e-posten|denne eposten|denne e-postmeldingen|denne "
    "meldingen|"
    "innholdet i denne|informasjonen i denne|tenk på miljøet|tenk miljø|vennligst tenk på miljøet|denne e-mail|denne "
    "mail|"
    "denne meddelelse|oplysningerne i denne|indholdet af denne|tænk på miljøet|når du sender e-mail|tämä viesti|tämä "
    "sähköposti|"
    "viesti on luottamuksellinen|tämän viestin|tämän sähköpostin|ajattele ympäristöä|diese e-mail enthält|diese "
    "nachricht enthält|"
    "diese e-mail und|denne e-posten kan|e-posten kan innehalde|ta hänsyn till miljön|spara på miljön|sähköposti on "
    "tarkoitettu"
).split("|")
BANNERS = (
    "caution: this email|caution: external|external email:|[external]|[extern]|you don't often get email from|du får "
    "inte ofta e-post från|"
    "du får inte ofta mejl från|ni får inte ofta e-post från|varning: extern|obs! externt|du mottar ikke ofte e-post "
    "fra|"
    "du får ikke ofte e-post fra|du får ikke ofte mail fra|du modtager ikke ofte|et saa usein sähköpostia|sie "
    "erhalten nicht häufig|"
    "advarsel: ekstern|advarsel! denne e-mail|varoitus: ulkoinen|learn why this is important|läs om varför det är "
    "viktigt|lær hvorfor dette er vigtigt|"
    "finn ut hvorfor dette er viktig|lue, miksi tämä on tärkeää|detta mejl kommer från en extern|detta "
    "e-postmeddelande kommer från en extern"
).split("|")
"""Lines that a mail server puts on top."""

WROTE = ("wrote", "skrev", "kirjoitti", "schrieb", "skreiv", "writes", "skriver")
FROM_KEYS = "from|från|fra|frå|lähettäjä|von|avsändare|avsender|afsender".split("|")
SENT_KEYS = "sent|date|skickat|datum|sendt|dato|lähetetty|päivämäärä|päiväys|gesendet|pvm|sänt|skickades".split("|")
TO_KEYS = "to|till|til|vastaanottaja|kenelle|an|cc|kopia|kopi|kopio|bcc|svar till|reply-to|saaja".split("|")
SUBJECT_KEYS = "subject|ämne|emne|aihe|betreff|ärende".split("|")

ORIGINAL_MARKS = (
    "original message|originalmeddelande|ursprungligt meddelande|ursprungsmeddelande|opprinnelig melding|opprinneleg "
    "melding|original melding|"
    "oprindelig meddelelse|oprindelig besked|alkuperäinen viesti|ursprüngliche nachricht|original appointment|svar "
    "ovanför denna rad|"
    "skriv ditt svar ovanför den här raden|please type your reply above this line|skriv svaret ditt over denne linjen|"
    "skriv dit svar over denne linje|kirjoita vastauksesi tämän rivin yläpuolelle|reply above this line"
).split("|")
FORWARD_MARKS = (
    "forwarded message|begin forwarded message|vidarebefordrat meddelande|vidarebefordrat mejl|vidarebefordrat brev|"
    "start på vidarebefordrat|"
    "början på vidarebefordrat|påbörjat vidarebefordrat|videresendt melding|vidaresendt melding|videresendt besked|"
    "videresendt meddelelse|"
    "videresendt mail|start på videresendt|begynnelse på videresendt|välitetty viesti|edelleenlähetetty viesti|"
    "välitetty viesti alkaa|"
    "weitergeleitete nachricht|anfang der weitergeleiteten"
).split("|")

FORM_MESSAGE_KEYS = (
    "meddelande|ditt meddelande|fråga|din fråga|ärendebeskrivning|beskrivning|melding|din melding|spørsmål|beskjed|"
    "besked|besked fra kunden|"
    "din besked|spørgsmål|dit spørgsmål|henvendelse|beskrivelse|viesti|viestisi|kysymys|kuvaus|message|your message|"
    "question|description|"
    "comment|comments|kommentar|nachricht|kundens fråga|gäller"
).split("|")
FORM_MESSAGE_STEMS = tuple(
    "beskriv|spørsm|spørgsm|henvend|din fråga|ditt ärende|your message|your question|how can we|miten voimme|"
    "hur kan vi|"
    "hvordan kan vi|kysymy|viesti|nachricht".split("|")
)
FORM_FIELD_KEYS = (
    "namn|förnamn|efternamn|e-post|epost|e-postadress|mejl|mail|telefon|telefonnummer|mobil|mobilnummer|ordernummer|"
    "kundnummer|adress|postnummer|ort|"
    "ämne|ärende|kategori|personnummer|kund|navn|fornavn|etternavn|efternavn|e-mail|email|mobilnr|kundenummer|"
    "ordrenummer|emne|kategori|tema|"
    "adresse|postnr|by|nimi|sähköposti|puhelin|puhelinnumero|tilausnumero|asiakasnumero|aihe|osoite|name|first name|"
    "last name|phone|"
    "order number|customer number|subject|topic|category|address|company|företag|firma|yritys|tid|datum|dato|"
    "uppringare|ring tillbaka|"
    "ring tilbage|ring tilbake|callback|nummer|tlf|tel|kanal|inkom|time|date|klokkeslett|caller|innringer|opkalder|"
    "soittaja|land|country|maa"
).split("|")
NOTE_LABELS = (
    "telefonanteckning|telefonnotering|telefonsamtal|samtalsanteckning|samtalsnotering|inkommande samtal|"
    "telefonnotat|samtalenotat|"
    "samtaleanteckning|samtalsnotat|innkommende samtale|telefonsamtale|indgående opkald|opkaldsnotat|"
    "puhelumuistiinpano|puhelinmuistio|"
    "puhelu|saapuva puhelu|phone note|call note|phone call|incoming call|voicemail|röstmeddelande|telefonbesked|"
    "anteckning|notat"
).split("|")
AGENT_NAMES = (
    "agent|agentti|kundtjänst|kundservice|kundeservice|kundesenter|kundsupport|support|kundeservicen|asiakaspalvelu|"
    "asiakaspalvelija|"
    "customer service|customer care|handläggare|rådgivare|rådgiver|saksbehandler|sagsbehandler|medarbetare|"
    "medarbejder|operator|operatör|advisor|"
    "rep|helpdesk|service desk|team|botti|bot|chatbot|chatbotten|assistent|assistant|virtuell assistent|system|"
    "järjestelmä|systemet"
).split("|")
CUSTOMER_NAMES = (
    "kund|kunden|kunde|asiakas|customer|besökare|besøkende|besøgende|visitor|vierailija|du|me|jag|user|client|bruker|"
    "bruger|användare"
).split("|")
