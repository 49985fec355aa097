"""Every controller of the portal, and every domain's counter for the menu."""

from __future__ import annotations

from typing import Any

from portal.web.attest.changes import ChangesController
from portal.web.attest.counts import counts as attest_counts
from portal.web.attest.steps import AttestController
from portal.web.catalog.articles import ArticleController
from portal.web.catalog.counts import counts as catalogue_counts
from portal.web.catalog.uploads import UploadController
from portal.web.counts import Counter
from portal.web.health import live, ready
from portal.web.help.controllers import HelpController
from portal.web.invoicing.approvals import ApprovalController
from portal.web.invoicing.arrivals import ArrivalsController
from portal.web.invoicing.attachments import InvoiceAttachmentsController
from portal.web.invoicing.corrections import CorrectionController
from portal.web.invoicing.counts import counts as invoicing_counts
from portal.web.invoicing.deviations import DeviationController
from portal.web.invoicing.files import InvoiceFilesController
from portal.web.invoicing.handing_on import HandOnController
from portal.web.invoicing.invoices import InvoiceController
from portal.web.invoicing.locks import LockController
from portal.web.invoicing.reviews import ReviewController
from portal.web.invoicing.settings import SettingsController
from portal.web.orders.addresses import AddressController
from portal.web.orders.basket import BasketController
from portal.web.orders.changes import OrderChangeController
from portal.web.orders.counts import counts as order_counts
from portal.web.orders.draft import DraftController
from portal.web.orders.line_files import LineFilesController
from portal.web.orders.orders import OrderController
from portal.web.orders.receipts import ReceiptController, ReceiptListController
from portal.web.orders.requisitions import RequisitionController
from portal.web.search.search import SearchController
from portal.web.signin.controllers import DemoSignInController, SignInController, SignOutController
from portal.web.start.controllers import AccountController, StartController
from portal.web.supplier.catalogues import SupplierCatalogueController
from portal.web.supplier.company import CompanyController
from portal.web.supplier.counts import counts as supplier_portal_counts
from portal.web.supplier.credits import CreditsController
from portal.web.supplier.files import FilesController, UploadsController
from portal.web.supplier.invoices import SupplierInvoicesController
from portal.web.supplier.order_invoices import OrderInvoicesController
from portal.web.supplier.orders import SupplierOrdersController
from portal.web.suppliers.accounts import SupplierAccountsController
from portal.web.suppliers.agreements import AgreementsController
from portal.web.suppliers.counts import counts as supplier_counts
from portal.web.suppliers.registration import RegistrationController
from portal.web.suppliers.suppliers import SuppliersController
from portal.web.suppliers.terms import SupplierTermsController

HANDLERS: tuple[Any, ...] = (
    live,
    ready,
    StartController,
    AccountController,
    SignInController,
    DemoSignInController,
    SignOutController,
    HelpController,
    ArticleController,
    UploadController,
    SupplierCatalogueController,
    BasketController,
    DraftController,
    AddressController,
    RequisitionController,
    LineFilesController,
    OrderController,
    OrderChangeController,
    ReceiptListController,
    ReceiptController,
    RegistrationController,
    SuppliersController,
    SupplierAccountsController,
    SupplierTermsController,
    AgreementsController,
    SupplierOrdersController,
    OrderInvoicesController,
    SupplierInvoicesController,
    CreditsController,
    UploadsController,
    FilesController,
    CompanyController,
    AttestController,
    ChangesController,
    InvoiceController,
    ArrivalsController,
    CorrectionController,
    ReviewController,
    InvoiceFilesController,
    InvoiceAttachmentsController,
    HandOnController,
    LockController,
    DeviationController,
    ApprovalController,
    SettingsController,
    SearchController,
)

COUNTERS: tuple[Counter, ...] = (
    attest_counts,
    supplier_counts,
    supplier_portal_counts,
    order_counts,
    catalogue_counts,
    invoicing_counts,
)
