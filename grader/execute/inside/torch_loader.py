"""Patch data loaders: no worker processes, and a training loop ends with its budget."""

import functools
import inspect
import time
from typing import Any

import torch
from torch.utils.data import dataloader

from .torch_watch import Round, Watch


def install(watch: Watch) -> None:
    """Patch `DataLoader` and its iterators."""
    _without_workers(watch)
    _within_budget(watch)


def _without_workers(watch: Watch) -> None:
    build = dataloader.DataLoader.__init__
    signature = inspect.signature(build)

    @functools.wraps(build)
    def init(loader: Any, *args: Any, **kwargs: Any) -> None:
        given = signature.bind(loader, *args, **kwargs)
        if given.arguments.get("num_workers", 0):
            watch.run.skipped(
                f"DataLoader(num_workers={given.arguments['num_workers']}): "
                "batches were made in the notebook's own process"
            )
            given.arguments["num_workers"] = 0
            # They mean nothing without workers, and some are errors then.
            for name in ("prefetch_factor", "persistent_workers", "multiprocessing_context"):
                given.arguments.pop(name, None)
            given.arguments.pop("timeout", None)
        build(*given.args, **given.kwargs)

    dataloader.DataLoader.__init__ = init


def _within_budget(watch: Watch) -> None:
    following = dataloader._BaseDataLoaderIter.__next__

    def advance(iterator: Any) -> Any:
        round = iterator.__dict__.setdefault("_grade_round", Round())
        over = False
        with watch.run.guard("watching a loader"):
            over = _over(watch, iterator, round)
        if over:
            watch.round = None
            raise StopIteration
        try:
            batch = following(iterator)
        except StopIteration:
            watch.round = None
            raise
        round.resumed = time.monotonic()
        watch.round = round
        return batch

    dataloader._BaseDataLoaderIter.__next__ = advance


def _over(watch: Watch, iterator: Any, round: Round) -> bool:
    """Whether the loop around an iterator is to end before its next batch.

    A loop that steps an optimiser ends once that model's budget is spent. A later epoch still
    gets the one batch that shows it to be a training, so that averages over it have something to
    divide by. Loops without a step are evaluations: they run to their end, within the cell's
    seconds for evaluation.
    """
    if round.trained:
        for model in round.trained:
            reason = watch.spent(model)
            if reason is not None and torch.is_grad_enabled():
                if _more(iterator):
                    model.stopped_because = reason
                return True
        return False
    if round.resumed:
        watch.eval_seconds += time.monotonic() - round.resumed
    limit = watch.run.budget.max_eval_seconds
    if limit is None or not round.resumed or watch.eval_seconds < limit:
        return False
    if _more(iterator):
        watch.run.skipped(f"evaluation beyond {limit:g} seconds in a cell")
    return True


def _more(iterator: Any) -> bool:
    try:
        return bool(iterator._num_yielded < len(iterator))
    except TypeError:
        # An iterable data set has no length.
        return True
