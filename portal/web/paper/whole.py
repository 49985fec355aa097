"""The whole document on its paper."""

from __future__ import annotations

from collections.abc import Collection

from portal.formats.en16931 import Invoice
from portal.web.i18n import gettext
from portal.web.paper.facts import about, facts
from portal.web.paper.lines import line_view
from portal.web.paper.parties import others, party
from portal.web.paper.payment import payment
from portal.web.paper.sums import chain, charges, payable
from portal.web.paper.view import Paper


def paper_of(invoice: Invoice, marked: Collection[str] = ()) -> Paper:
    """Figures as on the original; what a person corrected stands in the history. `marked`: what steered the flow."""
    return Paper(
        title=gettext("Kreditfaktura") if invoice.is_credit_note else gettext("Faktura"),
        number=invoice.number,
        seller=party(gettext("Från"), invoice.seller),
        buyer=party(gettext("Till"), invoice.buyer),
        facts=facts(invoice, marked),
        parties=others(invoice),
        lines=tuple(map(line_view, invoice.lines)),
        charges=charges(invoice),
        sums=chain(invoice),
        payable=payable(invoice),
        payment=payment(invoice),
        notes=invoice.notes,
        about=about(invoice),
    )
