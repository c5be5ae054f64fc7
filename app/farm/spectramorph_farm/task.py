# SPDX-License-Identifier: Apache-2.0
"""What a worker does: one run of the application's launcher, whose outputs come to their places whole, with a record beside the first of them.

These functions travel to the worker, which needs Python's own library, Dask and the module's applications.
"""

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
import uuid
from dataclasses import dataclass, field

from .records import describe_file, flush, is_done, remove_record, write_record

STAGE_PREFIX = ".spectramorph-stage-"
_MOST_LOG = 20000  # characters that are looked at for the reason of a failure


@dataclass(frozen=True)
class Output:
    """A word of a command: a file that it writes, and options that follow its name."""

    path: str  # absolute
    options: str = ""


@dataclass
class Task:
    """A run of an application."""

    name: str  # for messages
    words: list  # of the command; an Output stands for its file
    fingerprint: str
    environment: dict = field(default_factory=dict)
    libraries: dict = field(default_factory=dict)  # files whose content decides on the bits, and its SHA-256
    copies: dict = field(default_factory=dict)  # input files that a worker keeps a copy of, and their SHA-256

    @property
    def outputs(self):
        return [word.path for word in self.words if isinstance(word, Output)]

    def to_message(self):
        """As workers get it, who know no class of this package."""
        words = [(word.path, word.options) if isinstance(word, Output) else word for word in self.words]
        return {**vars(self), "words": words, "directory": os.getcwd()}


# What a process knows; of kinds that travel with the functions.
_RUNNING = set()  # launchers
_STOPPED = []  # not empty: nothing begins any more
_HASHES = {}  # by path, size and time of change


def stop_tasks(seconds=20):
    """Ends what runs in this process, and waits until it is gone."""
    _STOPPED.append(True)
    for process in list(_RUNNING):
        process.terminate()
    deadline = time.monotonic() + seconds
    while _RUNNING and time.monotonic() < deadline:
        time.sleep(0.05)


def hash_file(path):
    """The SHA-256 of its content."""
    key = (path, *describe_file(path))
    if key not in _HASHES:
        digest = hashlib.sha256()
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        _HASHES[key] = digest.hexdigest()
    return _HASHES[key]


def run_task(message):
    """Returns a dictionary: the reason why it failed, empty when it did not; the worker; and the seconds it took."""
    started = time.monotonic()
    worker = _worker()
    stages = {}
    try:
        reason = _run(message, stages, started, getattr(worker, "local_directory", None) or tempfile.gettempdir())
    except (OSError, RuntimeError) as error:
        reason = str(error)
    finally:
        for folder in stages.values():
            shutil.rmtree(folder, ignore_errors=True)
    return {"reason": reason, "worker": getattr(worker, "address", ""), "seconds": time.monotonic() - started}


def _worker():
    from distributed import get_worker

    try:
        return get_worker()
    except ValueError:
        return None


def _run(message, stages, started, local):
    for path, digest in message["libraries"].items():
        if not os.path.exists(path) or hash_file(path) != digest:
            raise RuntimeError(f"found another {path} on this machine, expected the same version of the module everywhere")
    first = next(word[0] for word in message["words"] if not isinstance(word, str))
    if is_done(first, message["fingerprint"]):
        # By a worker that died before it could say so.
        return ""
    words = _place(message, stages, local)
    code, log = _launch(words, message)
    if code != 0:
        return _reason(log, code)
    _appear(message, stages, started)
    return ""


def _place(message, stages, local):
    """The words of the command, with a place to write at for each output: a folder of its own beside the final place, so that moving is renaming."""
    words = []
    for word in message["words"]:
        if isinstance(word, str):
            path, mark, options = word.partition("?&")
            copied = path in message["copies"]
            words.append(_copy(os.path.join(message["directory"], path), message["copies"][path], local) + mark + options if copied else word)
            continue
        path, options = word
        folder, name = os.path.split(path)
        if folder not in stages:
            stages[folder] = os.path.join(folder, f"{STAGE_PREFIX}{name}-{uuid.uuid4().hex}")
            os.mkdir(stages[folder])
        words.append(os.path.join(stages[folder], os.path.basename(path)) + options)
    return words


def _copy(path, digest, local):
    """A worker's own copy of a file that all tasks read: it comes over the network once, and is what the fingerprint says."""
    copy = os.path.join(local, f"spectramorph-{digest}{os.path.splitext(path)[1]}")
    if not os.path.exists(copy):
        temporary = f"{copy}.{uuid.uuid4().hex}"
        try:
            shutil.copyfile(path, temporary)
            if hash_file(temporary) != digest:
                raise RuntimeError(f"{path} has changed since the run began")
            os.replace(temporary, copy)
        finally:
            if os.path.exists(temporary):
                os.remove(temporary)
    return copy


def _launch(words, message):
    if _STOPPED:
        raise RuntimeError("stopped")
    # When a worker is killed its launchers end as well, and clear what they have staged.
    guard = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        process = subprocess.Popen(
            guard + words, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=message["directory"],
            env={**os.environ, **message["environment"]},
        )
        _RUNNING.add(process)
        try:
            code = process.wait()
        finally:
            _RUNNING.discard(process)
        log.seek(max(0, log.seek(0, os.SEEK_END) - _MOST_LOG))
        return code, log.read()


def _reason(log, code):
    """Why it failed, in the application's words."""
    lines = [line.strip() for line in re.split(r"[\r\n]+", log) if line.strip()]
    # 2024-01-31 12:00:00 (FATAL) SpectralInversion: inms: found ...
    told = [line.split("(FATAL)", 1)[1].split(":", 1)[-1].strip() for line in lines if "(FATAL)" in line]
    told = told or [line for line in lines if "ERROR" in line] or lines[-1:]
    end = f"ended by signal {-code}" if code < 0 else f"exit status {code}"
    return "; ".join([*told[:3], end] if code < 0 or not told else told[:3])


def _appear(message, stages, started):
    outputs = [word[0] for word in message["words"] if not isinstance(word, str)]
    for path in outputs:
        if not os.path.exists(os.path.join(stages[os.path.dirname(path)], os.path.basename(path))):
            raise RuntimeError(f"the application has not written {path}, though it says that it has succeeded")
    moves = {}
    for folder, stage in stages.items():
        for name in sorted(os.listdir(stage)):
            flush(os.path.join(stage, name))
            moves[os.path.join(folder, name)] = os.path.join(stage, name)
    files = {path: describe_file(staged) for path, staged in moves.items()}
    # Between here and the last line there is no record, so that nothing counts.
    remove_record(outputs[0])
    for path, staged in moves.items():
        os.replace(staged, path)
    write_record(outputs[0], message["fingerprint"], files, time.monotonic() - started)
