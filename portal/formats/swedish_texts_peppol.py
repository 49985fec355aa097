# ruff: noqa: E501 (a table of sentences: one line each reads best)
"""Peppol BIS Billing 3's own rules and the Swedish ones, in plain Swedish."""

from __future__ import annotations

_EXEMPTION = {
    "P0104": ("G", "VATEX-EU-G"),
    "P0105": ("O", "VATEX-EU-O"),
    "P0106": ("K", "VATEX-EU-IC"),
    "P0107": ("AE", "VATEX-EU-AE"),
    "P0108": ("E", "VATEX-EU-D"),
    "P0109": ("E", "VATEX-EU-F"),
    "P0110": ("E", "VATEX-EU-I"),
    "P0111": ("E", "VATEX-EU-J"),
}

_FOREIGN_NUMBERS = {
    "R041": "Ett norskt organisationsnummer (0192)",
    "R042": "Ett danskt CVR-nummer (0184)",
    "R043": "Ett belgiskt företagsnummer (0208)",
    "R044": "En italiensk IPA-kod (0201)",
    "R045": "En italiensk skattekod (0210)",
    "R046": "En italiensk skattekod (9907)",
    "R047": "Ett italienskt momsnummer (0211)",
    "R048": "Ett italienskt momsnummer (9906)",
    "R050": "Ett australiskt företagsnummer (0151)",
}

PEPPOL_TEXTS = {
    "PEPPOL-EN16931-R001": "Processen (BT-23) saknas. Ange ProfileID för Peppol BIS Billing 3.",
    "PEPPOL-EN16931-R002": "Fakturan har mer än en anteckning (BT-22). Slå ihop dem till en.",
    "PEPPOL-EN16931-R003": "Både köparens referens (BT-10) och ordernummer (BT-13) saknas. Fyll i minst ett av dem.",
    "PEPPOL-EN16931-R004": "Specifikations-id (BT-24) är inte Peppol BIS Billing 3. Rätta CustomizationID.",
    "PEPPOL-EN16931-R005": "Redovisningsvalutan (BT-6) är samma som fakturans valuta (BT-5). Ta bort redovisningsvalutan.",
    "PEPPOL-EN16931-R007": "Processen (BT-23) är fel skriven. Ange urn:fdc:peppol.eu:2017:poacc:billing:01:1.0.",
    "PEPPOL-EN16931-R008": "Fakturan innehåller ett tomt element. Fyll i ett värde eller ta bort elementet.",
    "PEPPOL-EN16931-R010": "Köparens elektroniska adress (BT-49) saknas. Fyll i GLN eller organisationsnummer.",
    "PEPPOL-EN16931-R020": "Säljarens elektroniska adress (BT-34) saknas. Fyll i organisationsnummer eller GLN.",
    "PEPPOL-EN16931-R040": "Ett avdrag eller tillägg är inte grundbeloppet gånger procentsatsen. Räkna om beloppet.",
    "PEPPOL-EN16931-R041": "Ett avdrag eller tillägg har procentsats men inget grundbelopp. Fyll i grundbeloppet.",
    "PEPPOL-EN16931-R042": "Ett avdrag eller tillägg har grundbelopp men ingen procentsats. Fyll i procentsatsen.",
    "PEPPOL-EN16931-R043": "Markeringen för avdrag eller tillägg är fel. Skriv true för tillägg och false för avdrag.",
    "PEPPOL-EN16931-R044": "Priset på en rad har ett tillägg. På pris får bara rabatt anges; lägg tillägget på raden.",
    "PEPPOL-EN16931-R046": "Nettopriset (BT-146) är inte bruttopriset minus rabatten. Räkna om priset.",
    "PEPPOL-EN16931-R051": "Ett belopp har en annan valuta än fakturan (BT-5). Använd samma valuta överallt.",
    "PEPPOL-EN16931-R053": "Fakturan ska ha exakt en momssumma med momsrader. Lägg till den eller ta bort den extra.",
    "PEPPOL-EN16931-R054": "Momssumman i redovisningsvaluta ska finnas en gång när redovisningsvaluta (BT-6) är angiven, annars inte alls.",
    "PEPPOL-EN16931-R055": "Momsen i fakturans valuta och i redovisningsvalutan har olika tecken. Rätta ett av beloppen.",
    "PEPPOL-EN16931-R061": "Autogiro kräver medgivandets nummer (BT-89). Fyll i det eller byt betalningssätt.",
    "PEPPOL-EN16931-R080": "Mer än ett projektnummer är angivet. Ange högst ett.",
    "PEPPOL-EN16931-R100": "En rad har mer än ett objekt-id (BT-128). Ange högst ett.",
    "PEPPOL-EN16931-R101": "En dokumentreferens på en rad får bara vara ett objekt-id. Ange typkoden 130.",
    "PEPPOL-EN16931-R110": "En radperiod börjar före fakturaperioden. Rätta startdatumet.",
    "PEPPOL-EN16931-R111": "En radperiod slutar efter fakturaperioden. Rätta slutdatumet.",
    "PEPPOL-EN16931-R120": "Radbeloppet (BT-131) är inte antal gånger pris med radens avdrag och tillägg. Räkna om beloppet.",
    "PEPPOL-EN16931-R121": "Prisets basantal (BT-149) ska vara större än noll. Rätta det eller ta bort det.",
    "PEPPOL-EN16931-R130": "Prisets enhet (BT-150) är inte samma som radens enhet (BT-130). Använd samma enhetskod.",
    "PEPPOL-EN16931-P0100": "Typkoden (BT-3) får inte användas för en faktura. Ange till exempel 380.",
    "PEPPOL-EN16931-P0101": "Typkoden (BT-3) får inte användas för en kreditfaktura. Ange till exempel 381.",
    "PEPPOL-EN16931-P0112": "Typkoderna 326 och 384 får bara användas mellan tyska parter. Ange 380 i stället.",
    "PEPPOL-EN16931-F001": "Ett datum är fel skrivet. Skriv år, månad och dag utan tidszon, till exempel 2026-01-31.",
    "PEPPOL-EN16931-CL001": "En bilagas filtyp får inte användas. Skicka bilagan som PDF, bild, CSV eller kalkylblad.",
    "PEPPOL-EN16931-CL002": "Orsakskoden för ett avdrag finns inte i kodlistan UNCL 5189. Välj en kod ur listan.",
    "PEPPOL-EN16931-CL003": "Orsakskoden för ett tillägg finns inte i kodlistan UNCL 7161. Välj en kod ur listan.",
    "PEPPOL-EN16931-CL006": "Koden för momsdatum (BT-8) finns inte i kodlistan UNCL 2005. Välj en kod ur listan.",
    "PEPPOL-EN16931-CL007": "Valutakoden finns inte i ISO 4217. Ange till exempel SEK.",
    "PEPPOL-EN16931-CL008": "Typen av elektronisk adress finns inte i kodlistan. Ange 0007 eller 0088.",
    "PEPPOL-COMMON-R040": "Ett GLN (0088) har fel kontrollsiffra eller fel längd. Rätta numret.",
    "PEPPOL-COMMON-R049": "Ett svenskt organisationsnummer (0007) är fel. Det ska ha tio siffror och rätt kontrollsiffra.",
    **{
        f"PEPPOL-COMMON-{rule}": f"{what} är fel skrivet. Rätta numret."
        for rule, what in _FOREIGN_NUMBERS.items()
    },
    **{
        f"PEPPOL-EN16931-{rule}": f"Orsakskoden {code} kräver momskategorin {category}. Rätta en av dem."
        for rule, (category, code) in _EXEMPTION.items()
    },
    "PEPPOL-COMMON-R052": "Ett danskt P-nummer (0096) är fel. Det ska ha tio siffror.",
    "PEPPOL-COMMON-R053": "Ett danskt SE-nummer (0198) är fel. Det ska vara DK och åtta siffror.",
    "PEPPOL-COMMON-R054": "Ett nederländskt KVK-nummer (0106) är fel. Det ska ha åtta siffror.",
    "PEPPOL-COMMON-R055": "Ett nederländskt organisationsnummer (0190) är fel. Det ska ha 20 siffror.",
    "PEPPOL-COMMON-R056-1": "Ett nederländskt momsnummer (9944) är fel. Det ska se ut som NL123456789B12.",
    "PEPPOL-COMMON-R056-2": "Ett nederländskt momsnummer är fel. Det ska se ut som NL123456789B12.",
    "PEPPOL-COMMON-R057": "Ett nederländskt filialnummer (0217) är fel. Det ska ha tolv siffror.",
    "SE-R-001": "Säljarens svenska momsregistreringsnummer ska ha 14 tecken. Skriv SE, tio siffror och 01.",
    "SE-R-002": "Säljarens svenska momsregistreringsnummer ska ha tolv siffror efter SE. Rätta numret.",
    "SE-R-003": "Säljarens organisationsnummer ska bara ha siffror. Ta bort bindestreck och andra tecken.",
    "SE-R-004": "Säljarens organisationsnummer ska ha tio siffror. Rätta numret.",
    "SE-R-005": "Säljarens skatteuppgift (BT-32) ska vara texten Godkänd för F-skatt. Skriv den så eller ta bort den.",
    "SE-R-006": "Momssatsen ska vara 25, 12 eller 6 procent för en svensk säljare. Rätta satsen.",
    "SE-R-007": "Plusgironumret ska bara ha siffror. Ta bort bindestreck och mellanslag.",
    "SE-R-008": "Bankgironumret ska bara ha siffror. Ta bort bindestreck och mellanslag.",
    "SE-R-009": "Bankgironumret ska ha sju eller åtta siffror. Rätta numret.",
    "SE-R-010": "Plusgironumret ska ha två till åtta siffror. Rätta numret.",
    "SE-R-011": "Bankgiro och plusgiro anges med betalningssätt 30 och SE:BANKGIRO eller SE:PLUSGIRO. Rätta betalningssättet.",
    "SE-R-012": "Betalning mellan svenska parter anges med betalningssätt 30. Byt ut koden 31.",
    "SE-R-013": "Säljarens organisationsnummer har fel kontrollsiffra. Rätta numret.",
}
