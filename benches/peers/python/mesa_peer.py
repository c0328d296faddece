"""The model as users of Mesa write one: a `Model` with boards, an `Agent` whose `step` is a tick, `agents.do("step")`."""

import mesa
import numpy as np
from arrays import Share
from scalar import PRESENT, build
from work import *  # noqa: F403

is_due, research, spawn = build(lambda function: function, int.bit_count)


class Researcher(mesa.Agent):
    """A researcher, with the events of its ticks."""

    def __init__(self, model, rank, due, work):
        super().__init__(model)
        self.rank, self.due, self.work = rank, due, work

    def step(self):
        m = self.model
        if m.spawns:
            self.due, self.work = spawn(m.p, self.rank, self.due, self.work, m.count, m.lanes)
        if self.work & PRESENT and is_due(m.p, self.due):
            self.due, self.work = research(
                m.p, m.kinds, m.nodes, m.node_rows, m.alias, m.topics, m.topic_kind, m.normal, m.boards, self.rank,
                self.due, self.work, m.finds, [0] * 8, m.count, m.lanes,
            )  # fmt: skip


class Industry(mesa.Model):
    """Boards and tables as lists of numbers: faster for Python than arrays."""

    def __init__(self, work):
        super().__init__(rng=1)
        self.work, self.share, self.state = work, Share(work), work.state()
        self.node_rows, self.topics, self.boards = work.node_rows, work.topics, work.boards
        self.topic_kind, self.normal = work.topic_kind.tolist(), work.normal.tolist()
        self.sums = self.state["lanes"].astype(np.int64)
        self.take_tables(0)
        for rank, (due, word) in enumerate(zip(self.state["due"].tolist(), self.state["work"].tolist())):
            if word:
                Researcher(self, rank, due, word)

    def take_tables(self, t):
        if (alias := self.work.alias(t)) is not None:
            self.alias = alias.reshape(-1).tolist()

    def tick(self, t):
        work = self.work
        if t > 0:
            self.take_tables(t)
        if (work.parts["agents.0.work"] == 0).any() and work.tick(t, "spawn")[0]:
            raise NotImplementedError("empty slots")
        self.p, self.kinds = work.population(t).tolist(), work.kind_ticks(t).reshape(-1).tolist()
        self.spawns = bool(work.tick(t, "spawn")[0])
        self.nodes = self.state["nodes"].reshape(-1).tolist()
        self.finds = [0] * (self.topics * self.boards)
        self.count, self.lanes = [0] * COUNTERS, [0] * 4
        self.agents.do("step")
        self.sums += np.array([lane & 0xFFFFFFFF for lane in self.lanes])
        finds = np.array(self.finds, dtype=np.uint32).reshape(self.topics, self.boards)
        return {"counters": self.count, "lanes": self.sums, **self.share.tick(t, self.state, finds)}


class Engine:
    def __init__(self, work, _threads):
        self.work = work

    def restore(self):
        self.model = Industry(self.work)

    def tick(self, t):
        return self.model.tick(t)


if __name__ == "__main__":
    serve(Engine, "mesa", f"Mesa {mesa.__version__}")
