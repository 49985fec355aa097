"""Where the parts meet: what an event sets off, every job by name, and the installation built from its settings."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module

import portal.access.jobs as access_jobs
import portal.catalog.jobs as catalog_jobs
import portal.invoicing.jobs as invoicing_jobs
import portal.orders.jobs as orders_jobs
import portal.suppliers.jobs as suppliers_jobs
from portal.audit.sealing import seal_all
from portal.catalog.indexed_search import IndexedSearch, IndexWatch
from portal.catalog.search import PostgresSearch, SearchFor
from portal.db.embedded import embedded
from portal.db.session import Database
from portal.formats.rule_pool import RulePool
from portal.formats.rulesets import kept_rules
from portal.integrations.mail import Mailer, mailer_for
from portal.integrations.object_store import FolderStore, ObjectStore
from portal.integrations.search import SearchIndex
from portal.invoicing.actions.inbox import watch_inbox
from portal.invoicing.actions.parts import IntakeParts, Pooled, RuleCheck
from portal.jobs.context import JobContext
from portal.jobs.values import JobFunction, JobRegistry, Watcher
from portal.kernel.dates import Clock, SystemClock
from portal.kernel.failpoints import At, from_environment
from portal.settings import Settings, generated_secret

SUBSCRIPTIONS: Mapping[str, tuple[str, ...]] = {
    "catalogue.published": ("catalog.index",),
    "order.answered": ("orders.mail_answer",),
    "order.changed": ("invoicing.receipt_made",),
    "receipt.made": ("invoicing.receipt_made",),
    "supplier.account_active": ("invoicing.supplier_changed",),
    "supplier.terms_agreed": ("invoicing.supplier_changed",),
}
"""Event → jobs: the only way a lower floor sets off something higher."""
MEILISEARCH = "portal.integrations.meilisearch"


@dataclass(frozen=True, slots=True)
class Installation:
    """The parts of one running portal, chosen by settings. `app_url` and `owner_url` are the database's two roles."""

    settings: Settings
    database: Database
    clock: Clock
    store: ObjectStore
    mailer: Mailer
    app_url: str
    owner_url: str
    rule_check: Pooled
    at: At
    meilisearch: SearchIndex | None = None

    @property
    def search(self) -> SearchFor:
        """PostgreSQL's search, with Meilisearch beside it where MEILI_URL is set."""
        if self.meilisearch is None:
            return PostgresSearch
        return partial(IndexedSearch, IndexWatch(self.database, self.meilisearch))


def registry(installation: Installation) -> JobRegistry:
    """Every job by the name it is enqueued with."""
    mail = (installation.mailer, installation.settings.base_url)
    jobs: dict[str, JobFunction] = {
        "audit.seal": partial(_seal, installation),
        "access.clear_sessions": access_jobs.clear_sessions,
        "invoicing.complete_attest": invoicing_jobs.complete_attest,
        "invoicing.credit_note_came": partial(invoicing_jobs.credit_note_came, intake_parts(installation)),
        "invoicing.mail_credit_request": partial(
            invoicing_jobs.mail_credit_request, _writing_letters(installation)
        ),
        "invoicing.left_behind": invoicing_jobs.left_behind,
        "invoicing.mail_step_moved": partial(invoicing_jobs.mail_step_moved, _writing_letters(installation)),
        "invoicing.mail_user_left": partial(invoicing_jobs.mail_user_left, _writing_letters(installation)),
        "invoicing.process_delivery": partial(invoicing_jobs.process_delivery, intake_parts(installation)),
        "invoicing.receipt_made": partial(invoicing_jobs.receipt_made, intake_parts(installation)),
        "invoicing.remind_receipt": partial(invoicing_jobs.remind_receipt, _writing_letters(installation)),
        "invoicing.rerun": partial(invoicing_jobs.rerun, intake_parts(installation)),
        "invoicing.supplier_changed": partial(invoicing_jobs.supplier_changed, intake_parts(installation)),
        "invoicing.waiting_days": invoicing_jobs.waiting_days,
        "suppliers.mail_account": partial(suppliers_jobs.mail_account, *mail),
        "suppliers.open_accounts": suppliers_jobs.open_accounts,
        "suppliers.mail_registration": partial(suppliers_jobs.mail_registration, *mail),
        "suppliers.mail_decision": partial(suppliers_jobs.mail_decision, *mail),
        "suppliers.mail_known_address": partial(suppliers_jobs.mail_known_address, *mail),
        "catalog.validate": partial(catalog_jobs.validate, installation.store),
        "catalog.publish": catalog_jobs.publish,
        "catalog.mail_waiting": partial(catalog_jobs.mail_waiting, *mail),
        "catalog.mail_decided": partial(catalog_jobs.mail_decided, *mail),
        "catalog.vacuum": partial(catalog_jobs.vacuum, installation.owner_url),
        "catalog.index": partial(catalog_jobs.index, installation.meilisearch),
        "catalog.mend_index": partial(catalog_jobs.mend_index, installation.meilisearch),
        "orders.complete_attest": orders_jobs.complete_attest,
        "orders.mail_answer": partial(orders_jobs.mail_answer, _sending(installation)),
        "orders.send": partial(orders_jobs.send_order, _sending(installation)),
        "orders.tell_supplier": partial(orders_jobs.tell_supplier, _sending(installation)),
    }
    return jobs


def watchers(installation: Installation) -> Mapping[str, Watcher]:
    """What the worker watches beside the queue."""
    inbox = partial(
        watch_inbox, intake_parts(installation), installation.settings.inbox_dir, installation.clock.now
    )
    return {"invoicing.inbox": inbox}


def intake_parts(installation: Installation, check: RuleCheck | None = None) -> IntakeParts:
    """What the invoice pipeline works with. `check`: how the official rules are run, the installation's own
    processes unless given."""
    settings = installation.settings
    return IntakeParts(
        database=installation.database,
        store=installation.store,
        rules=kept_rules(settings.data_dir),
        check=check or installation.rule_check,
        max_bytes=settings.max_document_bytes,
        at=installation.at,
    )


def build(settings: Settings, app_url: str, owner_url: str, *, clock: Clock | None = None) -> Installation:
    """The installation over a database that is running."""
    audit_key = settings.audit_key or generated_secret(settings.keys_dir / "audit_key").encode()
    at = from_environment(production=settings.production)
    return Installation(
        settings=settings,
        database=Database(app_url, audit_key=audit_key, subscriptions=SUBSCRIPTIONS),
        clock=clock or SystemClock(),
        store=FolderStore(settings.objects_dir, at=at),
        mailer=mailer_for(settings),
        app_url=app_url,
        owner_url=owner_url,
        rule_check=Pooled(partial(_rule_pool, settings)),
        meilisearch=_meilisearch(settings),
        at=at,
    )


@asynccontextmanager
async def running(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Installation]:
    """The installation with its database: the real server's, or the embedded one for the time of the block."""
    if settings.database_url is not None:
        owner_url = settings.migration_database_url or settings.database_url
        installation = build(settings, settings.database_url, owner_url, clock=clock)
        try:
            yield installation
        finally:
            await _close(installation)
        return
    with embedded(settings.data_dir) as server:
        installation = build(settings, server.url("app"), server.url("owner"), clock=clock)
        try:
            yield installation
        finally:
            await _close(installation)


def _meilisearch(settings: Settings) -> SearchIndex | None:
    """The engine where it is configured; only then is its library loaded (ADR 12)."""
    if settings.meili_url is None:
        return None
    engine: SearchIndex = import_module(MEILISEARCH).MeilisearchEngine(settings.meili_url, settings.meili_key)
    return engine


def _sending(installation: Installation) -> orders_jobs.SendingParts:
    return orders_jobs.SendingParts(installation.store, installation.mailer, installation.settings.base_url)


def _writing_letters(installation: Installation) -> invoicing_jobs.LetterParts:
    return invoicing_jobs.LetterParts(installation.mailer, installation.settings.base_url)


async def _close(installation: Installation) -> None:
    installation.rule_check.close()
    await installation.database.close()


def _rule_pool(settings: Settings) -> RulePool:
    rules = kept_rules(settings.data_dir)
    return RulePool(os.cpu_count() or 1, rules=rules, max_bytes=settings.max_document_bytes)


async def _seal(installation: Installation, context: JobContext) -> None:
    await seal_all(context.database, installation.settings.data_dir, context.clock())
