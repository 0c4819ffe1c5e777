"""Processes beside the test's own: forked from one that has loaded the program, and does nothing else."""

import multiprocessing
from multiprocessing.context import ForkServerContext


def processes() -> ForkServerContext:
    """Return what makes them. They know nothing of the test but what they are given."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.soak.workers", "tests.world", "pytest"])
    return context
