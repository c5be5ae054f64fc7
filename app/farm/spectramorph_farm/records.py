# SPDX-License-Identifier: Apache-2.0
"""What is done: beside the first output of a task a record says of which inputs it was made, and which files were.

Used by workers too, which need nothing but Python's own library for it.
"""

import json
import os
import uuid

FORMAT = "SpectraMorph farm record 1"


def record_of(output):
    """Where the record of a task lies whose first output that is."""
    return f"{output}.farm.json"


def describe_file(path):
    """What tells a file from another that takes its place later: a move keeps both."""
    status = os.stat(path)
    return [status.st_size, status.st_mtime_ns]


def flush(path):
    """To the disk: what a record speaks of is there, whatever happens next."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_record(output, fingerprint, files, seconds):
    """Appears whole. `files`: what describe_file() says, by path."""
    path = record_of(output)
    # All may be moved together.
    files = {os.path.relpath(file, os.path.dirname(path)): description for file, description in files.items()}
    temporary = f"{path}.{uuid.uuid4().hex}"
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, "fingerprint": fingerprint, "files": files, "seconds": seconds}, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        if os.path.exists(temporary):
            os.remove(temporary)
        raise


def remove_record(output):
    try:
        os.remove(record_of(output))
    except FileNotFoundError:
        pass


def is_done(output, fingerprint):
    """Whether a task with that fingerprint has made its outputs, and they are as it left them."""
    try:
        with open(record_of(output), encoding="utf-8") as file:
            record = json.load(file)
        return (
            record["format"] == FORMAT
            and record["fingerprint"] == fingerprint
            and all(describe_file(os.path.join(os.path.dirname(output), path)) == description for path, description in record["files"].items())
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
