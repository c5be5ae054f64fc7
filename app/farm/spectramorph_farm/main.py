# SPDX-License-Identifier: Apache-2.0
"""The command line, and a run from its beginning to its end."""

import argparse
import contextlib
import fcntl
import logging
import os
import shutil
import signal
import sys

from .application import Application
from .errors import FarmError, NotDone
from .fingerprint import Fingerprints
from .jobs import JobList
from .parameters import Parameters
from .progress import Progress
from .records import is_done
from .scene import Scene
from .task import STAGE_PREFIX

DESCRIPTION = """Runs an application of the module on many tiles of a scene at once, or any application on many
scenes: on the cores of this machine, or on the workers of a Dask scheduler that see the same files. The
application's own parameters follow its name as they do behind otbcli_<application>. What was done is kept: the
same command, given again, goes on where it was, and makes anew what was made of other inputs or with other
settings."""

EPILOG = """For example:

  spectramorph-farm SpectralInversion -inms scene.vrt -inhs coarse.tif -model model.json -out sharp.vrt int16
  spectramorph-farm --scheduler tcp://10.0.0.1:8786 --tile 2048 SpectralInversion -inms ... -ram 1024 -out sharp.tif int16
  spectramorph-farm --jobs pairs.csv HyperspectralSuperResolution -srf sensor -srf.sensor.name sentinel2a10m -ram 4096

An output sharp.vrt is a mosaic of the tiles in sharp.tiles; sharp.tif is one compressed image with overviews
besides. The exit status is 0 when all is done, 1 when something is not, 2 for a command that cannot be run, 130
after Ctrl-C."""

EXIT_NOT_DONE, EXIT_USAGE = 1, 2


def _count(text):
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"found {text}, expected a whole number from 1")
    return number


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="spectramorph-farm", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    where = parser.add_mutually_exclusive_group()
    for group, option, kind, text in (
        (where, "--scheduler", {"metavar": "ADDRESS"}, "of a Dask scheduler, such as tcp://10.0.0.1:8786 (tls://: certificates are those of Dask's configuration)"),
        (where, "--workers", {"metavar": "N", "type": _count}, "how many runs at once on this machine (default: its cores)"),
        (parser, "--threads", {"metavar": "N", "type": _count, "default": 1}, "threads of each run (default 1)"),
        (parser, "--tile", {"metavar": "PIXELS", "type": _count, "default": 1024}, "edge of a tile, rounded up to whole blocks of the refinement (default 1024)"),
        (parser, "--jobs", {"metavar": "CSV"}, "a list of runs: parameters as columns, a run a line, instead of tiles"),
        (parser, "--retries", {"metavar": "N", "type": int, "choices": range(11), "default": 2}, "how often a run that failed is tried again, 0 to 10 (default 2)"),
        (parser, "--cog", {"action": "store_true"}, "the image of an output that ends in .tif is a cloud optimised GeoTIFF"),
    ):
        group.add_argument(option, help=text, **kind)
    parser.add_argument("application", help="such as SpectralInversion")
    parser.add_argument("parameters", nargs=argparse.REMAINDER, metavar="-key value ...", help="of the application")
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _locked(path):
    """One run at a time writes there. File systems without locks leave that to their users."""
    with open(path, "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FarmError(f"found that another spectramorph-farm works on {os.path.dirname(path)}, expected none") from error
        except OSError:
            pass
        yield


def _clear_stages(tasks):
    """What killed workers have left."""
    owners = {}
    for task in tasks:
        for output in task.outputs:
            owners.setdefault(os.path.dirname(output), set()).add(os.path.basename(output))
    for folder, names in owners.items():
        for entry in os.listdir(folder) if os.path.isdir(folder) else []:
            if entry.startswith(STAGE_PREFIX) and entry[len(STAGE_PREFIX):].rpartition("-")[0] in names:
                shutil.rmtree(os.path.join(folder, entry), ignore_errors=True)


def _missing(tasks):
    return [task for task in tasks if not is_done(task.outputs[0], task.fingerprint)]


def _run(engine, tasks, what):
    """Does what is not done. Raises FarmError when something remains."""
    missing = _missing(tasks)
    _clear_stages(missing)
    if not missing:
        return
    progress = Progress(len(missing), what)
    if len(missing) < len(tasks):
        progress.tell(f"{len(tasks) - len(missing)} of {len(tasks)} {what} are there already")
    threads, done, failures = None, 0, 0

    def seen(number):
        nonlocal threads
        if number == 0 and threads != 0:
            progress.tell("waiting for workers")
        threads = number
        progress.show(done, threads)

    for outcome in engine.run(missing, seen):
        if outcome.reason:
            failures += 1
            progress.tell(f"{outcome.task.name}: {outcome.reason}")
        else:
            done += 1
        progress.show(done, threads)
    progress.end()
    if done < len(missing):
        raise NotDone(f"{len(missing) - done} of {len(tasks)} {what} are missing, {failures} have failed; the same command tries them again")
    # Whoever else may have written there meanwhile, such as a worker of an earlier run that nobody knew of.
    replaced = _missing(tasks)
    if replaced:
        raise NotDone(f"{len(replaced)} of {len(tasks)} {what} were replaced by another run meanwhile; the same command makes them again")
    _clear_stages(missing)


def _run_scene(options, application, parameters, tell):
    fingerprints = Fingerprints(application.libraries())
    scene = Scene(application, parameters, fingerprints, options.threads)
    for folder in scene.folders():
        os.makedirs(folder, exist_ok=True)
    with _locked(os.path.join(scene.folder, ".lock")), _engine(options, tell) as engine:
        _run(engine, [scene.first_task(None if options.scheduler else options.threads * _workers(options))], "passes over the whole scene")
        _run(engine, scene.tasks(options.tile), "tiles")
        # The inputs are those of the beginning.
        before, fingerprints = scene.first_task().fingerprint, Fingerprints(application.libraries())
        if Scene(application, parameters, fingerprints, options.threads).first_task().fingerprint != before:
            raise NotDone("found that inputs have changed meanwhile; the same command makes the tiles again")
        scene.write_mosaics(options.cog, tell)


def _run_jobs(options, application, parameters, tell):
    jobs = JobList(options.jobs, application, parameters, Fingerprints(application.libraries()), options.threads)
    with _locked(f"{options.jobs}.lock"), _engine(options, tell) as engine:
        _run(engine, jobs.tasks(), "jobs")
    tell(f"{len(jobs.tasks())} jobs are done")


def _engine(options, tell):
    try:
        from .engine import Engine
    except ImportError as error:
        raise FarmError(f"found no Dask ({error}), expected the Debian package python3-distributed") from error
    # What Dask logs of workers that come and go is told by this program where it matters.
    for name in ("distributed", "tornado", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return Engine(options.scheduler, _workers(options), options.retries, tell)


def _workers(options):
    """On this machine."""
    return options.workers or len(os.sched_getaffinity(0))


def main(arguments=None):
    """Returns the exit status."""
    options = parse(arguments)

    def tell(line):
        print(line, file=sys.stderr, flush=True)

    def interrupt(number, _):
        raise KeyboardInterrupt(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        application = Application(options.application)
        parameters = Parameters.parse(options.parameters)
        (_run_jobs if options.jobs else _run_scene)(options, application, parameters, tell)
        return 0
    except FarmError as error:
        tell(f"spectramorph-farm: {error}")
        return EXIT_NOT_DONE if isinstance(error, NotDone) else EXIT_USAGE
    except OSError as error:
        tell(f"spectramorph-farm: {error}; what is done is kept")
        return EXIT_NOT_DONE
    except KeyboardInterrupt as error:
        tell("spectramorph-farm: interrupted; what is done is kept, and the same command goes on from there")
        return 128 + (error.args[0] if error.args else signal.SIGINT)
