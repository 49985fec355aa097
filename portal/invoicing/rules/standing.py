"""Who may do what to an invoice where it stands (A3.08, A5, demo-city "Who may act"), with the reason when not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from portal.access import permissions as p
from portal.invoicing import status as s
from portal.kernel.workflow import Move

ROLE_STATUSES = frozenset({*s.ARRIVAL, s.REVIEWER_MISSING})
"""Statuses that a role handles; in the others a person has the invoice."""
NEVER_INTERNAL = frozenset({"cancel", "cancel_at_levgruppen", "change_organisation"})
"""An internal unit's invoice is credited by the seller, never cancelled and never moved (A9.08, A9.10)."""
BY_WHO_ATTESTED = frozenset({"undo_attest", "undo_attest_part"})
TOO_LATE_KLAR = "Det är för sent att ångra: fakturan är redan klar."
TOO_LATE = "Det är för sent att ångra: fakturan har gått vidare sedan du attesterade."
BY_ADMIN_ANYWHERE = frozenset({"send_back"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where the invoice stands. `owners`: ids of users who have it before them. `handler_role` as on the row.

    `held`: under investigation, or credit is asked for.
    """

    status: str
    handler_role: str | None = None
    organisation: str | None = None
    owners: frozenset[str] = frozenset()
    internal: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class Who:
    """The actor. `review` and `approve`: user ids acted for → delegation ids; one's own with none."""

    permissions: frozenset[str]
    organisation: str | None = None
    central: bool = False
    review: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    approve: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def has(self, *codes: str) -> bool:
        """Whether any of the codes is held."""
        return p.allowed(self.permissions, codes)

    def chains(self, status: str) -> Mapping[str, tuple[str, ...]]:
        """Attest is delegated apart from the rest (A7.01)."""
        return self.approve if status == s.APPROVAL else self.review


@dataclass(frozen=True, slots=True)
class Standing:
    """`turn`: the next step is the actor's. `behalf`: the owner acted for, through `chain`, when not oneself."""

    turn: bool
    behalf: str | None = None
    chain: tuple[str, ...] = ()


def stand(place: Place, who: Who) -> Standing:
    """Whether it is the actor's turn: as owner, as somebody's delegate, or as the role that handles it."""
    chains = who.chains(place.status)
    mine = sorted((owner for owner in place.owners if owner in chains), key=lambda owner: len(chains[owner]))
    if mine:
        return Standing(True, mine[0] if chains[mine[0]] else None, chains[mine[0]])
    return Standing(place.status in ROLE_STATUSES and _is_handler(place, who))


def refusal(move: Move, place: Place, who: Who) -> str | None:
    """Why the actor may not make the move now (a Swedish msgid), or None."""
    if move.code in BY_WHO_ATTESTED:
        return "Bara den som attesterade kan ångra det."
    return not_allowed(move, place, who) or _held(move, place)


def not_allowed(move: Move, place: Place, who: Who) -> str | None:
    """`refusal` of what may be prepared while the invoice is on hold: its coding."""
    if place.status not in move.sources:
        return "Det går inte i den här statusen."
    if not who.has(*move.permissions):
        return _NO_PERMISSION.get(place.status, "Din behörighet räcker inte för det här.")
    if not who.central and who.organisation != place.organisation:
        return "Fakturan hör till en annan organisation."
    if place.internal and move.code in NEVER_INTERNAL:
        return "Interna fakturor får varken makuleras eller flyttas. Säljaren måste kreditera."
    return _not_handler(move, place, who)


def _held(move: Move, place: Place) -> str | None:
    """A hold stops attest and Klar, whoever asks (A5.14)."""
    return s.ON_HOLD.refused if place.held and s.INVOICE.held(move) else None


def may_hold(place: Place, who: Who) -> str | None:
    """Why the actor may neither hold the invoice nor let it go (a Swedish msgid), or None (A5.14, A9.13).

    Whoever has it may, its administrators, and levgruppen.
    """
    if s.INVOICE.state(place.status).terminal:
        return "Det går inte i den här statusen."
    if not who.central and who.organisation != place.organisation:
        return "Fakturan hör till en annan organisation."
    handles = p.MATCHING_REVIEW if place.status == s.MATCHING_REQUIRED else p.ORDER_AND_INVOICE
    if who.has(p.LEVGRUPPEN, p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN):
        return None
    if who.has(handles) and stand(place, who).turn:
        return None
    return "Bara den som har fakturan, administratörer och Levgruppen får göra det."


def may_undo(place: Place, who: Who) -> str | None:
    """Why an attest can no longer be undone where the invoice stands, or not by the actor (a Swedish msgid), or None.

    Whose attest it is, and until when, is asked of the attest itself; a hold is not in the way.
    """
    if place.status not in (s.APPROVAL, s.ATTESTED):
        return TOO_LATE_KLAR if place.status == s.DONE else TOO_LATE
    if not who.has(*s.INVOICE.move("undo_attest").permissions):
        return "Din behörighet räcker inte för det här."
    if not who.central and who.organisation != place.organisation:
        return "Fakturan hör till en annan organisation."
    return None


def may_begin(place: Place, who: Who) -> bool:
    """Whether the actor may make any move from here, and so keep others from it meanwhile (A6.22)."""
    moves = (move for move in s.INVOICE.moves_from(place.status) if move.code not in BY_WHO_ATTESTED)
    return any(not_allowed(move, place, who) is None for move in moves)


def may_mark_secret(place: Place, who: Who) -> str | None:
    """Why the actor may neither set nor clear secrecy (a Swedish msgid), or None: B45 in its organisation (A2.13)."""
    if not who.has(p.SEE_SECRET):
        return "Bara den som får se sekretess kan sätta eller ta bort den."
    if not who.central and who.organisation != place.organisation:
        return "Fakturan hör till en annan organisation."
    return None


def _not_handler(move: Move, place: Place, who: Who) -> str | None:
    if move.code in BY_ADMIN_ANYWHERE and place.status not in ROLE_STATUSES:
        return (
            None if who.has(p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN) else "Bara administratörer får göra det."
        )
    if place.status in ROLE_STATUSES:
        central = move.code == "change_organisation" and who.has(p.CENTRAL_SYSTEM_ADMIN)
        return None if central or _is_handler(place, who) else "Levgruppen hanterar den här fakturan."
    if stand(place, who).turn:
        return None
    if place.status == s.APPROVAL:
        return "Bara attestanten, eller den som attestanten har lämnat över till, får attestera."
    if who.has(p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN):
        return None
    return "Fakturan ligger hos någon annan. Du kan läsa den men inte ändra."


def _is_handler(place: Place, who: Who) -> bool:
    """Whether the actor is of the role: levgruppen takes what is theirs and what central administrators take."""
    if who.has(p.LEVGRUPPEN):
        return True
    local = place.handler_role in (None, s.LOCAL_ADMIN) and place.status not in _LEVGRUPPEN_ONLY
    return local and who.has(p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN) and who.organisation == place.organisation


_LEVGRUPPEN_ONLY = frozenset({s.SUPPLIER_NOT_CHOSEN, s.PAYMENT_INFORMATION})
_NO_PERMISSION = MappingProxyType(
    {
        s.SUPPLIER_NOT_CHOSEN: "Bara Levgruppen hanterar den här statusen.",
        s.PAYMENT_INFORMATION: "Bara Levgruppen hanterar den här statusen.",
        s.INVOICE_INFORMATION: "Bara administratörer hanterar den här statusen.",
        s.REVIEWER_MISSING: "Bara administratörer hanterar den här statusen.",
        s.AWAITING_RECEIPT: "Ingen behöver göra något: fakturan väntar på leveranskvittensen.",
    }
)
