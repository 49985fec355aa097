# ruff: noqa: E501 (a table of sentences: one line each reads best)
"""What the official rules say, in plain Swedish: what is wrong and how to mend it. One sentence pair per rule id.

The codes in parentheses are EN 16931's business terms, which the sender's invoicing system shows too.
"""

from __future__ import annotations

from portal.formats.swedish_texts_peppol import PEPPOL_TEXTS
from portal.formats.swedish_texts_vat import VAT_TEXTS

_CORE = {
    "BR-01": "Fakturan saknar specifikations-id (BT-24). Ange Peppol BIS Billing 3 i CustomizationID.",
    "BR-02": "Fakturan saknar fakturanummer (BT-1). Fyll i numret.",
    "BR-03": "Fakturan saknar fakturadatum (BT-2). Fyll i datumet.",
    "BR-04": "Fakturan saknar typkod (BT-3). Ange 380 för faktura eller 381 för kreditfaktura.",
    "BR-05": "Fakturan saknar valuta (BT-5). Ange till exempel SEK.",
    "BR-06": "Säljarens namn (BT-27) saknas. Fyll i det registrerade namnet.",
    "BR-07": "Köparens namn (BT-44) saknas. Fyll i det registrerade namnet.",
    "BR-08": "Säljarens postadress (BG-5) saknas. Fyll i den.",
    "BR-09": "Landskoden i säljarens postadress (BT-40) saknas. Ange till exempel SE.",
    "BR-10": "Köparens postadress (BG-8) saknas. Fyll i den.",
    "BR-11": "Landskoden i köparens postadress (BT-55) saknas. Ange till exempel SE.",
    "BR-12": "Summan av radbeloppen (BT-106) saknas. Fyll i den.",
    "BR-13": "Totalbeloppet utan moms (BT-109) saknas. Fyll i det.",
    "BR-14": "Totalbeloppet med moms (BT-112) saknas. Fyll i det.",
    "BR-15": "Beloppet att betala (BT-115) saknas. Fyll i det.",
    "BR-16": "Fakturan har inga rader (BG-25). Lägg till minst en rad.",
    "BR-17": "Betalningsmottagarens namn (BT-59) saknas eller är samma som säljarens. Ange mottagaren eller ta bort den.",
    "BR-18": "Skatteombudets namn (BT-62) saknas. Fyll i namnet eller ta bort ombudet.",
    "BR-19": "Skatteombudets postadress (BG-12) saknas. Fyll i adressen eller ta bort ombudet.",
    "BR-20": "Landskoden i skatteombudets adress (BT-69) saknas. Fyll i den.",
    "BR-21": "En fakturarad saknar radnummer (BT-126). Ge varje rad ett nummer.",
    "BR-22": "En fakturarad saknar antal (BT-129). Fyll i antalet.",
    "BR-23": "En fakturarad saknar enhet för antalet (BT-130). Ange en enhetskod, till exempel EA.",
    "BR-24": "En fakturarad saknar radbelopp (BT-131). Fyll i beloppet.",
    "BR-25": "En fakturarad saknar artikelnamn (BT-153). Fyll i namnet.",
    "BR-26": "En fakturarad saknar pris (BT-146). Fyll i nettopriset.",
    "BR-27": "Nettopriset på en rad (BT-146) är negativt. Skriv priset som positivt och gör antalet negativt.",
    "BR-28": "Bruttopriset på en rad (BT-148) är negativt. Skriv priset som positivt.",
    "BR-29": "Fakturaperiodens slut (BT-74) ligger före dess början (BT-73). Rätta datumen.",
    "BR-30": "En radperiods slut (BT-135) ligger före dess början (BT-134). Rätta datumen.",
    "BR-31": "Ett avdrag på fakturan saknar belopp (BT-92). Fyll i beloppet.",
    "BR-32": "Ett avdrag på fakturan saknar momskategori (BT-95). Ange till exempel S.",
    "BR-33": "Ett avdrag på fakturan saknar orsak (BT-97 eller BT-98). Skriv orsaken.",
    "BR-36": "Ett tillägg på fakturan saknar belopp (BT-99). Fyll i beloppet.",
    "BR-37": "Ett tillägg på fakturan saknar momskategori (BT-102). Ange till exempel S.",
    "BR-38": "Ett tillägg på fakturan saknar orsak (BT-104 eller BT-105). Skriv orsaken.",
    "BR-41": "Ett avdrag på en rad saknar belopp (BT-136). Fyll i beloppet.",
    "BR-42": "Ett avdrag på en rad saknar orsak (BT-139 eller BT-140). Skriv orsaken.",
    "BR-43": "Ett tillägg på en rad saknar belopp (BT-141). Fyll i beloppet.",
    "BR-44": "Ett tillägg på en rad saknar orsak (BT-144 eller BT-145). Skriv orsaken.",
    "BR-45": "En momsrad saknar underlag (BT-116). Fyll i beloppet som momsen räknas på.",
    "BR-46": "En momsrad saknar momsbelopp (BT-117). Fyll i beloppet.",
    "BR-47": "En momsrad saknar momskategori (BT-118). Ange till exempel S.",
    "BR-48": "En momsrad saknar momssats (BT-119). Fyll i procentsatsen.",
    "BR-49": "Betalningssättet (BT-81) saknas. Ange till exempel 30.",
    "BR-50": "Kontonumret (BT-84) saknas. Fyll i bankgiro, plusgiro eller IBAN.",
    "BR-51": "Fakturan visar ett helt kortnummer (BT-87). Skriv bara de sex första och fyra sista siffrorna.",
    "BR-52": "En bilaga saknar beteckning (BT-122). Ge varje bilaga ett id.",
    "BR-53": "Momsbeloppet i redovisningsvalutan (BT-111) saknas. Fyll i det eller ta bort redovisningsvalutan (BT-6).",
    "BR-54": "En artikelegenskap saknar namn eller värde (BT-160, BT-161). Fyll i båda.",
    "BR-55": "Hänvisningen till en tidigare faktura saknar nummer (BT-25). Fyll i numret.",
    "BR-56": "Skatteombudets momsregistreringsnummer (BT-63) saknas. Fyll i det.",
    "BR-57": "Landskoden i leveransadressen (BT-80) saknas. Ange till exempel SE.",
    "BR-61": "Kontonumret (BT-84) saknas för betalning till konto. Fyll i bankgiro, plusgiro eller IBAN.",
    "BR-62": "Säljarens elektroniska adress (BT-34) saknar typ. Ange schemeID, till exempel 0007.",
    "BR-63": "Köparens elektroniska adress (BT-49) saknar typ. Ange schemeID, till exempel 0088.",
    "BR-64": "Artikelns standardnummer (BT-157) saknar typ. Ange schemeID, till exempel 0160 för GTIN.",
    "BR-65": "Artikelns klassificering (BT-158) saknar typ. Ange listID, till exempel STI för UNSPSC.",
    "BR-66": "Fler än ett kortkonto är angivet (BG-18). Ange högst ett.",
    "BR-67": "Fler än ett medgivande är angivet (BG-19). Ange högst ett.",
    "BR-CO-03": "Både momsdatum (BT-7) och kod för momsdatum (BT-8) är angivna. Ta bort ett av dem.",
    "BR-CO-04": "En fakturarad saknar momskategori (BT-151). Ange till exempel S.",
    "BR-CO-05": "Orsakskod och orsakstext på ett avdrag säger olika saker (BT-98, BT-97). Rätta en av dem.",
    "BR-CO-06": "Orsakskod och orsakstext på ett tillägg säger olika saker (BT-105, BT-104). Rätta en av dem.",
    "BR-CO-07": "Orsakskod och orsakstext på en rads avdrag säger olika saker (BT-140, BT-139). Rätta en av dem.",
    "BR-CO-08": "Orsakskod och orsakstext på en rads tillägg säger olika saker (BT-145, BT-144). Rätta en av dem.",
    "BR-CO-09": "Ett momsregistreringsnummer saknar landskod i början. Skriv till exempel SE559900101201.",
    "BR-CO-10": "Summan av radbeloppen (BT-106) är inte radernas belopp sammanlagda. Räkna om summan.",
    "BR-CO-11": "Summan av avdrag (BT-107) är inte avdragen sammanlagda. Räkna om summan.",
    "BR-CO-12": "Summan av tillägg (BT-108) är inte tilläggen sammanlagda. Räkna om summan.",
    "BR-CO-13": "Beloppet utan moms (BT-109) är inte raderna minus avdrag plus tillägg. Räkna om beloppet.",
    "BR-CO-14": "Momsbeloppet (BT-110) är inte momsraderna sammanlagda. Räkna om momsen.",
    "BR-CO-15": "Beloppet med moms (BT-112) är inte beloppet utan moms plus momsen. Räkna om beloppet.",
    "BR-CO-16": "Att betala (BT-115) är inte beloppet med moms minus betalt plus avrundning. Räkna om beloppet.",
    "BR-CO-17": "Momsen på en momsrad (BT-117) är inte underlaget gånger momssatsen. Räkna om momsen.",
    "BR-CO-18": "Fakturan saknar momsspecifikation (BG-23). Lägg till minst en momsrad.",
    "BR-CO-19": "Fakturaperioden (BG-14) saknar både start och slut. Fyll i minst ett av datumen.",
    "BR-CO-20": "En radperiod (BG-26) saknar både start och slut. Fyll i minst ett av datumen.",
    "BR-CO-21": "Ett avdrag på fakturan saknar orsak (BT-97 eller BT-98). Skriv orsaken.",
    "BR-CO-22": "Ett tillägg på fakturan saknar orsak (BT-104 eller BT-105). Skriv orsaken.",
    "BR-CO-23": "Ett avdrag på en rad saknar orsak (BT-139 eller BT-140). Skriv orsaken.",
    "BR-CO-24": "Ett tillägg på en rad saknar orsak (BT-144 eller BT-145). Skriv orsaken.",
    "BR-CO-25": "Både förfallodatum (BT-9) och betalningsvillkor (BT-20) saknas. Ange minst ett av dem.",
    "BR-CO-26": "Säljaren går inte att känna igen. Ange organisationsnummer (BT-30) eller momsregistreringsnummer (BT-31).",
}

_DECIMALS = {
    "01": "ett avdrag på fakturan (BT-92)",
    "02": "grundbeloppet för ett avdrag (BT-93)",
    "05": "ett tillägg på fakturan (BT-99)",
    "06": "grundbeloppet för ett tillägg (BT-100)",
    "09": "summan av radbeloppen (BT-106)",
    "10": "summan av avdrag (BT-107)",
    "11": "summan av tillägg (BT-108)",
    "12": "beloppet utan moms (BT-109)",
    "13": "momsbeloppet (BT-110)",
    "14": "beloppet med moms (BT-112)",
    "15": "momsbeloppet i redovisningsvaluta (BT-111)",
    "16": "det betalda beloppet (BT-113)",
    "17": "avrundningen (BT-114)",
    "18": "beloppet att betala (BT-115)",
    "19": "en momsrads underlag (BT-116)",
    "20": "en momsrads momsbelopp (BT-117)",
    "23": "ett radbelopp (BT-131)",
    "24": "ett avdrag på en rad (BT-136)",
    "25": "grundbeloppet för ett avdrag på en rad (BT-137)",
    "27": "ett tillägg på en rad (BT-141)",
    "28": "grundbeloppet för ett tillägg på en rad (BT-142)",
}

_CODES = {
    "01": "typkoden (BT-3)",
    "03": "valutakoden på ett belopp",
    "04": "valutakoden (BT-5)",
    "05": "koden för redovisningsvaluta (BT-6)",
    "06": "koden för momsdatum (BT-8)",
    "07": "typen av objekt-id (BT-18 eller BT-128)",
    "08": "ämneskoden för en anteckning (BT-21)",
    "10": "typen av id-nummer",
    "11": "typen av organisationsnummer",
    "13": "typen av klassificering (BT-158)",
    "14": "landskoden",
    "15": "artikelns ursprungsland (BT-159)",
    "16": "koden för betalningssätt (BT-81)",
    "17": "momskategorin i momsspecifikationen (BT-118)",
    "18": "momskategorin på en rad (BT-151)",
    "19": "orsakskoden för ett avdrag",
    "20": "orsakskoden för ett tillägg",
    "21": "typen av standardnummer (BT-157)",
    "22": "koden för momsbefrielse (BT-121)",
    "23": "enhetskoden (BT-130 eller BT-150)",
    "24": "filtypen på en bilaga",
    "25": "typen av elektronisk adress (BT-34 eller BT-49)",
    "26": "typen av leveransplats (BT-71)",
}

_SYNTAX = {
    "UBL-DT-01": "Ett belopp har fler än två decimaler. Avrunda det till hela ören.",
    "UBL-DT-06": "En bilaga saknar filtyp (mimeCode). Ange den.",
    "UBL-DT-07": "En bilaga saknar filnamn (filename). Ange det.",
    "UBL-SR-04": "Mer än ett objekt-id (BT-18) är angivet. Ange högst ett.",
    "UBL-SR-05": "Betalningsvillkoren (BT-20) står flera gånger. Slå ihop dem.",
    "UBL-SR-16": "Köparen har flera id-nummer (BT-46). Ange högst ett.",
    "UBL-SR-39": "Mer än ett projektnummer är angivet (BT-11). Ange högst ett.",
    "UBL-SR-42": "Säljaren har fler än två momsuppgifter. Ange moms och F-skatt en gång var.",
    "UBL-SR-44": "Fakturan har flera betalningsreferenser (BT-83). Använd en och samma för alla konton.",
    "UBL-SR-47": "Fakturan har flera betalningssätt (BT-81). Använd ett och samma för alla konton.",
    "UBL-SR-48": "En fakturarad ska ha exakt en momskategori (BT-151). Dela raden eller ta bort den extra.",
}

SWEDISH_TEXTS = {
    **_CORE,
    **{
        f"BR-DEC-{number}": f"Beloppet för {what} har fler än två decimaler. Avrunda till hela ören."
        for number, what in _DECIMALS.items()
    },
    **{
        f"BR-CL-{number}": f"Värdet för {what} finns inte i kodlistan. Välj ett värde ur listan i Peppol BIS."
        for number, what in _CODES.items()
    },
    **_SYNTAX,
    **VAT_TEXTS,
    **PEPPOL_TEXTS,
}


def swedish_text(code: str, official: str) -> str:
    """The rule in plain Swedish, or its own text where we have none."""
    return SWEDISH_TEXTS.get(code, official)
