"""Runs of a table in several processes at once."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from mmengine.config import Config
from table_runs import run, teacher_result

__all__ = ['Job', 'run_side_by_side']

# A row, how long, and the seed.
Job = tuple[str, int, int]


def run_side_by_side(
    plan: Config,
    jobs: Iterable[Job],
    out: Path,
    processes: int,
    done: Callable[[Job, dict[str, Any]], None],
) -> None:
    """Runs what is missing, each run in one of several processes.

    A seed's teacher comes before its students. After an error no further run
    begins, those that are on their way end, and it is raised.

    Args:
        plan (Config): The plan.
        jobs (Iterable): What to run, in the order in which they begin.
        out (Path): The folder of all runs.
        processes (int): How many at once, >= 1.
        done (Callable): Called with each job that has a result, and that.
    """
    jobs = list(jobs)
    seeds = dict.fromkeys(seed for _, _, seed in jobs)
    with _pool(processes) as pool:
        waiting: dict[Future, Any] = {
            pool.submit(teacher_result, plan, out, seed): seed
            for seed in seeds
        }
        while waiting:
            ended, _ = wait_for(waiting, return_when=FIRST_COMPLETED)
            for future in ended:
                job, result = waiting.pop(future), future.result()
                if isinstance(job, tuple):
                    done(job, result)
                    continue
                for other in (j for j in jobs if j[2] == job):
                    row, epochs, seed = other
                    student = pool.submit(run, plan, row, epochs, seed, out)
                    waiting[student] = other


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Yields a pool of fresh processes; what did not begin ends with it."""
    # A fork would not get along with CUDA.
    context = get_context('spawn')
    pool = ProcessPoolExecutor(processes, mp_context=context)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
