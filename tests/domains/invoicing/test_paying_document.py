"""What the rules of payment see of a document: means, cards, prepayment, whose claim it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

from dev.demo_city.ids import demo_id
from dev.invoices.orders import invoice_for
from dev.invoices.writer import Document, write
from portal.formats.en16931 import Identifier, Invoice, Party
from portal.formats.peppol.reader import read_invoice
from portal.invoicing.actions.paying import is_prepaid, is_transferred, payable, payee_number, payment_facts
from portal.invoicing.queries.references import AccountRow, SupplierRow
from portal.invoicing.rules.payment import check
from portal.invoicing.rules.payment_date import payment_date
from portal.suppliers.values import RelationTerms
from tests.web.core.conftest import Site, make_site, site
from tests.web.invoicing.conftest import today_of

__all__ = ["make_site", "site"]
KB = demo_id("supplier", "Kontorsbolaget AB")


def supplier(**agreed_: Any) -> SupplierRow:
    return SupplierRow(
        KB, "Kontorsbolaget AB", "5599001012", None, None, None, "approved", False, (D(0), D(26)), None,
        RelationTerms(**agreed_),
    )  # fmt: skip


async def neutral(site: Site, **changes: Any) -> Invoice:
    from_order: Document = await _document(site)
    return read_invoice(write(replace(from_order, **changes)))


async def _document(site: Site) -> Document:
    return await invoice_for(site.installation.database, "EX-100001", "N-1", today_of(site))


REGISTERED = (AccountRow("BANKGIRO", "5050109", True, None),)


async def test_means_and_prepayment_agreed_with_the_supplier_pass_and_are_never_paid(site: Site) -> None:
    """CI08, CI05: by what two persons have agreed of the relation."""
    card = await neutral(site, means="48", card="4321", accounts=())
    prepaid = await neutral(site, prepaid=D("936.25"))
    for invoice, given in ((card, {"payment_means": frozenset({"48"})}), (prepaid, {"prepaid": True})):
        choice = check(payment_facts(invoice, supplier(**given), REGISTERED, ()))
        assert (choice.otherwise, choice.account, choice.reason) == (True, None, None)
        paid = payable(invoice, supplier(**given), otherwise=choice.otherwise)
        assert payment_date(paid, invoice.issue_date) is None
        assert check(payment_facts(invoice, supplier(), REGISTERED, ())).reason is not None
    longer = payable(await neutral(site), supplier(payment_days=45), otherwise=False)
    assert payment_date(longer, card.issue_date) == payment_date(
        replace(longer, due=card.issue_date + timedelta(45)), card.issue_date
    )


async def test_the_reader_keeps_cards_mandates_and_every_code(site: Site) -> None:
    card = await neutral(site, means="48", card="5412751234123456", accounts=())
    assert [(one.code, one.card) for one in card.means] == [("48", "3456")]
    mandate = await neutral(site, means="49", mandate="M-1")
    assert mandate.means_codes == ("49",) and mandate.means[0].mandate == "M-1"
    two = write(await _document(site)).replace(
        b"<cac:TaxTotal>",
        b"<cac:PaymentMeans><cbc:PaymentMeansCode>48</cbc:PaymentMeansCode></cac:PaymentMeans><cac:TaxTotal>", 1,
    )  # fmt: skip
    assert read_invoice(two).means_codes == ("30", "48")


def test_who_a_payee_is() -> None:
    assert payee_number(None) is None
    assert payee_number(Party(name="Faktorn AB")) is None
    assert payee_number(Party(legal_id=Identifier("559900-1129", "0007"))) == "5599001129"
    assert payee_number(Party(legal_id=Identifier("SE559900112901"))) == "5599001129"
    by_id = (Identifier("SE123", "SEPA"), Identifier("559900-1129"))
    assert payee_number(Party(name="Faktorn AB", identifiers=by_id)) == "5599001129"
    assert payee_number(Party(name="Faktorn AB", identifiers=by_id[:1])) is None


async def test_prepaid_in_full_leaves_nothing(site: Site) -> None:
    invoice = await neutral(site)
    for prepaid, left, full in (("936.25", "0", True), ("936.24", "0.01", False), ("0", "936.25", False),
                                ("936.25", "-0.25", True), ("936.25", "0.50", True),
                                ("936.26", "-0.01", False)):  # fmt: skip
        one = replace(invoice, prepaid_amount=D(prepaid), payable_amount=D(left))
        assert is_prepaid(one) == full, prepaid


async def test_a_claim_is_anothers_by_the_kind_of_the_invoice_or_any_note(site: Site) -> None:
    """CI11 and skuldebrevslagen 29 §: 393 is a factored invoice; a note may stand on a line."""
    invoice = await neutral(site)
    assert not is_transferred(invoice)
    assert is_transferred(replace(invoice, type_code="393"))
    assert is_transferred(replace(invoice, payment_terms="Fordran har överlåtits"))
    first, *rest = invoice.lines
    noted = replace(invoice, lines=(replace(first, note="Fordran är överlåten till Faktorn AB"), *rest))
    assert is_transferred(noted)
