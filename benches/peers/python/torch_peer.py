"""The model in PyTorch: one compiled function for an event of many agents under masks, in a shape that shrinks as they finish.

PyTorch has no arithmetic on unsigned words: they are 64-bit integers masked to 32 bits.
"""

import numpy as np
import torch
from arrays import Share
from work import *  # noqa: F403

MASK, CLOCK_MASK, HIGH, OUTCOME, TOPIC_MASK = 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0x40000000, 0xFFFFF
WAITING = HIGH | TOPIC_MASK
CANDIDATE, THINK, EXPERIMENT = 0, 16, 17
SMALLEST = 1024
NEVER = torch.iinfo(torch.int64).max
I = torch.int64


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


def draw(p, rank, event, purpose):
    return threefry(p[KEY], p[KEY + 1], rank, (event << 12) | purpose)


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


def step(world, agents, own, live, event, most: int):
    """One event. Agents are rows of `agents`: rank, due, work, offset, began, skill, board, taste, finds made."""
    p, kinds, nodes, alias, normal, topic_kind, sizes = world
    rank, due, work, offset, began, skill, board, taste, made = agents.unbind(0)
    topics, rows, boards = sizes[0], sizes[1], sizes[2]
    kind_of = lambda kind, field: kinds[kind * 8 + field]
    experiment = due >= HIGH
    topic, idea = work & TOPIC_MASK, (work >> 20) & 0x3FF
    waiting = ~experiment & (topic == TOPIC_MASK)
    ends = live & ~waiting
    ended, thought = ends & experiment, ends & ~experiment
    spent = offset - began
    place = torch.where(ends, topic, 0)
    cell = 2 * (place * rows + board)
    base, window = nodes[cell], nodes[cell + 1]
    at = idea - base
    # Thinking ends.
    known = (at < 0) | ((at < 32) & ((window >> at.clamp(0, 31)) & 1 != 0))
    starts, scooped = thought & ~known, thought & known
    kind = topic_kind[place]
    u0, u1 = draw(p, rank, event, EXPERIMENT)
    units = duration(kind_of(kind, EXPERIMENT_BASE) + kind_of(kind, WORK_SLOPE) * idea, u1)
    success = chance(kind_of(kind, ODDS_BASE) + skill - kind_of(kind, ODDS_SLOPE) * idea, u0)
    experiment_began = ((offset * p[TO_EXPERIMENT_MUL]) >> p[TO_EXPERIMENT_SHIFT]) & MASK
    # Experiments end.
    found = ended & (work & OUTCOME != 0)
    flag = torch.where(found & (at >= 0) & (at < 32), (place * boards + board) * 32 + at, -1)
    turn = torch.arange(8)[:, None] == made % 8
    own = torch.where(turn & found, (idea << 20) | topic, own)
    made = made + found
    # Those without an idea choose.
    chooses = live & ~starts
    clock = torch.where(ended, ((offset * p[TO_THINK_MUL]) >> p[TO_THINK_SHIFT]) & MASK, offset)
    best = None
    for c in range(most + 1):
        d0, d1 = draw(p, rank, event, CANDIDATE + c)
        wide = d0 * topics
        column = wide >> 32
        entry = 2 * (board * topics + column)
        other = alias[entry + 1]
        keeps = (wide & MASK) < alias[entry]
        t = torch.where(keeps, column, other & TOPIC_MASK)
        k = torch.where(keeps, other >> 20, other >> 24) & 15
        cell = 2 * (t * rows + board)
        b, w = nodes[cell], nodes[cell + 1]
        room = (kind_of(k, IDEA_END) - b).clamp(0, 32)
        free = ~w & ((1 << room) - 1)
        cut = ones(free) > p[BREADTH]
        free = torch.where(cut, free & ((1 << nth_bit(free, p[BREADTH].expand_as(free))) - 1), free)
        for j in range(8):
            near = (own[j] >> 20) - b
            hit = (own[j] & TOPIC_MASK == t) & (near >= 0) & (near < 32)
            free = free & ~torch.where(hit, 1 << near.clamp(0, 31), 0)
        first = b + ones((free & -free) - 1)
        noise = (p[TASTE_NOISE + taste] * normal[d1 >> 22]) >> 8
        score = kind_of(k, SCORE_BASE) + kind_of(k, SCORE_SLOPE) * first + noise
        order = torch.where((free != 0) & (c <= taste), (score << 22) | (d1 & 0x3FFFFF), NEVER)
        if best is None:
            best = (order, t, k, b, free)
        else:
            better = order < best[0]
            best = tuple(torch.where(better, new, old) for new, old in zip((order, t, k, b, free), best))
    order, t, k, b, free = best
    some = chooses & (order != NEVER)
    d0, d1 = draw(p, rank, event, THINK)
    new_idea = b + nth_bit(free, (d0 * ones(free)) >> 32)
    think = duration(kind_of(k, THINK_BASE) + kind_of(k, WORK_SLOPE) * new_idea - skill, d1)
    idle = chooses & ~some
    kept = work | torch.where(starts & success, OUTCOME, 0)
    work = torch.where(some, HIGH | (new_idea << 20) | t, torch.where(idle, WAITING, kept))
    due = torch.where(starts, HIGH, torch.where(chooses, 0, due))
    began = torch.where(starts, experiment_began, torch.where(chooses, clock, began))
    later = torch.where(some, clock + think, torch.where(idle, p[THINK_LEN], offset))
    offset = torch.where(starts, experiment_began + units, later)
    length = torch.where(starts, p[EXPERIMENT_LEN], p[THINK_LEN])
    stays = live & (offset < length)
    rest = length - began
    add = lambda mask, amount: torch.where(mask, amount, 0).sum()
    count = torch.stack([
        ends.sum(), some.sum(), add(some, think), scooped.sum(), starts.sum(), add(starts, units), ended.sum(), found.sum(),
        add(thought, spent) + add(some & ~stays, rest), add(ended, spent) + add(starts & ~stays, rest), add(idle, rest),
    ])  # fmt: skip
    agents = torch.stack([rank, due, work, offset, began, skill, board, taste, made])
    return agents, own, stays, flag, count, stays.sum()


def finish(p, agents, over):
    """Words, hashes and phases of agents whose tick is over."""
    rank, due, work, offset = agents[0], agents[1], agents[2], agents[3]
    start = torch.where(due >= HIGH, p[EXPERIMENT_START], p[THINK_START])
    due = (due & HIGH) | ((start + offset) & CLOCK_MASK)
    experiment, waiting = due >= HIGH, work & TOPIC_MASK == TOPIC_MASK
    kinds = (~experiment & ~waiting, experiment, waiting & ~experiment)
    phases = torch.stack([(over & m).sum() for m in kinds])
    return due, agents_hash(p, rank, due, work, over), phases


begin, step, finish = (torch.compile(function, dynamic=False) for function in (begin, step, finish))
torch._dynamo.config.cache_size_limit = 128


def bucket(count):
    size = SMALLEST
    while size < count:
        size *= 2
    return size


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
        self.sizes = torch.tensor([work.topics, work.node_rows, work.boards])

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
        world = (p, kinds, nodes, self.alias, self.normal, self.topic_kind, self.sizes)
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
            rows = [torch.zeros(len(at), dtype=I) if field is None else field[at] for field in fields]
            self.events(world, torch.stack(rows), levels, count, numbers[EVENTS_MAX])
        flags = self.flags.numpy().reshape(work.topics, work.boards, 32)
        bits = (flags << np.arange(32, dtype=np.uint32)).sum(axis=2, dtype=np.uint32)
        outcome = self.share.tick(t, self.state, bits)
        return {"counters": count, "lanes": self.lanes.numpy(), **outcome}

    def pad(self, agents, own, live):
        """Rows to the next shape; those added stand for nobody."""
        missing = bucket(agents.shape[1]) - agents.shape[1]
        pad = torch.nn.functional.pad
        return pad(agents, (0, missing)), pad(own, (0, missing), value=MASK), pad(live, (0, missing))

    def events(self, world, agents, most, count, events_max):
        """All events of some agents."""
        left, event = agents.shape[1], 0
        own, live = torch.full((8, left), MASK), torch.ones(left, dtype=torch.bool)
        agents, own, live = self.pad(agents, own, live)
        while left:
            if event == events_max:
                raise NotImplementedError("agents that stall")
            before = live
            agents, own, live, flag, sums, left = step(world, agents, own, live, torch.tensor(event), most)
            self.flags[flag[flag >= 0]] = True
            count[: WAIT_TIME + 1] += sums.numpy()
            left, event = int(left), event + 1
            self.settle(world[0], agents, before & ~live, count)
            if left <= len(live) // 2 and len(live) > SMALLEST:
                at = live.nonzero()[:, 0]
                agents, own, live = self.pad(agents[:, at], own[:, at], live[at])

    def settle(self, p, agents, over, count):
        """Stores agents whose tick is over."""
        due, lanes, phases = finish(p, agents, over)
        at = over.nonzero()[:, 0]
        rank = agents[0, at]
        self.due[rank], self.words[rank] = due[at], agents[2, at]
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
