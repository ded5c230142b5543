"""Who is building: a process of this machine, told from a later one that happens to have the same number."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path


def this_process() -> str:
    """Host, process id and the moment it began, as one text."""
    return f"{platform.node()}|{os.getpid()}|{_began(os.getpid())}"


def is_alive(owner: str) -> bool:
    """Whether the process that wrote this text still runs. One of another machine is taken to; nobody is not."""
    if not owner:
        return False
    host, _, rest = owner.partition("|")
    pid, _, began = rest.partition("|")
    if host != platform.node():
        return True
    if not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return began == _began(int(pid))
    if sys.platform == "win32":
        return _runs_on_windows(int(pid))
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return not began or began == _began(int(pid))


def is_here(owner: str) -> bool:
    """Whether the process that wrote this text was one of this machine."""
    return owner.partition("|")[0] == platform.node()


def _began(pid: int) -> str:
    """Linux's start time of a process in clock ticks since boot (proc(5), field 22); empty where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
    # The name in brackets may hold spaces and brackets of its own.
    return stat.rpartition(")")[2].split()[19]


def _runs_on_windows(pid: int) -> bool:
    import ctypes

    still_active = 259
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        return False
    code = ctypes.c_ulong()
    kernel.GetExitCodeProcess(handle, ctypes.byref(code))
    kernel.CloseHandle(handle)
    return code.value == still_active
