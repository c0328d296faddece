"""The model in Numba-CUDA: a thread an agent that is due, with the scalar text of the CPU's peer; `share` on the host.

With NUMBA_ENABLE_CUDASIM=1 it runs without a GPU, slowly: for small work.
"""

import numba
import numpy as np
from arrays import Share
from numba import cuda
from scalar import PRESENT, build
from work import *  # noqa: F403

BLOCK = 128

if cuda.is_available() and not numba.config.ENABLE_CUDASIM:
    popcount = cuda.popc
else:
    popcount = cuda.jit(device=True)(lambda word: int(word).bit_count())


@cuda.jit(device=True)
def unite(words, at, bits):
    # Most finds are repeats: looking first spares the atomic.
    if words[at] & bits != bits:
        cuda.atomic.or_(words, at, bits)


is_due, research, spawn = build(cuda.jit(device=True), popcount, unite)


@cuda.jit
def advance(spawns, slots, p, kinds, nodes, node_rows, alias, topics, topic_kind, normal, boards, due, work, finds, count, lanes):
    rank = cuda.grid(1)
    own = cuda.local.array(8, numba.int64)
    counts = cuda.local.array(28, numba.int64)
    sums = cuda.local.array(4, numba.int64)
    mine = cuda.shared.array(32, numba.int64)
    if cuda.threadIdx.x < 32:
        mine[cuda.threadIdx.x] = 0
    for i in range(28):
        counts[i] = 0
    for i in range(4):
        sums[i] = 0
    cuda.syncthreads()
    if rank < slots:
        d, w = numba.int64(due[rank]), numba.int64(work[rank])
        if spawns:
            d, w = spawn(p, rank, d, w, counts, sums)
        if is_due(p, d) and w & PRESENT:
            d, w = research(
                p, kinds, nodes, node_rows, alias, topics, topic_kind, normal, boards, rank, d, w, finds, own, counts, sums
            )
        due[rank] = d
        work[rank] = w
        for i in range(28):
            if counts[i] != 0:
                cuda.atomic.add(mine, i, counts[i])
        for i in range(4):
            cuda.atomic.add(mine, 28 + i, sums[i])
    cuda.syncthreads()
    if cuda.threadIdx.x < 28:
        cuda.atomic.add(count, cuda.threadIdx.x, mine[cuda.threadIdx.x])
    elif cuda.threadIdx.x < 32:
        cuda.atomic.add(lanes, cuda.threadIdx.x - 28, mine[cuda.threadIdx.x])


class Engine:
    """Agents and tables on the device; boards travel each tick, for `share` runs on the host."""

    def __init__(self, work, _threads):
        self.work, self.share = work, Share(work)
        self.topic_kind, self.normal = cuda.to_device(work.topic_kind), cuda.to_device(work.normal)

    def restore(self):
        self.state = self.work.state()
        self.sums = self.state["lanes"].astype(np.int64)
        self.due, self.words = cuda.to_device(self.state["due"]), cuda.to_device(self.state["work"])
        self.take_tables(0)

    def take_tables(self, t):
        if (alias := self.work.alias(t)) is not None:
            self.alias = cuda.to_device(alias.astype(np.int64).reshape(-1))

    def tick(self, t):
        work = self.work
        if t > 0:
            self.take_tables(t)
        finds = cuda.to_device(np.zeros(work.topics * work.boards, np.int64))
        count, lanes = cuda.to_device(np.zeros(COUNTERS, np.int64)), cuda.to_device(np.zeros(4, np.int64))
        slots = work.slots(t)
        advance[(slots + BLOCK - 1) // BLOCK, BLOCK](
            bool(work.tick(t, "spawn")[0]), slots, cuda.to_device(work.population(t)),
            cuda.to_device(work.kind_ticks(t).reshape(-1)),
            cuda.to_device(self.state["nodes"].astype(np.int64).reshape(-1)), work.node_rows, self.alias, work.topics,
            self.topic_kind, self.normal, work.boards, self.due, self.words, finds, count, lanes,
        )  # fmt: skip
        self.sums += lanes.copy_to_host()
        found = finds.copy_to_host().astype(np.uint32).reshape(work.topics, work.boards)
        return {"counters": count.copy_to_host(), "lanes": self.sums, **self.share.tick(t, self.state, found)}


if __name__ == "__main__":
    serve(Engine, "numba-cuda", f"Numba {numba.__version__}")
