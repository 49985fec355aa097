"""Files over 200 lines, and why each is one file all the same. None may pass 400."""

from __future__ import annotations

TABLES = "the tables of one domain, read together with their keys"
ONE_DOCUMENT = "one document type, element by element in the order of its schema"
ONE_RULE = "one table of rules with their texts, in the order they are tried"
ONE_ACT = "one act of a person, gathered, decided and applied with all it may meet"
ONE_QUESTION = "one page's or action's rows in set-based SQL, with the values they fill"
ONE_PAGE = "one page's values, made from what the queries gave"

WHY_LONG: dict[str, str] = {
    "portal/access/models.py": TABLES,
    "portal/attest/actions/steps.py": ONE_ACT,
    "portal/db/embedded.py": "one server shared by many processes: who may start, use and stop it, and its databases",
    "portal/formats/en16931.py": "the business terms of one standard, group by group",
    "portal/db/embedded_host.py": "what is asked of the machine, a few lines each, with nothing in between to cut at",
    "portal/formats/peppol/invoice_writer.py": ONE_DOCUMENT,
    "portal/formats/peppol/order.py": ONE_DOCUMENT,
    "portal/formats/peppol/order_response.py": ONE_DOCUMENT,
    "portal/formats/peppol/reader.py": ONE_DOCUMENT,
    "portal/invoicing/actions/apply.py": "all that is written for a batch of invoices, in the order of its keys",
    "portal/invoicing/actions/case.py": "what every act on an invoice is built from: the row, the lock, the reasons",
    "portal/invoicing/actions/correction.py": ONE_ACT,
    "portal/invoicing/actions/leaving.py": ONE_ACT,
    "portal/invoicing/actions/opening.py": ONE_ACT,
    "portal/invoicing/actions/settle.py": ONE_ACT,
    "portal/invoicing/models.py": TABLES,
    "portal/invoicing/queries/detail.py": ONE_QUESTION,
    "portal/invoicing/queries/lists.py": ONE_QUESTION,
    "portal/invoicing/rules/arrival.py": ONE_RULE,
    "portal/invoicing/rules/line_match.py": ONE_RULE,
    "portal/invoicing/rules/matching.py": ONE_RULE,
    "portal/invoicing/status.py": "one machine: its states and every move between them",
    "portal/orders/actions/receipts.py": ONE_ACT,
    "portal/orders/models.py": TABLES,
    "portal/orders/queries/requisitions.py": ONE_QUESTION,
    "portal/orders/values.py": "the shapes that all rules, queries and pages of orders share",
    "portal/settings.py": "every setting of an installation, read in one place",
    "portal/suppliers/actions/accounts.py": "the steps of one machine, each with the person it is refused to",
    "portal/suppliers/actions/registration.py": ONE_ACT,
    "portal/suppliers/models.py": TABLES,
    "portal/suppliers/queries/accounts.py": ONE_QUESTION,
    "portal/web/attest/invoices.py": ONE_QUESTION,
    "portal/web/attest/present.py": ONE_PAGE,
    "portal/web/attest/steps.py": "the verbs of one list: open, approve, return, and what each may answer",
    "portal/catalog/actions/validation.py": "one run over a file, and each of the ways it can end",
    "portal/catalog/actions/staging.py": ONE_QUESTION,
    "portal/catalog/rules/cells.py": ONE_RULE,
    "portal/catalog/rules/columns.py": "the headings as data, and the one search among them",
    "portal/catalog/rules/rows.py": "one row from its cells to its values, with all it may be found wrong by",
    "portal/formats/xml.py": "the one parser: every refusal beside what it refuses",
    "portal/web/catalog/present.py": ONE_PAGE,
    "portal/web/catalog/upload_pages.py": "the verbs of one upload, each a few lines, for two kinds of readers",
    "portal/web/catalog/upload_view.py": ONE_PAGE,
    "portal/web/invoicing/arrivals_view.py": ONE_PAGE,
    "portal/web/invoicing/coding_form.py": ONE_PAGE,
    "portal/web/invoicing/comparison.py": ONE_PAGE,
    "portal/web/invoicing/page.py": ONE_PAGE,
    "portal/web/invoicing/why.py": ONE_PAGE,
    "portal/web/invoicing/solutions.py": ONE_PAGE,
    "portal/web/orders/basket_lines.py": ONE_PAGE,
    "portal/web/orders/basket_view.py": ONE_PAGE,
    "portal/web/orders/orders.py": "the verbs of an order, each a few lines",
    "portal/web/orders/present.py": ONE_PAGE,
    "portal/web/supplier/queries/invoices.py": ONE_QUESTION,
    "portal/web/supplier/queries/orders.py": ONE_QUESTION,
}
