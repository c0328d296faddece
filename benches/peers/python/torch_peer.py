"""The model in PyTorch: compiled functions for the parts of an event, for all agents still at work under masks.

PyTorch has no arithmetic on unsigned words: they are 64-bit integers masked to 32 bits.
"""

import numpy as np
import torch
from arrays import Share
from work import *  # noqa: F403

MASK, CLOCK_MASK, HIGH, OUTCOME, TOPIC_MASK = 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0x40000000, 0xFFFFF
WAITING = HIGH | TOPIC_MASK
CANDIDATE, THINK, EXPERIMENT = 0, 16, 17
NEVER = torch.iinfo(torch.int64).max


def threefry(k0, k1, x, y):
    k = [k0, k1, 0x1BD11BDA ^ k0 ^ k1]
    x, y = (x + k[0]) & MASK, (y + k[1]) & MASK
    for group, rotations in enumerate([(13, 15, 26, 6), (17, 29, 16, 24), (13, 15, 26, 6), (17,)]):
        for r in rotations:
            x = (x + y) & MASK
            y = (((y << r) & MASK) | (y >> (32 - r))) ^ x
        if group < 3:
            x = (x + k[(group + 1) % 3]) & MASK
            y = (y + k[(group + 2) % 3] + (group + 1)) & MASK
    return x, y


def pcg4d(x, y, z, w):
    x, y, z, w = ((word * 1664525 + 1013904223) & MASK for word in (x, y, z, w))
    for turn in range(2):
        x = (x + y * w) & MASK
        y = (y + z * x) & MASK
        z = (z + x * y) & MASK
        w = (w + y * z) & MASK
        if turn == 0:
            x, y, z, w = (word ^ (word >> 16) for word in (x, y, z, w))
    return x, y, z, w


def agents_hash(p, rank, due, work, mask):
    words = pcg4d(rank ^ p[TRAITS_KEY], p[TRAITS_KEY + 1].expand_as(rank), due, work)
    return torch.stack([torch.where(mask, word, 0).sum() for word in words])


def mantissa(frac):
    s = 3382 + ((901 * frac + 32768) >> 16)
    s = 15839 + ((s * frac + 32768) >> 16)
    s = 45414 + ((s * frac + 32768) >> 16)
    return 65536 + ((s * frac + 32768) >> 16)


def duration(log2, draw):
    e = log2 >> 16
    m = mantissa(log2 & 0xFFFF)
    k = (16 - e).clamp(0, 32)
    rounded = (m + (draw >> (32 - k))) >> k
    units = torch.where(e >= 16, m << (e - 16).clamp(0, 16), torch.where(e > -16, rounded, 0))
    return units.clamp(1, (1 << 30) - 1)


def chance(log2, draw):
    k = (-1 - (log2 >> 16)).clamp(0, 40)
    return (log2 >= 0) | (draw < ((mantissa(log2 & 0xFFFF) << 15) >> k))


def ones(word):
    word = word - ((word >> 1) & 0x55555555)
    word = (word & 0x33333333) + ((word >> 2) & 0x33333333)
    word = (word + (word >> 4)) & 0x0F0F0F0F
    return ((word * 0x01010101) & MASK) >> 24


def nth_bit(word, n):
    position = torch.zeros_like(word)
    for half in (16, 8, 4, 2, 1):
        below = ones(word & ((1 << half) - 1))
        up = n >= below
        n = torch.where(up, n - below, n)
        word = torch.where(up, word >> half, word)
        position = position + torch.where(up, half, 0)
    return position


def begin(p, normal, due, work, rank, levels: int):
    """Who is due, with traits."""
    experiment = due >= HIGH
    offset = (due - torch.where(experiment, p[EXPERIMENT_START], p[THINK_START])) & CLOCK_MASK
    busy = (offset < torch.where(experiment, p[EXPERIMENT_LEN], p[THINK_LEN])) & (work >= HIGH)
    waiting = ~experiment & (work & TOPIC_MASK == TOPIC_MASK)
    lanes = agents_hash(p, rank, due, work, busy)
    t0, t1 = threefry(p[TRAITS_KEY], p[TRAITS_KEY + 1], rank, torch.zeros_like(rank))
    skill = p[SKILL_BASE] + ((p[SKILL_SIGMA] * normal[t0 >> 22]) >> 8)
    board = p[BOARD_FIRST] + ((((t0 << 10) & MASK) * p[BOARD_COUNT]) >> 32)
    taste = torch.zeros_like(rank)
    for i in range(levels):
        taste = taste + (t1 < p[TASTE_THRESHOLDS + i])
    phases = torch.stack([(busy & m).sum() for m in (~experiment & ~waiting, experiment, waiting)])
    wait = torch.where(busy & waiting, offset, 0).sum()
    return offset, skill, board, taste, busy & (taste == 0), busy & (taste > 0), phases, wait, lanes


def ending(p, kinds, nodes, topic_kind, topics, rows, boards, agents, own, live, u0, u1):
    """Thinking and experiments end; u is the draw of an experiment that starts."""
    due, work, offset, began, skill, board, made = (agents[i] for i in (1, 2, 3, 4, 5, 6, 8))
    experiment = due >= HIGH
    topic, idea = work & TOPIC_MASK, (work >> 20) & 0x3FF
    ends = live & (experiment | (topic != TOPIC_MASK))
    ended, thought = ends & experiment, ends & ~experiment
    spent = offset - began
    place = torch.where(ends, topic, 0)
    cell = 2 * (place * rows + board)
    at = idea - nodes[cell]
    known = (at < 0) | ((at < 32) & ((nodes[cell + 1] >> at.clamp(0, 31)) & 1 != 0))
    starts, scooped = thought & ~known, thought & known
    kind = 8 * topic_kind[place]
    units = duration(kinds[kind + EXPERIMENT_BASE] + kinds[kind + WORK_SLOPE] * idea, u1)
    success = chance(kinds[kind + ODDS_BASE] + skill - kinds[kind + ODDS_SLOPE] * idea, u0)
    found = ended & (work & OUTCOME != 0)
    flag = torch.where(found & (at >= 0) & (at < 32), (place * boards + board) * 32 + at, -1)
    own = torch.where((torch.arange(8)[:, None] == made % 8) & found, (idea << 20) | topic, own)
    began = torch.where(starts, ((offset * p[TO_EXPERIMENT_MUL]) >> p[TO_EXPERIMENT_SHIFT]) & MASK, offset)
    back = torch.where(ended, ((offset * p[TO_THINK_MUL]) >> p[TO_THINK_SHIFT]) & MASK, offset)
    clock = torch.where(starts, began + units, back)
    sums = [ends, scooped, starts, torch.where(starts, units, 0), ended, found, torch.where(thought, spent, 0),
            torch.where(ended, spent, 0)]  # fmt: skip
    counts = torch.stack([x.sum() for x in sums])
    return starts, work | torch.where(starts & success, OUTCOME, 0), began, clock, flag, own, made + found, counts


def candidate(p, kinds, nodes, alias, normal, topics, rows, board, taste, own, d0, d1, c: int):
    """An entry of the tournament: order (score, then tie), topic, kind, base, open ideas."""
    wide = d0 * topics
    column = wide >> 32
    entry = 2 * (board * topics + column)
    other = alias[entry + 1]
    keeps = (wide & MASK) < alias[entry]
    t = torch.where(keeps, column, other & TOPIC_MASK)
    k = torch.where(keeps, other >> 20, other >> 24) & 15
    cell = 2 * (t * rows + board)
    b = nodes[cell]
    free = ~nodes[cell + 1] & ((1 << (kinds[8 * k + IDEA_END] - b).clamp(0, 32)) - 1)
    for j in range(8):
        near = (own[j] >> 20) - b
        hit = (own[j] & TOPIC_MASK == t) & (near >= 0) & (near < 32)
        free = free & ~torch.where(hit, 1 << near.clamp(0, 31), 0)
    first = b + ones((free & -free) - 1)
    noise = (p[TASTE_NOISE + taste] * normal[d1 >> 22]) >> 8
    score = kinds[8 * k + SCORE_BASE] + kinds[8 * k + SCORE_SLOPE] * first + noise
    order = torch.where((free != 0) & (c <= taste), (score << 22) | (d1 & 0x3FFFFF), NEVER)
    return order, t, k, b, free


def better_of(one, two):
    first = one[0] <= two[0]
    return tuple(torch.where(first, a, b) for a, b in zip(one, two))


def choosing(p, kinds, agents, live, starts, work, began, clock, best, position, d1):
    """The idea at `position` is taken up, or the agent waits."""
    rank, due, _, offset, _, skill, board, taste, made = agents.unbind(0)
    order, t, k, b, free = best
    chooses = live & ~starts
    some, idle = chooses & (order != NEVER), chooses & (order == NEVER)
    idea = b + position
    think = duration(kinds[8 * k + THINK_BASE] + kinds[8 * k + WORK_SLOPE] * idea - skill, d1)
    work = torch.where(some, HIGH | (idea << 20) | t, torch.where(idle, WAITING, work))
    due = torch.where(starts, HIGH, torch.where(chooses, 0, due))
    began = torch.where(chooses, clock, began)
    end = torch.where(some, clock + think, torch.where(idle, p[THINK_LEN], torch.where(starts, clock, offset)))
    length = torch.where(starts, p[EXPERIMENT_LEN], p[THINK_LEN])
    stays = live & (end < length)
    rest = torch.where(stays, 0, length - began)
    sums = [some, torch.where(some, think, 0), torch.where(some, rest, 0), torch.where(starts, rest, 0),
            torch.where(idle, rest, 0), stays]  # fmt: skip
    counts = torch.stack([x.sum() for x in sums])
    return torch.stack([rank, due, work, end, began, skill, board, taste, made]), stays, counts


def step(world, agents, own, live, event, most):
    """One event. Agents are columns: rank, due, work, offset, began, skill, board, taste, finds made.

    Draws and searches for a bit are compiled apart: inside larger functions they take the compiler minutes."""
    p, kinds, nodes, alias, normal, topic_kind, topics, rows, boards = world
    rank, board, taste = agents[0], agents[6], agents[7]
    draw = lambda purpose: threefry(p[KEY], p[KEY + 1], rank, torch.full_like(rank, event << 12 | purpose))
    starts, work, began, clock, flag, own, made, ended = ending(
        p, kinds, nodes, topic_kind, topics, rows, boards, agents, own, live, *draw(EXPERIMENT)
    )
    agents[8] = made
    best = None
    for c in range(most + 1):
        entry = candidate(p, kinds, nodes, alias, normal, topics, rows, board, taste, own, *draw(CANDIDATE + c), c)
        best = entry if best is None else better_of(best, entry)
    d0, d1 = draw(THINK)
    position = nth_bit(best[4], (d0 * ones(best[4])) >> 32)
    agents, stays, chose = choosing(p, kinds, agents, live, starts, work, began, clock, best, position, d1)
    e, c = ended.tolist(), chose.tolist()
    count = [e[0], c[0], c[1], e[1], e[2], e[3], e[4], e[5], e[6] + c[2], e[7] + c[3], c[4]]
    return agents, own, stays, flag, count, c[5]


def finish(p, agents, over):
    """Words, hashes and phases of agents whose tick is over."""
    rank, due, work, offset = agents[0], agents[1], agents[2], agents[3]
    start = torch.where(due >= HIGH, p[EXPERIMENT_START], p[THINK_START])
    due = (due & HIGH) | ((start + offset) & CLOCK_MASK)
    experiment, waiting = due >= HIGH, work & TOPIC_MASK == TOPIC_MASK
    kinds = (~experiment & ~waiting, experiment, waiting & ~experiment)
    phases = torch.stack([(over & m).sum() for m in kinds])
    return due, agents_hash(p, rank, due, work, over), phases


compiled = lambda function: torch.compile(function, dynamic=True)
threefry, agents_hash, nth_bit, ending, candidate, better_of, choosing = map(
    compiled, (threefry, agents_hash, nth_bit, ending, candidate, better_of, choosing)
)


class Engine:
    def __init__(self, work, threads):
        torch.set_num_threads(threads)
        self.work, self.share = work, Share(work)
        self.tensor = lambda array: torch.from_numpy(np.ascontiguousarray(array, dtype=np.int64))

    def restore(self):
        work = self.work
        self.state = work.state()
        slots = work.slots(0)
        self.due, self.words = self.tensor(self.state["due"][:slots]), self.tensor(self.state["work"][:slots])
        self.rank = torch.arange(slots)
        self.lanes = self.tensor(self.state["lanes"])
        self.alias = self.tensor(work.alias(0).reshape(-1))
        self.normal, self.topic_kind = self.tensor(work.normal), self.tensor(work.topic_kind)

    def tick(self, t):
        with torch.inference_mode():
            return self.run_tick(t)

    def run_tick(self, t):
        work = self.work
        if t > 0 and (alias := work.alias(t)) is not None:
            self.alias = self.tensor(alias.reshape(-1))
        numbers, slots = work.population(t), work.slots(t)
        if numbers[ACTIVE] < slots or numbers[KEEP] < slots or slots != len(self.due):
            raise NotImplementedError("agents come or go")
        p = self.tensor(numbers)
        if work.tick(t, "spawn")[0]:
            self.rescale(p)
        nodes = self.tensor(self.state["nodes"].reshape(-1))
        kinds = self.tensor(work.kind_ticks(t).reshape(-1))
        if numbers[BREADTH] < 32:
            raise NotImplementedError("views narrower than the window")
        world = (p, kinds, nodes, self.alias, self.normal, self.topic_kind, work.topics, work.node_rows, work.boards)
        most = int(np.count_nonzero(numbers[TASTE_THRESHOLDS : TASTE_THRESHOLDS + 16]))
        offset, skill, board, taste, plain, choosy, phases, wait, lanes = begin(
            p, self.normal, self.due, self.words, self.rank, most
        )
        self.lanes -= lanes
        count = np.zeros(COUNTERS, dtype=np.int64)
        count[BUSY_THINKING : BUSY_WAITING + 1] += phases.numpy()
        count[DELTA_THINKING : DELTA_WAITING + 1] -= phases.numpy()
        count[WAIT_TIME] += int(wait)
        self.flags = torch.zeros(work.topics * work.boards * 32, dtype=torch.bool)
        fields = [self.rank, self.due, self.words, offset, None, skill, board, taste, None]
        for mask, levels in ((plain, 0), (choosy, most)):
            at = mask.nonzero()[:, 0]
            rows = [torch.zeros(len(at), dtype=torch.int64) if field is None else field[at] for field in fields]
            self.events(world, torch.stack(rows), levels, count, numbers[EVENTS_MAX])
        flags = self.flags.numpy().reshape(work.topics, work.boards, 32)
        bits = (flags << np.arange(32, dtype=np.uint32)).sum(axis=2, dtype=np.uint32)
        outcome = self.share.tick(t, self.state, bits)
        return {"counters": count, "lanes": self.lanes.numpy(), **outcome}

    def events(self, world, agents, most, count, events_max):
        """All events of some agents."""
        left, event = agents.shape[1], 0
        own, live = torch.full((8, left), MASK), torch.ones(left, dtype=torch.bool)
        while left:
            if event == events_max:
                raise NotImplementedError("agents that stall")
            before = live
            agents, own, live, flag, sums, left = step(world, agents, own, live, event, most)
            self.flags[flag[flag >= 0]] = True
            count[: WAIT_TIME + 1] += np.array(sums)
            self.settle(world[0], agents, before & ~live, count)
            event += 1
            if left < 0.75 * len(live):
                at = live.nonzero()[:, 0]
                agents, own, live = agents[:, at], own[:, at], live[at]

    def settle(self, p, agents, over, count):
        """Stores agents whose tick is over."""
        at = over.nonzero()[:, 0]
        agents = agents[:4, at]
        due, lanes, phases = finish(p, agents, torch.ones_like(at, dtype=torch.bool))
        self.due[agents[0]], self.words[agents[0]] = due, agents[2]
        self.lanes += lanes
        count[DELTA_THINKING : DELTA_WAITING + 1] += phases.numpy()

    def rescale(self, p):
        """Stage `spawn` where nobody comes or goes."""
        experiment = self.due >= HIGH
        clock = torch.where(experiment, p[EXPERIMENT_START], p[THINK_START])
        by = torch.where(experiment, p[EXPERIMENT_RESCALE], p[THINK_RESCALE])
        left, down = (self.due - clock) & CLOCK_MASK, by.clamp(0, 31)
        up = (left << (-by).clamp(0, 31)).clamp(max=(1 << 30) - 1)
        left = torch.where(by >= 0, (left + (1 << down) - 1) >> down, up)
        new = (self.due & HIGH) | ((clock + left) & CLOCK_MASK)
        changed = new != self.due
        self.lanes += agents_hash(p, self.rank, new, self.words, changed)
        self.lanes -= agents_hash(p, self.rank, self.due, self.words, changed)
        self.due = new


if __name__ == "__main__":
    serve(Engine, "torch", f"PyTorch {torch.__version__.split('+')[0]}")
