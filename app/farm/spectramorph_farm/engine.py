# SPDX-License-Identifier: Apache-2.0
"""Tasks on Dask's workers: a few at a time, again elsewhere when they fail, and no more than so often."""

import collections
import contextlib
import queue
import warnings

import cloudpickle
from distributed import Client, LocalCluster

from . import records, task
from .errors import FarmError, NotDone

# A worker that failed so many tasks in a row, while others were done, is given no more: its disk may be full.
MOST_FAILURES_IN_A_ROW = 3
# So many tasks that failed for good are no accident: the rest is not tried.
MOST_FAILURES = 16
AHEAD = 2  # tasks per thread, so that a worker has the next one when it is done
SECONDS_TO_CONNECT = 30
DASHBOARD = "127.0.0.1:8787"


class SchedulerLost(NotDone):
    """The scheduler does not answer any more."""


class Outcome(collections.namedtuple("Outcome", "task reason seconds")):
    """Of a task that is done, or that failed for good with a reason."""


class _Travelling:
    """A function that takes its code along, to processes that know no module of this package. Newer Dask sends that of a task by its name otherwise."""

    def __init__(self, function):
        self._function, self._code = function, cloudpickle.dumps(function)

    def __call__(self, *arguments):
        return self._function(*arguments)

    def __reduce__(self):
        return cloudpickle.loads, (self._code,)


class Engine:
    """A scheduler and its workers, as long as the context lasts: somebody's by its address, or as many workers as asked for in this process.

    They are there with the first run. `tell` is told where they can be watched."""

    def __init__(self, address=None, workers=1, retries=2, tell=lambda line: None):
        self._address, self._workers, self._retries, self._tell = address, workers, retries, tell
        self._function = task.run_task
        self._cluster = None
        self._client = None

    def __enter__(self):
        return self

    def _start(self):
        if self._address is None:
            with warnings.catch_warnings():
                # Another run may have the dashboard's port.
                warnings.simplefilter("ignore")
                # Workers but start processes and wait for them: threads of this process are enough. Launchers see to their memory themselves.
                self._cluster = LocalCluster(n_workers=self._workers, threads_per_worker=1, processes=False, memory_limit=0, dashboard_address=DASHBOARD)
        else:
            # Workers of others know no module of this package: its functions travel to them.
            for module in (task, records):
                cloudpickle.register_pickle_by_value(module)
            self._function = _Travelling(task.run_task)
        try:
            self._client = Client(self._cluster or self._address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise FarmError(f"--scheduler: found no scheduler at {self._address} ({error}), expected one such as tcp://host:8786") from error
        self._tell(f"Dask's dashboard: {self._dashboard()}")

    def _dashboard(self):
        """Of a scheduler in this process Dask does not know that it listens here alone."""
        if self._cluster is None:
            return self._client.dashboard_link
        host, port = DASHBOARD.split(":")[0], self._cluster.scheduler.services["dashboard"].port
        return f"http://{host}:{port}/status"

    def __exit__(self, kind, *_):
        if self._cluster is not None and kind is not None:
            task.stop_tasks()
        # What has died cannot be closed, which is not what a user needs to be told.
        for part in (self._client, self._cluster):
            if part is not None:
                with contextlib.suppress(OSError, RuntimeError):
                    part.close(timeout=5)

    def run(self, tasks, seen=lambda running: None):
        """Yields an Outcome for each task, in the order in which they end. `seen` is called about once a second with the number of threads there are.

        Raises SchedulerLost, and FarmError when there is no scheduler."""
        if self._client is None:
            self._start()
        return _Run(self._client, self._function, self._retries, seen).outcomes(tasks)


class _Run:
    """One call of Engine.run()."""

    def __init__(self, client, function, retries, seen):
        self._client, self._function, self._retries, self._seen = client, function, retries, seen
        self._done = queue.Queue()  # futures
        self._running = {}  # task, and workers that it is kept to or nothing, by future
        self._failed_on = collections.defaultdict(list)  # workers and reasons by task's name
        self._in_a_row = collections.Counter()  # failures by worker
        self._left_out = set()

    def outcomes(self, tasks):
        waiting = collections.deque(tasks)
        failures = 0
        try:
            while self._running or (waiting and failures < MOST_FAILURES):
                threads = self._threads()
                self._seen(sum(threads.values()))
                self._take_back(waiting, threads)
                while waiting and failures < MOST_FAILURES and len(self._running) < AHEAD * sum(threads.values()):
                    self._submit(waiting.popleft(), threads)
                for future in filter(self._running.__contains__, self._ended()):
                    outcome = self._judge(future, waiting)
                    if outcome is not None:
                        failures += outcome.reason != ""
                        yield outcome
        except OSError as error:
            # Whatever is asked of a scheduler that is gone ends so; errors of tasks are told in their results.
            raise self._lost() from error
        finally:
            if self._running and self._client.status == "running":
                with contextlib.suppress(OSError):
                    self._client.cancel(list(self._running), force=True)

    def _threads(self):
        self._check_scheduler()
        threads = self._client.nthreads()
        allowed = {address: count for address, count in threads.items() if address not in self._left_out}
        return allowed or threads

    def _check_scheduler(self):
        if self._client.status != "running":
            raise self._lost()

    @staticmethod
    def _lost():
        return SchedulerLost("the scheduler is gone; what is done is kept: the same command goes on from there when there is a scheduler again")

    def _submit(self, work, threads):
        # Not where it failed before, as long as there are others.
        tried = {worker for worker, _ in self._failed_on[work.name]}
        others = [address for address in threads if address not in tried]
        places = (others or list(threads)) if tried or self._left_out else None
        # Strictly: an idle worker may take what was meant for another, and one that fails at once is idle at once.
        future = self._client.submit(self._function, work.to_message(), pure=False, retries=0, workers=places)
        self._running[future] = work, places
        future.add_done_callback(self._done.put)

    def _take_back(self, waiting, threads):
        """Tasks that wait for workers which are gone."""
        for future, (work, places) in list(self._running.items()):
            if places and not any(place in threads for place in places):
                del self._running[future]
                self._client.cancel([future], force=True)
                waiting.appendleft(work)

    def _ended(self):
        """Waits a second for the first."""
        try:
            ended = [self._done.get(timeout=1)]
        except queue.Empty:
            return []
        while not self._done.empty():
            ended.append(self._done.get())
        return ended

    def _judge(self, future, waiting):
        """The outcome of a task that has ended, or nothing when it is to be tried again."""
        work, _ = self._running.pop(future)
        if future.status == "cancelled":
            # That is what becomes of all of them when the scheduler goes.
            self._check_scheduler()
            result = {"reason": "the scheduler has forgotten it", "worker": "", "seconds": 0}
        elif future.status == "error":
            error = future.exception()
            result = {"reason": f"{type(error).__name__}: {error}", "worker": "", "seconds": 0}
        else:
            result = future.result()
        worker = result["worker"]
        if not result["reason"]:
            self._in_a_row[worker] = 0
            return Outcome(work, "", result["seconds"])
        self._failed_on[work.name].append((worker, result["reason"]))
        self._in_a_row[worker] += 1
        if self._in_a_row[worker] >= MOST_FAILURES_IN_A_ROW and any(count == 0 for other, count in self._in_a_row.items() if other != worker):
            self._left_out.add(worker)
        if len(self._failed_on[work.name]) > self._retries:
            return Outcome(work, result["reason"], result["seconds"])
        waiting.appendleft(work)
        return None
