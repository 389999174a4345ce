"""Words that tell what a number or name beside them is, in sv nb nn da fi en. Compiled once; searched in short windows."""

from __future__ import annotations

import re


_any = re.compile


ORDER = _any(r"\border|\bordre|tilau|beställning|bestilling|bestellung|\bkjøp|\bköp\b")
REFERENCE = _any(
    r"bokning|booking|boking|bestilling|varaus|ärende|\bsak\b|saks?nr|saksnummer|\bsag\b|sagsnr|sagsnummer|\basia|\bcase|ticket|"
    r"invoice|faktur|lasku|rekning|\bocr|\bkid\b|viite|referen|\bref\b|\bref\.|spårning|sporing|track|kolli|pakk|paket|parcel|"
    r"försändelse|forsendelse|lähety|kundnr|kundnummer|kundenr|kundenummer|asiakasn|asiakasnumero|medlem|member|jäsen|\bpolis|"
    r"police|policy|vakuutu|skada|skade|vahinko|avtal|kontrakt|sopimu|\blån|mätar|måler|mittari|\bchip|\bsiru|presentkort|"
    r"gavekort|lahjakort|gift card|billet|biljett|lippu|startnummer|diarie|dnr|\bavi\b|avinummer|avinr|resekort|rejsekort|reisekort|"
    r"reklamaatio|reklamation|reklamasjon|kauppakirja|märkning|sändning|sending|label|etikett|customer (?:no|number)|account (?:no|number)|"
    r"logged as|loggad som|\bnummer\b|number|numero|tilläggsnummer|anlägg|anlegg|\bvoucher|\bkod\b|\bkode\b|\bkoodi\b|\bhold\b|skrivelse|"
    r"henvendelse|förfrågan|returnr|returnummer|journal"
)
NOT_PERSONAL = _any(
    r"artikel|artikkel|art\.? ?nr|artnr|varen(?:r|ummer)|vare ?nr|\bean\b|ean-|\bgtin|streckkod|strekkode|stregkode|viivakood|produkt|product|"
    r"tuote|\bmodel|org\.? ?n(?:r|ummer)|organisationsn|organisasjonsn|\bcvr|y-tunnu|\bvat\b|vat no|momsn|momsregistr|svarspost|frisvar|"
    r"version|\bisbn|part no|\bitem\b|felkod|feilkode|fejlkode|error|virhe|\bse\d{4}|till exempel|f\.eks|esimerkiksi|for example|\bvipps til\b|"
    r"med vipps|\bswish(?:a)? till|mobilepay-n"
)
PHONE = _any(
    r"telefon|\btlf|\btel\b|\btel\.|\bmobil|\bmob\b|ring|\bringa|\bsms|\bcall|phone|puh\.|puhel|soit|numero|nummer|number|\bnr|\bnå(?:r|s)?\b|"
    r"træff|träff|\bnås\b|swish|mobilepay|reach"
)
ACCOUNT = _any(
    r"konto|clearing|bankgiro|plusgiro|\bbg\b|\bpg\b|postgiro|\bgiro|reg\.? ?nr|\btili(?:lle|ltä|n|nro|numero)?\b|\btilinumero|account|sort code|"
    r"\biban\b|swedbank|nordea|handelsbanken|\bseb\b|danske bank|\bdnb\b|autogiro"
)
CARD = _any(r"\bkort|\bcard|korti|kreditkort|visa|mastercard|amex")
NATIONAL_ID = _any(
    r"person(?:n|nummer|nr)|personnummer|samordningsn|födelsen|fødselsn|\bfnr|\bd-n(?:r|ummer)|\bcpr|henkilötunnu|\bhetu|social security|national id|"
    r"\bssn\b|pnr\b|fødd|född|født"
)
PLATE = _any(
    r"\bbil|\bfordon|regist|\breg\.?nr|regnr|\bplåt|skylt|\bskilt|kjøretøy|køretøj|nummerplad|ajoneuvo|\bauto(?:n|si|sta)?\b|\bcar\b|vehicle|"
    r"plate|parker|pysäk|moped|knallert|motorcy|släp|henger|trailer|\bmc\b|däck|dekk|dæk|renkaat"
)
BORN = _any(r"född|födelse|født|fødsel|fødd|syntyn|syntymä|\bborn|birth|\bf\. ?$|födt")
OURS = _any(
    r"\boss\b|\bvår|\bvårt|\bvåra|\bvores|\bvår(?:e|t)|\bvi finns|\bvi holder|\bvi nås|kontakta oss|kundtjänst|kundservice|kundeservice|"
    r"kundesenter|kundsupport|support|växel|sentralbord|butik|verkstad|verksted|kontor|besöksadress|besøgsadresse|besøksadresse|returer|retur til|"
    r"\bos\b|\bme\b|meidän|meille|asiakaspalvel|myymälä|toimisto|päivyst|\bour\b|\bus\b|office|store|helpdesk|spärr|sperr|spær|postboks|"
    r"svarspost|receptionen|resepsjon|mottaget|hovedkontor|huvudkontor|expedition|mottak|mottag|klinik|bibliote|filial|hos oss|skriv till|skriv til|"
    r"mejla|mejla oss|maila|ring (?:oss|os)|\bring \w{0,12} ?$|\bsoita\b|soittaa meille|slå oss|kontakt med|\bcontact us|betala? (?:in )?till?\b|\bmaksa\b|\bretur|henting|hämtas|hämtar du|afhent|noudet|send den til|skicka det till|henvend|kirjoita"
)
OPENING = re.compile(r"avoinna|öppet|öppna|åben|åpen|ope\b|open|bemanna|telefontid")
OURS_AFTER = re.compile(r"^[^.!?\n]{0,50}(?:från oss|fra oss|frå oss|fra os\b|hos oss|hos os\b|till oss|til oss|til os\b|to us|meille)")
ROLE_MAIL = re.compile(
    r"^(?:info|kundservice|kundtjanst|kundetjeneste|kundeservice|kundesenter|support|hjelp|hjalp|help|helpdesk|kontakt|contact|post|postmottak|"
    r"ekonomi|okonomi|regnskab|faktura|invoice|billing|order|ordre|tilaus|asiakaspalvelu|kotihoito|hej|hei|hello|booking|retur|returns|noreply|"
    r"no-reply|service|salg|sales|butik|shop|admin|dpo|gdpr|privacy|press|jobb|jobs|hr|reception|vicevaert|vaktmester|huolto|toimisto|laskutus|"
    r"falsk|phishing|abuse|security|reklamation|skade|skador|medlem|bibliotek|arkiv|registrator|kommun|kommune)(?:[.\-_+].{0,20})?@"
)
MONEY = re.compile(r"^(?:[.,]\d{2})?(?: ?(?:kr|kronor|kroner|sek|nok|dkk|eur|euro|€|\$|£|:-|,-|%|procent|prosent|percent|snt|c/))")
UNIT = re.compile(
    r"^ ?(?:kg|g|cm|mm|m²|m2|kvm|km|ml|cl|dl|l|w|kw|kwh|v|mah|gb|mb|tb|x|st|stk|kpl|dagar|dager|dage|päivää|days|timmar|timer|tuntia|hours|min|"
    r"minuter|minutter|år|vuotta|years|personer|henkilöä|personen|zoner|soner)\b"
)
