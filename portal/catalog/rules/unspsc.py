"""UNSPSC: eight digits, not ending in 00, in a segment of our own table. No licensed list ships."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

DIGITS = 8
SEGMENTS: Mapping[str, str] = MappingProxyType(
    {
        "10": "Levande växter och djur",
        "11": "Mineraler, textilier och oätliga växt- och djurmaterial",
        "12": "Kemikalier och gaser",
        "13": "Harts, kolofonium, gummi och skum",
        "14": "Papper och pappersprodukter",
        "15": "Bränslen, smörjmedel och rostskydd",
        "20": "Gruv- och borrmaskiner",
        "21": "Maskiner för jordbruk, skog, fiske och djurhållning",
        "22": "Bygg- och anläggningsmaskiner",
        "23": "Tillverknings- och processmaskiner",
        "24": "Hantering, lagring och förpackning",
        "25": "Fordon, delar och tillbehör",
        "26": "Kraftproduktion och kraftdistribution",
        "27": "Verktyg och allmänna maskiner",
        "30": "Byggkomponenter och byggmaterial",
        "31": "Tillverkade komponenter",
        "32": "Elektroniska komponenter",
        "39": "Elsystem, belysning och tillbehör",
        "40": "Värme, ventilation, sanitet och vätskedistribution",
        "41": "Laboratorie-, mät- och testutrustning",
        "42": "Medicinsk utrustning och förbrukning",
        "43": "IT, telekom och programvara",
        "44": "Kontorsutrustning och kontorsmaterial",
        "45": "Tryck, foto, ljud och bild",
        "46": "Säkerhet, skydd och bevakning",
        "47": "Städutrustning och städmaterial",
        "48": "Utrustning för serviceverksamhet",
        "49": "Sport och fritid",
        "50": "Livsmedel och drycker",
        "51": "Läkemedel",
        "52": "Hushållsartiklar, vitvaror och hemelektronik",
        "53": "Kläder, väskor och personlig vård",
        "54": "Ur, smycken och ädelstenar",
        "55": "Publikationer",
        "56": "Möbler och inredning",
        "57": "Humanitärt bistånd",
        "60": "Läromedel, musikinstrument, lek och hobby",
        "64": "Finansiella instrument och avtal",
        "70": "Tjänster inom jordbruk, skog och djurhållning",
        "71": "Gruv- och oljetjänster",
        "72": "Bygg-, anläggnings- och underhållstjänster",
        "73": "Industriella produktionstjänster",
        "76": "Industriell rengöring",
        "77": "Miljötjänster",
        "78": "Transport, lagring och post",
        "80": "Företagsledning, administration och juridik",
        "81": "Teknik-, forsknings- och IT-tjänster",
        "82": "Redaktionella tjänster, design och konst",
        "83": "Allmännyttiga tjänster: el, vatten, tele",
        "84": "Finans- och försäkringstjänster",
        "85": "Hälso- och sjukvårdstjänster",
        "86": "Utbildning",
        "90": "Resor, logi, måltider och nöjen",
        "91": "Personliga tjänster och hushållstjänster",
        "92": "Försvar, ordning och säkerhet",
        "93": "Politik och samhällstjänster",
        "94": "Organisationer och föreningar",
        "95": "Mark, byggnader och vägar",
    }
)


def check_unspsc(code: str) -> tuple[str, str] | None:
    """What is wrong with a code and how to mend it (msgids with %(count)s and %(segment)s), or None."""
    if not (code.isascii() and code.isdigit()):
        return "Koden får bara ha siffror.", "Skriv åtta siffror, till exempel 44121706."
    if len(code) != DIGITS:
        return (
            "Koden har %(count)s siffror, men ska ha 8.",
            "Sök koden i listan och skriv alla åtta siffror.",
        )
    if code.endswith("00"):
        return (
            "Koden är en grupp och ingen vara: den slutar på 00.",
            "Välj den vara under gruppen som passar.",
        )
    if code[:2] not in SEGMENTS:
        return "Det finns inget segment %(segment)s.", "Sök koden i listan."
    return None
