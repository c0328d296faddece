"""The file of work, and how a peer in Python answers for it (benches/peers/README.md)."""

import json
import sys
import time

import numpy as np

COUNTERS = 28
(
    EVENTS, CHOSEN, THINK_ASSIGNED, SCOOPED, EXPERIMENTS_STARTED, EXPERIMENT_ASSIGNED, EXPERIMENTS_FINISHED, SUCCESSES,
    THINK_TIME, EXPERIMENT_TIME, WAIT_TIME, STALL_THINK, STALL_EXPERIMENT, LEFT_TIME, STALLED, BUSY_THINKING,
    BUSY_EXPERIMENT, BUSY_WAITING, DELTA_THINKING, DELTA_EXPERIMENT, DELTA_WAITING, SPAWNED, RETIRED_THINKING,
    RETIRED_EXPERIMENT, RETIRED_WAITING, DEACTIVATED, FORGONE_THINK, FORGONE_EXPERIMENT,
) = range(COUNTERS)  # fmt: skip

# Words of a population's tick.
KEY, TRAITS_KEY, ACTIVE, KEEP, SPAWN_FROM = 0, 2, 6, 8, 10
THINK_START, THINK_LEN, EXPERIMENT_START, EXPERIMENT_LEN = 12, 13, 14, 15
TO_EXPERIMENT_MUL, TO_EXPERIMENT_SHIFT, TO_THINK_MUL, TO_THINK_SHIFT = 16, 17, 18, 19
STAGGER, EVENTS_MAX, BOARD_FIRST, BOARD_COUNT, WEIGHT_LOG2, READING = 20, 21, 22, 23, 24, 25
THINK_RESCALE, EXPERIMENT_RESCALE, SKILL_BASE, SKILL_SIGMA, BREADTH = 26, 27, 28, 29, 31
TASTE_THRESHOLDS, TASTE_NOISE = 32, 48
SIGNED = [THINK_RESCALE, EXPERIMENT_RESCALE, SKILL_BASE, SKILL_SIGMA, *range(TASTE_NOISE, 64)]
# Words of a kind's tick.
THINK_BASE, EXPERIMENT_BASE, ODDS_BASE, SCORE_BASE, WORK_SLOPE, ODDS_SLOPE, SCORE_SLOPE, IDEA_END = range(8)


class Work:
    """Sizes, tables and ticks. One population of plain agents: that is all the flagship mix has."""

    def __init__(self, path: str):
        self.parts = {}
        data = open(path, "rb").read()
        at = 0
        while at < len(data):
            name = data[at : at + 24].rstrip(b"\0").decode()
            words = int(np.frombuffer(data, "<u8", 1, at + 24)[0])
            self.parts[name] = np.frombuffer(data, "<u4", words, at + 32)
            at += 32 + 4 * words
        sizes = [int(size) for size in self.parts["sizes"]]
        if sizes[0] != 1:
            sys.exit(f"{path}: another format of work")
        (self.window_words, self.topics, self.kinds, self.populations, self.labs, self.boards, self.mails,
         self.edges, self.classes, self.ticks) = sizes[1:]  # fmt: skip
        self.node_rows = self.boards + self.labs + 1
        self.topic_kind = self.parts["topic_kind"].astype(np.int64)
        self.normal = self.parts["normal"].view(np.int32).astype(np.int64)
        plain = self.window_words == 1 and self.populations == 1
        for t in range(self.ticks):
            p = self.population(t)
            plain &= p[WEIGHT_LOG2] == 0 and p[READING] == 0
        if not plain:
            sys.exit("this peer runs one population of weight 1, windows of one word, all news read")

    def tick(self, t: int, name: str) -> np.ndarray:
        """A part of tick t, as words."""
        return self.parts[f"{t}.{name}"]

    def population(self, t: int) -> np.ndarray:
        """What the population is told, as 64 numbers."""
        words = self.tick(t, "populations")[:64]
        numbers = words.astype(np.int64)
        numbers[SIGNED] = words.view(np.int32)[SIGNED]
        return numbers

    def kind_ticks(self, t: int) -> np.ndarray:
        """What the population is told of kinds, `[kind][field]`."""
        return self.tick(t, "kinds").view(np.int32).astype(np.int64).reshape(self.kinds, 8)

    def slots(self, t: int) -> int:
        """Ranks to visit."""
        return int(self.tick(t, "slots").view("<u8")[0])

    def alias(self, t: int) -> np.ndarray | None:
        """New alias tables, `[board * topics + column][threshold, other]`."""
        words = self.parts.get(f"{t}.alias")
        return None if words is None else words.reshape(-1, 2)

    def state(self) -> dict[str, np.ndarray]:
        """Fresh copies of everything at the start."""
        names = {"due": "agents.0.due", "work": "agents.0.work", "lanes": "agents.0.lanes"}
        state = {name: self.parts[part].copy() for name, part in names.items()}
        for name, rows in [("nodes", self.node_rows), ("older", self.boards), ("mail_store", self.mails)]:
            state[name] = self.parts[name].reshape(self.topics, rows, 2).copy()
        return state

    def compare(self, t: int, outcome: dict) -> str:
        """`bits`, or what differs first. Counters may be signed: sums wrap in 64 bits."""
        for name, kind in [("counters", "<u8"), ("lanes", "<u4"), ("nodes", "<u4"), ("gains", "<u8"), ("node_lanes", "<u4")]:
            expected = self.tick(t, f"expected.{name}").view(kind)
            width = 64 if kind == "<u8" else 32
            found = np.array([int(x) % (1 << width) for x in np.asarray(outcome[name]).reshape(-1)], dtype=kind)
            for i in np.nonzero(expected != found)[0]:
                return f"tick {t}, {name} {i}: {expected[i]} expected, {found[i]} found"
        return "bits"


def serve(make, peer: str, version: str) -> None:
    """Answers each line of standard input. `make(work, threads)` has `restore()` and `tick(t)`, which gives counts."""
    work, threads = Work(sys.argv[1]), int(sys.argv[2])
    engine = make(work, threads)
    agents = int(np.count_nonzero(work.parts["agents.0.work"]))
    for _ in sys.stdin:
        engine.restore()
        agrees, seconds, events = "bits", [], []
        for t in range(work.ticks):
            start = time.perf_counter()
            outcome = engine.tick(t)
            seconds.append(time.perf_counter() - start)
            events.append(int(outcome["counters"][EVENTS]))
            if agrees == "bits":
                agrees = work.compare(t, outcome)
        answer = {"peer": peer, "version": version, "threads": threads, "agents": agents}
        print(json.dumps({**answer, "events": events, "seconds": seconds, "agrees": agrees}), flush=True)
