"""What each role does in the portal, in the order it is done: the reader's own roles come first on the help page."""

from __future__ import annotations

from dataclasses import dataclass

from portal.access import permissions as p
from portal.access.actor import Actor


@dataclass(frozen=True, slots=True)
class Role:
    """`permissions`: any of them makes the role the reader's."""

    title: str
    permissions: tuple[str, ...]
    steps: tuple[str, ...]


SUPPLIER = Role(
    "Du som är leverantör",
    (p.SUPPLIER,),
    (
        "Svara på beställningar under Beställningar: bekräfta, bekräfta med ändring eller avböj.",
        "Skapa fakturan från beställningen, så är nummer, rader och priser rätt, eller ladda upp den som XML.",
        "Stoppas en faktura står det varför på fakturan. Därifrån skickar ni en rättad.",
        "Betaldagen står på varje faktura som är godkänd. En stoppad har ingen.",
    ),
)
ROLES: tuple[Role, ...] = (
    SUPPLIER,
    Role(
        "Du som beställer",
        (p.ORDER_AND_INVOICE,),
        (
            "Sök, lägg i varukorgen, kontera och se attestvägen innan du skickar.",
            "Kvittera leveransen när varorna har kommit. Fakturan blir inte klar förrän du har gjort det.",
            "Stämmer en faktura inte med ordern står den hos dig med status Ordermatchning krävs.",
            "En faktura utan order som har din referens granskar och konterar du.",
        ),
    ),
    Role(
        "Du som kvitterar åt andra",
        (p.RECEIVE_ALL,),
        ("Kvittera leveranser åt andra i din organisation under Leveranser.",),
    ),
    Role(
        "Du som är administratör för fakturor",
        (p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN),
        (
            "Fakturor som stannat i kontrollen väntar under Ankomst. Varje sida säger vad som är fel och vad du"
            " kan göra.",
            "Ange granskare på fakturor som saknar en.",
        ),
    ),
    Role(
        "Du i levgruppen",
        (p.LEVGRUPPEN,),
        (
            "Välj leverantör eller organisation på fakturor som inte hittat sin.",
            "Kontrollera betalkonton. Ett nytt konto godkänns av två personer och börjar gälla efter en väntetid.",
        ),
    ),
    Role(
        "Du som är central administratör",
        (p.CENTRAL_SYSTEM_ADMIN,),
        (
            "Ändra gränser och väntetider under Regler. Släpper ändringen igenom mer godkänner en annan person den.",
            "Flytta fakturor som hör till en annan organisation.",
        ),
    ),
    Role(
        "Du som är leverantörsadministratör",
        (p.SUPPLIER_ADMIN,),
        ("Godkänn leverantörer, registrera avtal och vilka som får avropa, och publicera kataloger.",),
    ),
)  # fmt: skip


def roles_of(actor: Actor | None) -> tuple[Role, ...]:
    """The reader's own roles; none for who is not signed in, or has no role of these."""
    if actor is None:
        return ()
    if actor.supplier_id:
        return (SUPPLIER,)
    return tuple(role for role in ROLES if p.allowed(actor.permissions, role.permissions))
