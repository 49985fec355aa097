"""How the embedded server is set: listening on this machine only, memory by what the machine has."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

MEBIBYTE = 2**20
SMALLEST_BUFFERS, LARGEST_BUFFERS = 128 * MEBIBYTE, 1024 * MEBIBYTE

HOST_BASED_AUTHENTICATION = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n"

Options = Mapping[str, str | int]

BASE: Options = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": 200,
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than these short queries take
    "max_parallel_workers_per_gather": 0,  # cores are for requests; /dev/shm is small in containers
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    "lc_messages": "C",
}

# Tests only: a power failure would lose the cluster, a killed process would not.
FAST: Options = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "checkpoint_timeout": "1h",
}


def server_options(name: str, *, port: int, socket: Path, durable: bool) -> str:
    """Text of postgresql.conf, one line per setting."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    buffers = max(SMALLEST_BUFFERS, min(LARGEST_BUFFERS, memory // 8))
    here: Options = {
        "port": port,
        "unix_socket_directories": str(socket).replace("'", "''"),
        "cluster_name": name,
        "shared_buffers": f"{buffers // MEBIBYTE}MB",
        "effective_cache_size": f"{memory // 2 // MEBIBYTE}MB",
    }
    options = {**BASE, **here, **({} if durable else FAST)}
    return "".join(f"{option} = '{value}'\n" for option, value in options.items())
