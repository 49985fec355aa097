"""What a supplier is told of each reason code: a sentence with its figures, how to mend it, and whose it is to mend.

The rules' own sentences are written for the customer and are never shown here. No name of a person, no coding and no
organisation that the invoice does not name itself stands in these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

SEND_NEW = "Skicka en rättad faktura."
FROM_ORDER = "Skicka en rättad faktura med beställningens uppgifter, eller kom överens med kunden."
WAIT = "Inget för er att göra."


@dataclass(frozen=True, slots=True)
class Wording:
    """`texts`: the names of a reason's params → its sentence. `text`: where they are others, or not to be told.

    `theirs`: the supplier is to mend it. `mark`: the field of the form of a new invoice, where the fault is in one.
    """

    text: str
    remedy: str
    theirs: bool
    texts: Mapping[frozenset[str], str] = field(default_factory=dict)
    mark: str | None = None

    def sentence(self, params: Mapping[str, str]) -> str:
        """The msgid that these params fill."""
        return self.texts.get(frozenset(params), self.text)


def _by(*texts: tuple[str, str]) -> Mapping[frozenset[str], str]:
    return MappingProxyType({frozenset(names.split()): text for names, text in texts})


ALIKE = (
    "Fakturanummer %(number)s skiljer sig bara i skiljetecken eller inledande nollor från ett ni redan har skickat,"
    " med samma belopp eller beställning."
)
_REMARK = "%(name)s: momsen är %(rate)s %% men livsmedel hade %(right)s %% den dag varan levererades."

WORDS: Mapping[str, Wording] = MappingProxyType(
    {
        "organisation_unknown": Wording(
            "Kunden letar efter rätt mottagare.",
            "Ange beställningens nummer eller kundens mottagarkod nästa gång. Kunden väljer mottagare på den här.",
            False,
            _by(
                (
                    "",
                    "Fakturan har varken lokaliseringskod, ordernummer eller mottagarkod, så kunden letar efter rätt"
                    " mottagare.",
                ),
                ("values", "Kunden känner inte igen %(values)s och letar efter rätt mottagare."),
            ),
        ),
        "organisation_conflict": Wording(
            "Uppgifterna på fakturan pekar på olika mottagare hos kunden.",
            "Kunden väljer mottagare. Inget för er att göra.",
            False,
            _by(
                (
                    "gln gln_name other other_name",
                    "%(gln)s och %(other)s på fakturan hör till olika mottagare hos kunden.",
                )
            ),
        ),
        "supplier_unknown": Wording(
            "Kunden känner inte igen säljaren på fakturan.",
            "Kontrollera organisationsnumret. Är det fel: skicka en rättad faktura.",
            True,
            _by(
                ("name", "%(name)s har inget organisationsnummer på fakturan."),
                ("name key", "%(name)s, %(key)s, är inte en godkänd leverantör hos kunden."),
            ),
        ),
        "payment_account": Wording(
            "Kunden behöver kontrollera era uppgifter, eller kontot som fakturan ska betalas till.",
            "Se att rätt konto står under Företaget. Ett nytt konto kontrolleras av kunden innan något betalas dit.",
            True,
            _by(
                ("accounts", "Fakturan ska betalas till %(accounts)s, som inte är registrerat hos kunden."),
                (
                    "account",
                    "Fakturan skulle betalas till %(account)s, som inte längre är registrerat hos kunden.",
                ),
                (
                    "payee",
                    "Betalningsmottagare på fakturan är %(payee)s. Mottagaren och dess konto är inte registrerade hos"
                    " kunden.",
                ),
            ),
        ),
        "paid_otherwise": Wording(
            "Enligt fakturan betalas den, eller är den redan betald, på annat sätt än till ett konto.",
            "Ska kunden betala den: skicka en rättad faktura med ert konto. Annars är det inget för er att göra.",
            True,
            _by(("code", "Fakturan har betalsätt %(code)s, som inte är en betalning till ett konto.")),
        ),
        "currency": Wording(
            "Fakturan är inte i svenska kronor.",
            "Skicka en rättad faktura i svenska kronor (SEK).",
            True,
            _by(("currency", "Fakturan är i %(currency)s. Kunden tar bara emot svenska kronor.")),
        ),
        "zero_amount": Wording(
            "Fakturans belopp är noll.",
            SEND_NEW,
            True,
            _by(
                ("net gross", "Nettot är %(net)s och fakturabeloppet %(gross)s. Inget av dem får vara noll.")
            ),
        ),
        "sum": Wording(
            "Fakturans summor stämmer inte med varandra.",
            SEND_NEW,
            True,
            _by(
                (
                    "rounding most",
                    "Öresavrundningen är %(rounding)s. Högst %(most)s uppåt eller nedåt är tillåtet.",
                ),
                (
                    "prepaid gross",
                    "Redan betalt är %(prepaid)s. Det måste ligga mellan 0 kr och fakturabeloppet %(gross)s.",
                ),
                (
                    "right written difference",
                    "Raderna och momsen blir %(right)s men på fakturan står %(written)s. Skillnaden är %(difference)s.",
                ),
            ),
        ),
        "number_taken": Wording(
            "Fakturanumret har ni redan använt.",
            "Är det samma faktura behöver ni inte göra något. Är det en annan: skicka den igen med ett nytt nummer.",
            True,
            _by(("number", "Fakturanummer %(number)s har ni redan använt hos kunden.")),
            "number",
        ),
        "invoice_date": Wording(
            "Fakturadatumet ligger för långt från dagen då fakturan kom.",
            "Skicka en rättad faktura med rätt datum.",
            True,
            _by(
                (
                    "date arrival days",
                    "Fakturadatum är %(date)s, %(days)s dagar efter att fakturan kom %(arrival)s. Högst 10 dagar är"
                    " tillåtet.",
                ),
                (
                    "date arrival",
                    "Fakturadatum är %(date)s, mer än tre månader innan fakturan kom %(arrival)s.",
                ),
            ),
            "issue_date",
        ),
        "due_date": Wording(
            "Förfallodagen är inte rimlig.",
            "Skicka en rättad faktura med förfallodag 0–100 dagar efter fakturadatum.",
            True,
            _by(
                ("", "Förfallodag saknas på fakturan."),
                ("due issued", "Förfallodagen är %(due)s, före fakturadatum %(issued)s."),
                (
                    "due days",
                    "Förfallodagen är %(due)s, %(days)s dagar efter fakturadatum. Högst 100 dagar är tillåtet.",
                ),
            ),
            "due_date",
        ),
        "vat_rate": Wording(
            "Momsen på fakturan är inte en möjlig svensk moms.",
            "Skicka en rättad faktura med rätt moms.",
            True,
            _by(
                ("low high rates", "Momssats %(rates)s ligger utanför %(low)s–%(high)s %%."),
                ("low high tax net", "Momsen %(tax)s på %(net)s ligger utanför %(low)s–%(high)s %%."),
            ),
        ),
        "official_rules": Wording(
            "Fakturan bryter mot de officiella reglerna för e-fakturor.",
            "Rätta felen i ert faktureringssystem och skicka en rättad faktura.",
            True,
            _by(("rules", "Fakturan bryter mot de officiella reglerna för e-fakturor: %(rules)s.")),
        ),
        "reviewer_unknown": Wording(
            "Kunden letar efter rätt mottagare.",
            "Ange beställningens nummer eller kundens mottagarkod nästa gång. Kunden väljer mottagare på den här.",
            False,
            _by(
                (
                    "",
                    "Fakturan har inget ordernummer och ingen referens, så kunden letar efter rätt mottagare.",
                ),
                (
                    "order",
                    "Beställning %(order)s är makulerad eller avböjd, så kunden letar efter rätt mottagare.",
                ),
                ("code", "Mottagarkod %(code)s gäller inte längre, så kunden letar efter rätt mottagare."),
                (
                    "numbers",
                    "%(numbers)s visar inte vem som ska ha fakturan, så kunden letar efter rätt mottagare.",
                ),
            ),
        ),
        "price": Wording(
            "Priset på en rad är högre än beställningens.",
            FROM_ORDER,
            True,
            _by(
                (
                    "name invoiced ordered more",
                    "%(name)s: ert pris är %(invoiced)s kr men beställningens %(ordered)s kr. Det blir %(more)s för"
                    " mycket.",
                ),
                (
                    "name invoiced ordered",
                    "%(name)s: ert pris är %(invoiced)s kr men beställningens %(ordered)s kr. Skillnaden är mindre än"
                    " ett öre.",
                ),
            ),
        ),
        "quantity_over_received": Wording(
            "Fler är fakturerade än kunden har kvitterat.",
            "Är allt levererat: be kunden kvittera resten. Annars: skicka en rättad faktura på det som är levererat.",
            True,
            _by(
                (
                    "name invoiced left more",
                    "%(name)s: ni har fakturerat %(invoiced)s men %(left)s är kvitterat och inte fakturerat. Det är"
                    " %(more)s för mycket.",
                )
            ),
        ),
        "quantity_over_ordered": Wording(
            "Fler är fakturerade än beställda.",
            FROM_ORDER,
            True,
            _by(
                (
                    "name total ordered more",
                    "%(name)s: ni har fakturerat %(total)s i allt men %(ordered)s är beställt. Det är %(more)s för"
                    " mycket.",
                ),
                (
                    "name order invoiced",
                    "%(name)s: kunden har makulerat beställning %(order)s, men ni har fakturerat %(invoiced)s.",
                ),
                (
                    "name order invoiced left",
                    "%(name)s: beställning %(order)s är avslutad. Ni har fakturerat %(invoiced)s men %(left)s är"
                    " kvitterat och inte fakturerat.",
                ),
            ),
        ),
        "receipt_missing": Wording(
            "Kunden har inte kvitterat leveransen.",
            "Kunden påminns. Är varorna inte levererade: leverera, så fortsätter fakturan när kunden har kvitterat.",
            False,
            _by(
                (
                    "name invoiced",
                    "%(name)s: ni har fakturerat %(invoiced)s men kunden har inte kvitterat leveransen.",
                )
            ),
        ),
        "review_requested": Wording("Kunden har valt att granska fakturan.", WAIT, False),
        "on_hold": Wording("Kunden utreder fakturan.", "Kunden hör av sig om något behövs.", False),
        "coding": Wording("Kunden handlägger fakturan.", WAIT, False),
        "line_unknown": Wording(
            "En rad på fakturan finns inte på beställningen.",
            FROM_ORDER,
            True,
            _by(
                ("line name", "Rad %(line)s, %(name)s, finns inte på beställningen."),
                (
                    "line name item",
                    "Rad %(line)s, %(name)s, har artikelnummer %(item)s, som inte är beställt.",
                ),
                (
                    "line name row",
                    "Rad %(line)s, %(name)s, har orderrad %(row)s, som inte finns på beställningen.",
                ),
                (
                    "line name order",
                    "Rad %(line)s, %(name)s, har varken orderrad eller artikelnummer, så kunden vet inte vilken rad på"
                    " beställning %(order)s den gäller.",
                ),
                (
                    "line name item ordered_item ordered",
                    "Rad %(line)s, %(name)s, har artikelnummer %(item)s men beställt är %(ordered)s, %(ordered_item)s.",
                ),
                (
                    "line name one other one_name other_name",
                    "Rad %(line)s, %(name)s, pekar åt två håll: %(one)s är %(one_name)s men %(other)s är"
                    " %(other_name)s på beställningen.",
                ),
                (
                    "line name numbers",
                    "Rad %(line)s, %(name)s, kan höra till flera rader på beställningen: %(numbers)s.",
                ),
            ),
        ),
        "order_of_line": Wording(
            "En rad gäller en annan beställning än fakturan.",
            "Skicka en faktura per beställning.",
            True,
            _by(
                (
                    "line name order",
                    "Rad %(line)s, %(name)s, gäller beställning %(order)s och inte fakturans.",
                )
            ),
        ),
        "unit": Wording(
            "Enheten på en rad är en annan än på beställningen.",
            FROM_ORDER,
            True,
            _by(
                (
                    "name invoiced ordered",
                    "%(name)s: enheten är %(invoiced)s på fakturan men %(ordered)s på beställningen.",
                )
            ),
        ),
        "vat": Wording(
            "Momsen på fakturan stämmer inte.",
            "Skicka en rättad faktura med rätt moms, eller kom överens med kunden.",
            True,
            _by(
                (
                    "name invoiced ordered",
                    "%(name)s: momsen är %(invoiced)s på fakturan men %(ordered)s på beställningen.",
                ),
                (
                    "name invoiced right",
                    "%(name)s: momsen är %(invoiced)s %% men livsmedel hade %(right)s %% den dag varan levererades.",
                ),
                ("name rate right", _REMARK),
                (
                    "line invoiced ordered",
                    "Rad %(line)s: momsen är %(invoiced)s %% på fakturan men %(ordered)s %% på beställningen.",
                ),
                (
                    "base rate due tax",
                    "Momsen på %(base)s med %(rate)s %% blir %(due)s men på fakturan står %(tax)s.",
                ),
            ),
        ),
        "charge": Wording(
            "Fakturan har en avgift som inte är avtalad.",
            "Skicka en rättad faktura utan avgiften, eller kom överens med kunden.",
            True,
            _by(("named total agreed", "Fakturan har %(named)s på %(total)s men %(agreed)s är avtalat.")),
        ),
        "total": Wording(
            "Fakturan är högre än beställningen.",
            FROM_ORDER,
            True,
            _by(
                (
                    "net expected more",
                    "Fakturan är på %(net)s utan moms men beställningen ger %(expected)s. Skillnaden är %(more)s.",
                ),
                (
                    "name written due",
                    "%(name)s: radbeloppet är %(written)s men antal gånger pris blir %(due)s.",
                ),
            ),
        ),
        "negative_quantity": Wording(
            "En rad på fakturan drar av i stället för att lägga till.",
            "Skicka en rättad faktura utan avdraget, och avdraget som en kreditfaktura.",
            True,
            _by(("name", "%(name)s: antalet eller priset på fakturan är inte större än noll.")),
        ),
        "credit_note": Wording(
            "Kunden letar efter rätt mottagare för kreditfakturan.",
            "Kunden granskar den. Ange fakturans nummer på kreditfakturan nästa gång.",
            False,
            _by(
                ("", "Kreditfakturan säger inte vilken faktura den gäller."),
                ("number order", "Kreditfakturan gäller faktura %(number)s på beställning %(order)s."),
                ("number", "Kreditfakturan gäller faktura %(number)s."),
                ("order", "Kreditfakturan gäller beställning %(order)s."),
                ("numbers", "Kreditfakturan gäller faktura %(numbers)s."),
            ),
        ),
    }
)
OTHER = Wording("Kunden handlägger fakturan.", WAIT, False)
