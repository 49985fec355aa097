"""portal user: list users, set a password, make one inactive or active again, end sessions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import click
from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from portal.access.activation import activate_user, find_user
from portal.access.models import Credential, SignInSession, User
from portal.access.passwords import hash_password
from portal.audit.log import Event, record
from portal.cli.acting import OPERATOR
from portal.cli.moves import told_moves
from portal.cli.running import told, with_installation
from portal.db.context import Context
from portal.invoicing.actions.leaving import Moved, leave
from portal.kernel.errors import NotFound
from portal.wiring import Installation


@click.group()
def user() -> None:
    """Användare: visa, sätt lösenord, gör inaktiv eller aktiv, avsluta inloggningar."""


@user.command("list")
@told
def list_users() -> None:
    """Visa alla användare med grupp och organisation."""

    async def work(installation: Installation) -> list[str]:
        query = text(
            "SELECT u.login, u.email, coalesce(u.group_code, 'leverantör') AS grp, u.active FROM app_user u ORDER BY 1"
        )
        async with installation.database.session(Context.for_system(None)) as session:
            rows = (await session.execute(query)).all()
        return [
            f"{r.login:32} {r.email:48} {r.grp:16} {'' if r.active else 'inaktiv'}".rstrip() for r in rows
        ]

    for line in with_installation(work):
        click.echo(line)


@user.command("password")
@click.argument("login")
@click.password_option("--password", prompt="Nytt lösenord", confirmation_prompt="En gång till")
@told
def password(login: str, password: str) -> None:
    """Sätt ett nytt lösenord och avsluta användarens inloggningar."""

    async def work(installation: Installation) -> None:
        now = installation.clock.now()
        async with installation.database.session(Context.for_system(None)) as session:
            found = (await session.execute(select(User).where(User.login == login))).scalar_one_or_none()
            if found is None:
                raise NotFound("Användaren %(login)s finns inte.", login=login)
            row = {"user_id": found.id, "password_hash": hash_password(password), "changed_at": now}
            upsert = insert(Credential).values(**row)
            await session.execute(upsert.on_conflict_do_update(index_elements=["user_id"], set_=row))
            await session.execute(delete(SignInSession).where(SignInSession.user_id == found.id))
            await record(session, [Event(
                "user:password:set", "user", found.id, now, actor="operator", concern_id=found.concern_id,
                organisation_id=found.organisation_id,
            )])  # fmt: skip

    with_installation(work)
    click.echo(f"Lösenordet för {login} är bytt, och användarens inloggningar är avslutade.")


@user.command("deactivate")
@click.argument("login")
@click.option("--reason", prompt="Skäl", help="Varför. Står i behandlingshistoriken.")
@told
def deactivate(login: str, reason: str) -> None:
    """Gör en användare inaktiv och lämna över det som väntar till den som får."""

    async def work(installation: Installation) -> Sequence[Moved]:
        now, concern = installation.clock.now(), await _concern_of(installation, login)
        async with installation.database.session(Context.for_system(concern)) as session:
            return await leave(session, login, why=reason, actor=OPERATOR, now=now)

    moved = with_installation(work)
    click.echo(f"{login} är inaktiv och kan inte logga in. Pågående inloggningar är avslutade.")
    for sentence in told_moves(moved):
        click.echo(sentence)


@user.command("activate")
@click.argument("login")
@click.option("--group", help="Behörighetsgrupp, om den ska vara en annan än den som användaren hade.")
@told
def activate(login: str, group: str | None) -> None:
    """Gör en användare aktiv igen. Det som har lämnats över stannar där det är."""

    async def work(installation: Installation) -> str | None:
        now, concern = installation.clock.now(), await _concern_of(installation, login)
        async with installation.database.session(Context.for_system(concern)) as session:
            found = await find_user(session, login)
            return await activate_user(session, found, group=group, actor=OPERATOR, now=now)

    given = with_installation(work)
    where = f" i gruppen {given}" if given else ""
    click.echo(f"{login} är aktiv igen{where}. Det som har lämnats över stannar där det är.")


async def _concern_of(installation: Installation, login: str) -> UUID | None:
    """The concern whose eyes the work needs; None for a supplier's user. NotFound for an unknown login."""
    async with installation.database.session(Context.for_system(None)) as session:
        return (await find_user(session, login)).concern_id
