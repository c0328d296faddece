"""The model in mesa-frames: agents as rows of a Polars frame, stepped as a set.

Polars has no rotations of bits, so the arithmetic on its columns is NumPy's, as its users do where expressions end.
"""

import mesa_frames
import numpy as np
import numpy_peer
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF
from work import serve


class Researchers(AgentSetPolars):
    """All researchers."""

    def __init__(self, model, due, work):
        super().__init__(model)
        self += pl.DataFrame({"unique_id": np.arange(len(due)), "due": due, "work": work})

    def step(self):
        due, work = (self.agents[name].to_numpy(writable=True) for name in ("due", "work"))
        self.model.research(due, work)
        self["due"], self["work"] = pl.Series(due), pl.Series(work)


class Industry(ModelDF):
    """Boards and tables beside the agents."""

    def __init__(self, work):
        super().__init__(seed=1)
        self.engine = numpy_peer.Engine(work, 1)
        self.engine.restore()
        state = self.engine.state
        self.researchers = Researchers(self, state["due"], state["work"])
        self.agents += self.researchers

    def research(self, due, work):
        self.engine.state |= {"due": due, "work": work}
        self.outcome = self.engine.tick(self.t)

    def tick(self, t):
        self.t = t
        self.agents.step()
        return self.outcome


class Engine:
    def __init__(self, work, _threads):
        self.work = work

    def restore(self):
        self.model = Industry(self.work)

    def tick(self, t):
        return self.model.tick(t)


if __name__ == "__main__":
    serve(Engine, "mesa-frames", f"mesa-frames {mesa_frames.__version__}, Polars {pl.__version__}")
