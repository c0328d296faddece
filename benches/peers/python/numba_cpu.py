"""The model in Numba on all cores: compiled scalar code, agents in chunks, finds and counts by thread."""

import numba
import numpy as np
from arrays import Share
from numba.extending import intrinsic
from scalar import PRESENT, build
from work import COUNTERS, serve

CHUNK = 8192


@intrinsic
def popcount(_context, word):
    """One machine instruction."""
    return numba.types.int64(numba.types.int64), lambda context, builder, signature, args: builder.ctpop(args[0])


is_due, research, spawn = build(numba.njit(inline="never", error_model="numpy"), popcount)


@numba.njit(parallel=True, error_model="numpy")
def advance(spawns, slots, p, kinds, nodes, node_rows, alias, topics, topic_kind, normal, boards, due, work, finds, count, lanes):
    for chunk in numba.prange((slots + CHUNK - 1) // CHUNK):
        thread = numba.get_thread_id()
        mine, counts, sums = finds[thread], count[thread], lanes[thread]
        own = np.empty(8, np.int64)
        for rank in range(chunk * CHUNK, min(slots, (chunk + 1) * CHUNK)):
            d, w = np.int64(due[rank]), np.int64(work[rank])
            if spawns:
                d, w = spawn(p, rank, d, w, counts, sums)
            if is_due(p, d) and w & PRESENT:
                d, w = research(
                    p, kinds, nodes, node_rows, alias, topics, topic_kind, normal, boards, rank, d, w, mine, own, counts, sums
                )
            if d != due[rank] or w != work[rank]:
                due[rank] = d
                work[rank] = w


class Engine:
    def __init__(self, work, threads):
        numba.set_num_threads(threads)
        self.work, self.share = work, Share(work)
        self.finds = np.zeros((threads, work.topics * work.boards + 16), np.int64)
        self.count = np.zeros((threads, COUNTERS + 36), np.int64)
        self.lanes = np.zeros((threads, 64), np.int64)

    def restore(self):
        self.state = self.work.state()
        self.sums = self.state["lanes"].astype(np.int64)
        self.alias = self.work.alias(0).astype(np.int64).reshape(-1)

    def tick(self, t):
        work, state = self.work, self.state
        if t > 0 and (alias := work.alias(t)) is not None:
            self.alias = alias.astype(np.int64).reshape(-1)
        for array in (self.finds, self.count, self.lanes):
            array[:] = 0
        advance(
            bool(work.tick(t, "spawn")[0]), work.slots(t), work.population(t), work.kind_ticks(t).reshape(-1),
            state["nodes"].astype(np.int64).reshape(-1), work.node_rows, self.alias, work.topics, work.topic_kind,
            work.normal, work.boards, state["due"], state["work"], self.finds, self.count, self.lanes,
        )  # fmt: skip
        self.sums += self.lanes.sum(axis=0)[:4]
        found = np.bitwise_or.reduce(self.finds, axis=0)[: work.topics * work.boards]
        outcome = self.share.tick(t, state, found.astype(np.uint32).reshape(work.topics, work.boards))
        return {"counters": self.count.sum(axis=0)[:COUNTERS], "lanes": self.sums, **outcome}


serve(Engine, "numba", f"Numba {numba.__version__}")
