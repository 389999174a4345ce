"""Words that tell what a number beside them is, in sv nb nn da fi en. Searched in short windows."""

from __future__ import annotations

import re

_any = re.compile


ORDER = _any(r"\border|\bordre|tilau|beställning|bestilling|bestellung|\bkjøp|\bköp\b")
REFERENCE = _any(
    r"bokning|booking|boking|bestilling|varaus|ärende|\bsak\b|saks?nr|saksnummer|\bsag\b|sagsnr|sagsnummer|\basia|"
    r"\bcase|ticket|"
    r"invoice|faktur|lasku|rekning|\bocr|\bkid\b|viite|referen|\bref\b|\bref\.|spårning|sporing|track|kolli|pakk|"
    r"paket|parcel|"
    r"försändelse|forsendelse|lähety|kundnr|kundnummer|kundenr|kundenummer|asiakasn|asiakasnumero|medlem|member|"
    r"jäsen|\bpolis|"
    r"police|policy|vakuutu|skada|skade|vahinko|avtal|kontrakt|sopimu|\blån|mätar|måler|mittari|\bchip|\bsiru|"
    r"presentkort|"
    r"gavekort|lahjakort|gift card|billet|biljett|lippu|startnummer|diarie|dnr|\bavi\b|avinummer|avinr|resekort|"
    r"rejsekort|reisekort|"
    r"reklamaatio|reklamation|reklamasjon|kauppakirja|märkning|sändning|sending|label|etikett|customer (?:no|number)|"
    r"account (?:no|number)|"
    r"logged as|loggad som|\bnummer\b|number|numero|tilläggsnummer|anlägg|anlegg|\bvoucher|\bkod\b|\bkode\b|"
    r"\bkoodi\b|\bhold\b|skrivelse|"
    r"henvendelse|förfrågan|ansök|søknad|ansøgning|hakemu|application|anmäl|abonne|subscription|referan|\bsagen|"
    r"\baftale|tapau|liittymä|\bclaim\b|"
    r"\btagg|bagage|luggage|\bquote\b|"
    r"returnr|returnummer|journal"
)
NUMBERED = re.compile(
    r"(?:nr|n:o|nummer|nummeret|numret|number|numero|nro|\bno|tunnus|koodi|kod|koden|kode|code|\bid|-id|fob|bilag|bilaga)"
    r"[.:]{0,2} ?(?:(?:är|er|on|is|oli|var|was|blir|bliver|on:) ?)?[:#]? ?$"
)
"""A word that ends right before a number and says that it is one of something."""
NAMED = re.compile(
    r"(?:skåp(?:et)?|nyckelbox(?:en)?|kodlås(?:et)?|postfack(?:et)?|facket|garageplats(?:en)?|parkeringsplats(?:en)?|"
    r"p-plats(?:en)?|\bchip(?:pet|pen)?|nyckelbricka(?:n)?|skap(?:et)?|nøkkelboks(?:en)?|kodelås(?:en)?|"
    r"garasjeplass(?:en)?|parkeringsplass(?:en)?|nøkkelbrikke(?:n)?|\bbrikke(?:n)?|skab(?:et)?|nøgleboks(?:en)?|"
    r"parkeringsplads(?:en)?|p-plads(?:en)?|nøglebrik(?:ken)?|lokero(?:n|on|ssa|sta)?|kaap(?:pi|in|issa|ista)|"
    r"avainboksi(?:n|ssa)?|autopaik(?:ka|an|alla|alle)|\bsiru(?:n)?|locker|key ?(?:box|safe|fob)|lock ?box|"
    r"parking (?:space|bay|spot)|pigeonhole|"
    r"(?:lås|lock|dør|dörr|\bport|\bovi|door|gate)[ -]?(?:kod|kode|code|koodi|nr|nummer))"
    r"(?:s|ens|ets)?(?:[ -]?(?:nr|nummer|number|no|numero|nro|kod|koden|kode|code|koodi))?\.?"
    r"(?: (?:är|er|on|is))?[:#]? ?$"
)
"""A thing or a place that is one person's, named right before its number: a locker, a key box, a door, a chip."""
NOT_PERSONAL = _any(
    r"artikel|artikkel|art\.? ?nr|artnr|varen(?:r|ummer)|vare ?nr|\bean\b|ean-|\bgtin|streckkod|strekkode|stregkode|"
    r"viivakood|produkt|product|"
    r"tuote|\bmodel|org\.? ?n(?:r|ummer)|organisationsn|organisasjonsn|\bcvr|y-tunnu|\bvat\b|vat no|momsn|"
    r"momsregistr|svarspost|frisvar|"
    r"version|\bisbn|part no|\bitem\b|felkod|feilkode|fejlkode|error|virhe|\bse\d{4}|till exempel|f\.eks|esimerkiksi|"
    r"for example|\bvipps til\b|"
    r"med vipps|\bswish(?:a)? till|mobilepay-n"
)
VERSION = _any(r"(?:\bversion|\bver\.?|\bv\.?|\bfirmware|versio|\bbuild|\bios|android|selaimella|\bsida|\bside) ?$")
PHONE = _any(
    r"telefon|\btlf|\btel\b|\btel\.|\bmobil|\bmob\b|ring|\bringa|\bsms|\bcall|phone|puh\.|puhel|soit|numero|nummer|"
    r"number|\bnr|\bnå(?:r|s)?\b|"
    r"træff|träff|\bnås\b|swish|mobilepay|reach"
)
ACCOUNT = _any(
    r"konto|clearing|bankgiro|plusgiro|\bbg\b|\bpg\b|postgiro|\bgiro|reg\.? ?nr|\btili(?:lle|ltä|n|nro|numero)?\b|"
    r"\btilinumero|account|sort code|"
    r"\biban\b|swedbank|nordea|handelsbanken|\bseb\b|danske bank|\bdnb\b|autogiro"
)
CARD = _any(r"\bkort|\bcard|korti|kreditkort|visa|mastercard|amex")
NATIONAL_ID = _any(
    r"person(?:n|nummer|nr)|personnummer|samordningsn|födelsen|fødselsn|\bfnr|\bd-n(?:r|ummer)|\bcpr|henkilötunnu|"
    r"\bhetu|social security|national id|"
    r"\bssn\b|pnr\b|fødd|född|født"
)
NATIONAL_ID_WORD = _any(r"fødselsn|personn|henkilötunnu|\bcpr")
PLATE = _any(
    r"\bbil|\bfordon|regist|\breg\.?nr|regnr|\bplåt|skylt|\bskilt|kjøretøy|køretøj|nummerplad|ajoneuvo|\bauto(?:n|si|"
    r"sta)?\b|\bcar\b|vehicle|"
    r"plate|parker|pysäk|moped|knallert|motorcy|släp|henger|trailer|\bmc\b|däck|dekk|dæk|renkaat"
)
BORN = _any(r"född|födelse|født|fødsel|fødd|syntyn|syntymä|\bborn|birth|\bf\. ?$|födt")
OURS = _any(
    r"\boss\b|\bvår|\bvårt|\bvåra|\bvores|\bvår(?:e|t)|\bvi finns|\bvi holder|\bvi nås|kontakta oss|kundtjänst|"
    r"kundservice|kundeservice|"
    r"kundesenter|kundsupport|support|växel|sentralbord|butik|verkstad|verksted|kontor|besöksadress|besøgsadresse|"
    r"besøksadresse|returer|retur til|"
    r"\bos\b|\bme\b|meidän|meille|asiakaspalvel|myymälä|toimisto|päivyst|\bour\b|\bus\b|office|store|helpdesk|spärr|"
    r"sperr|spær|postboks|"
    r"svarspost|receptionen|resepsjon|mottaget|hovedkontor|huvudkontor|expedition|mottak|mottag|klinik|bibliote|"
    r"filial|hos oss|skriv till|skriv til|"
    r"mejla oss|maila|ring (?:oss|os)|\bring \w{0,12} ?$|\bsoita\b|soittaa meille|slå oss|kontakt med|\bcontact us|"
    r"betala? (?:in )?till?\b|\bmaksa\b|\bretur|henting|hämtas|hämtar du|afhent|noudet|send den til|skicka det till|"
    r"henvend|kirjoita"
)
CALL_US = re.compile(
    r"\b(?:ring|ringa|ringe|call|phone|soita|soittaa|soittakaa|soittamalla|meddela|kontakta|kontakt|contact|telefon|"
    r"tlf\.?)\b"
    r"(?![^.!?]{0,30}\b(?:dig|deg|dem|dere|mig|meg|me|you|him|her|honom|henne|ham|hende|sinulle|teille|back|mr|mrs|"
    r"ms|herr|fru|hr|dr|herra|rouva)\b)[^.!?]{0,40}$"
)
YOURS = re.compile(
    r"\b(?:din|ditt|dina|dit|dine|your|sinun)\b|till dig|til deg|til dig|sinulle|to you|bytt till|byttet til|ändrat "
    r"till|ændret til|endret til|"
    r"changed to|skickad till|sendt til|sent to|gått till|gikk til|gick till|lähetetty|mejlat (?:den|det)? ?till|som "
    r"du bad|registrert på"
)
OUR_OWN = _any(
    r"\boss\b|\bvår|\bvores|\bos\b|meidän|meille|meidät|\bour\b|\bus\b|kundtjänst|kundservice|kundeservice|"
    r"asiakaspalvel|jour"
)
OPENING = re.compile(r"avoinna|öppet|öppna|åben|åpen|ope\b|open|bemanna|telefontid")
OURS_AFTER = re.compile(
    r"^[^.!?\n]{0,50}(?:från oss|fra oss|frå oss|fra os\b|hos oss|hos os\b|till oss|til oss|til "
    r"os\b|to us|meille)"
)
ROLE_MAIL = re.compile(
    r"^(?:info|kundservice|kundtjanst|kundetjeneste|kundeservice|kundesenter|support|hjelp|hjalp|help|helpdesk|"
    r"kontakt|contact|post|postmottak|"
    r"ekonomi|okonomi|regnskab|faktura|invoice|billing|order|ordre|tilaus|asiakaspalvelu|kotihoito|hej|hei|hello|"
    r"booking|retur|returns|noreply|"
    r"no-reply|service|salg|sales|butik|shop|admin|dpo|gdpr|privacy|press|jobb|jobs|hr|reception|vicevaert|"
    r"vaktmester|huolto|toimisto|laskutus|"
    r"falsk|phishing|abuse|security|reklamation|skade|skador|medlem|bibliotek|arkiv|registrator|kommun|"
    r"kommune)(?:[.\-_+].{0,20})?@"
)
MONEY = re.compile(
    r"^(?:[.,]\d{2})?(?: ?(?:kr|kronor|kroner|sek|nok|dkk|eur|euro|€|\$|£|:-|,-|%|procent|prosent|"
    r"percent|snt|c/))"
)
UNIT = re.compile(
    r"^ ?(?:kg|g|cm|mm|m²|m2|kvm|km|ml|cl|dl|l|w|kw|kwh|v|mah|gb|mb|tb|x|st|stk|kpl|dagar|dager|dage|päivää|days|"
    r"timmar|timer|tuntia|hours|min|"
    r"minuter|minutter|år|vuotta|years|personer|henkilöä|personen|zoner|soner)\b"
)
