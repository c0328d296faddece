"""The model in JAX: `lax.while_loop` over events of all agents under masks, in a shape that shrinks as they finish."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from arrays import Share
from jax import lax
from work import *  # noqa: F403

jax.config.update("jax_enable_x64", True)

U, I = jnp.uint32, jnp.int32
CLOCK_MASK, HIGH, OUTCOME, TOPIC_MASK = 0x7FFFFFFF, 0x80000000, 0x40000000, 0xFFFFF
WAITING = HIGH | TOPIC_MASK
CANDIDATE, THINK, EXPERIMENT = 0, 16, 17
SMALLEST = 1024


def u(x):
    return jnp.asarray(x, dtype=U)


def rotate(x, r):
    return (x << r) | (x >> (32 - r))


def threefry(key, x, y):
    k = [key[0], key[1], u(0x1BD11BDA) ^ key[0] ^ key[1]]
    x, y = x + k[0], y + k[1]
    for group, rotations in enumerate([(13, 15, 26, 6), (17, 29, 16, 24), (13, 15, 26, 6), (17,)]):
        for r in rotations:
            x = x + y
            y = rotate(y, u(r)) ^ x
        if group < 3:
            x = x + k[(group + 1) % 3]
            y = y + k[(group + 2) % 3] + u(group + 1)
    return x, y


def pcg4d(x, y, z, w):
    x, y, z, w = (word * u(1664525) + u(1013904223) for word in (x, y, z, w))
    for turn in range(2):
        x = x + y * w
        y = y + z * x
        z = z + x * y
        w = w + y * z
        if turn == 0:
            x, y, z, w = (word ^ (word >> 16) for word in (x, y, z, w))
    return x, y, z, w


def agents_hash(p, rank, due, work, mask):
    words = pcg4d(rank ^ u(p[TRAITS_KEY]), jnp.broadcast_to(u(p[TRAITS_KEY + 1]), rank.shape), due, work)
    return jnp.stack([jnp.sum(jnp.where(mask, word, 0), dtype=jnp.int64) for word in words])


def mul_hi(a, b):
    return ((a.astype(jnp.uint64) * b.astype(jnp.uint64)) >> 32).astype(U)


def mul_shift(a, factor, shift):
    return ((a.astype(jnp.uint64) * factor.astype(jnp.uint64)) >> shift.astype(jnp.uint64)).astype(U)


def mantissa(frac):
    s = 3382 + ((901 * frac + 32768) >> 16)
    s = 15839 + ((s * frac + 32768) >> 16)
    s = 45414 + ((s * frac + 32768) >> 16)
    return 65536 + ((s * frac + 32768) >> 16)


def duration(log2, draw):
    e = log2 >> 16
    m = mantissa(u(log2 & 0xFFFF))
    # XLA's shifts by the width or more give 0.
    shifted = m << u(jnp.maximum(e - 16, 0))
    k = u(jnp.clip(16 - e, 0, 32))
    rounded = (m + (draw >> (32 - k))) >> k
    units = jnp.where(e >= 32, u(0xFFFFFFFF), jnp.where(e >= 16, shifted, jnp.where(e > -16, rounded, u(0))))
    return jnp.clip(units, 1, (1 << 30) - 1)


def chance(log2, draw):
    k = u(jnp.clip(-1 - (log2 >> 16), 0, 32))
    return (log2 >= 0) | (draw < ((mantissa(u(log2 & 0xFFFF)) << 15) >> k))


def ones(word):
    return lax.population_count(word)


def nth_bit(word, n):
    position = jnp.zeros_like(word)
    for half in (16, 8, 4, 2, 1):
        below = ones(word & u((1 << half) - 1))
        up = n >= below
        n = jnp.where(up, n - below, n)
        word = jnp.where(up, word >> half, word)
        position = position + jnp.where(up, u(half), u(0))
    return position


def draw(p, agents, event, purpose):
    return threefry((u(p[KEY]), u(p[KEY + 1])), agents["rank"], (u(event) << 12) | u(purpose))


@jax.jit
def begin(p, normal, due, work, lanes):
    """Who is due, with traits."""
    experiment = due & HIGH != 0
    offset = (due - jnp.where(experiment, u(p[EXPERIMENT_START]), u(p[THINK_START]))) & CLOCK_MASK
    busy = (offset < jnp.where(experiment, u(p[EXPERIMENT_LEN]), u(p[THINK_LEN]))) & (work & HIGH != 0)
    waiting = ~experiment & (work & TOPIC_MASK == TOPIC_MASK)
    rank = jnp.arange(len(due), dtype=U)
    lanes = lanes - agents_hash(p, rank, due, work, busy)
    t0, t1 = threefry((u(p[TRAITS_KEY]), u(p[TRAITS_KEY + 1])), rank, u(0))
    skill = p[SKILL_BASE].astype(I) + ((p[SKILL_SIGMA].astype(I) * normal[t0 >> 22]) >> 8)
    board = u(p[BOARD_FIRST]) + mul_hi(t0 << 10, u(p[BOARD_COUNT]))
    taste = sum((t1 < u(p[TASTE_THRESHOLDS + i])).astype(U) for i in range(16))
    phases = jnp.stack([jnp.sum(busy & m, dtype=jnp.int64) for m in (~experiment & ~waiting, experiment, waiting)])
    wait = jnp.sum(jnp.where(busy & waiting, offset, 0), dtype=jnp.int64)
    agents = {"rank": rank, "due": due, "work": work, "offset": offset, "skill": skill, "board": board, "taste": taste}
    return agents, busy & (taste == 0), busy & (taste > 0), phases, wait, lanes


@functools.partial(jax.jit, static_argnames="size")
def select(agents, mask, size):
    """The agents of a mask in a shape of `size`; those too many stand for nobody."""
    (at,) = jnp.nonzero(mask, size=size, fill_value=len(mask))
    return {name: field.at[..., at].get(mode="fill", fill_value=0) for name, field in agents.items()}, at < len(mask)


@functools.partial(jax.jit, static_argnames="most")
def run(world, agents, live, event, flags, most):
    """Events until three quarters of the shape are done; tournaments have at most `most` + 1 entries."""
    p, kinds, nodes = world["p"], world["kinds"], world["nodes"]
    size = len(live)
    add = lambda mask, amount: jnp.sum(jnp.where(mask, amount, 0), dtype=jnp.int64)

    def read(topic, board):
        cell = nodes[topic * world["rows"] + board]
        return cell[:, 0], cell[:, 1]

    def step(loop):
        agents, live, event, flags, count = loop
        a = dict(agents)
        experiment = a["due"] & HIGH != 0
        topic, idea = a["work"] & TOPIC_MASK, (a["work"] >> 20) & 0x3FF
        waiting = ~experiment & (topic == TOPIC_MASK)
        ends = live & ~waiting
        ended, thought = ends & experiment, ends & ~experiment
        spent = a["offset"] - a["began"]
        base, window = read(topic, a["board"])
        at = idea - base
        # Thinking ends.
        known = (idea < base) | ((window >> at) & 1 != 0)
        starts, scooped = thought & ~known, thought & known
        kind = kinds[world["topic_kind"][topic]]
        u0, u1 = draw(p, a, event, EXPERIMENT)
        i = idea.astype(I)
        units = duration(kind[:, EXPERIMENT_BASE] + kind[:, WORK_SLOPE] * i, u1)
        success = chance(kind[:, ODDS_BASE] + a["skill"] - kind[:, ODDS_SLOPE] * i, u0)
        began = mul_shift(a["offset"], u(p[TO_EXPERIMENT_MUL]), u(p[TO_EXPERIMENT_SHIFT]))
        # Experiments end.
        found = ended & (a["work"] & OUTCOME != 0)
        place = jnp.where(found & (at < 32), (topic * world["boards"] + a["board"]) * 32 + at, len(flags))
        flags = flags.at[place].set(True, mode="drop")
        turn = jnp.arange(8, dtype=U)[:, None] == a["made"] % 8
        a["own"] = jnp.where(turn & found, idea << 20 | topic, a["own"])
        a["made"] = a["made"] + found
        back = mul_shift(a["offset"], u(p[TO_THINK_MUL]), u(p[TO_THINK_SHIFT]))
        # Those without an idea choose.
        chooses = live & ~starts
        clock = jnp.where(ended, back, a["offset"])
        best = None
        for c in range(most + 1):
            d0, d1 = draw(p, a, event, CANDIDATE + c)
            wide = d0.astype(jnp.uint64) * world["topics"].astype(jnp.uint64)
            column = (wide >> 32).astype(U)
            entry = world["alias"][a["board"] * world["topics"] + column]
            keeps = wide.astype(U) < entry[:, 0]
            t = jnp.where(keeps, column, entry[:, 1] & TOPIC_MASK)
            k = jnp.where(keeps, entry[:, 1] >> 20, entry[:, 1] >> 24) & 15
            b, w = read(t, a["board"])
            room = jnp.clip(kinds[k, IDEA_END] - b.astype(I), 0, 32)
            free = ~w & ~(u(0xFFFFFFFF) << u(room))
            cut = ones(free) > u(p[BREADTH])
            free = jnp.where(cut, free & ((u(1) << nth_bit(free, u(p[BREADTH]))) - 1), free)
            bits = jnp.where(a["own"] & TOPIC_MASK == t, u(1) << ((a["own"] >> 20) - b), 0)
            free = free & ~lax.reduce(bits, u(0), lax.bitwise_or, (0,))
            first = b + ones((free & -free) - 1)
            noise = (p[TASTE_NOISE + a["taste"]].astype(I) * world["normal"][d1 >> 22]) >> 8
            score = kinds[k, SCORE_BASE] + kinds[k, SCORE_SLOPE] * first.astype(I) + noise
            rank = score.astype(jnp.int64) << 22 | (d1 & 0x3FFFFF)
            rank = jnp.where((free != 0) & (c <= a["taste"]), rank, jnp.iinfo(jnp.int64).max)
            if best is None:
                best = (rank, t, k, b, free)
            else:
                better = rank < best[0]
                best = tuple(jnp.where(better, new, old) for new, old in zip((rank, t, k, b, free), best))
        rank, t, k, b, free = best
        some = chooses & (rank != jnp.iinfo(jnp.int64).max)
        d0, d1 = draw(p, a, event, THINK)
        idea = b + nth_bit(free, mul_hi(d0, ones(free)))
        think = duration(kinds[k, THINK_BASE] + kinds[k, WORK_SLOPE] * idea.astype(I) - a["skill"], d1)
        idle = chooses & ~some
        after = clock + think
        a["work"] = jnp.where(
            some, HIGH | idea << 20 | t, jnp.where(idle, WAITING, a["work"] | jnp.where(starts & success, u(OUTCOME), 0))
        )
        a["due"] = jnp.where(starts, u(HIGH), jnp.where(chooses, 0, a["due"]))
        a["began"] = jnp.where(starts, began, jnp.where(chooses, clock, a["began"]))
        a["offset"] = jnp.where(
            starts, began + units, jnp.where(some, after, jnp.where(idle, u(p[THINK_LEN]), a["offset"]))
        )
        length = jnp.where(starts, u(p[EXPERIMENT_LEN]), u(p[THINK_LEN]))
        stays = live & (a["offset"] < length)
        rest = length - a["began"]
        count = count + jnp.stack([
            add(ends, 1), add(some, 1), add(some, think), add(scooped, 1), add(starts, 1), add(starts, units),
            add(ended, 1), add(found, 1),
            add(thought, spent) + add(some & ~stays, rest), add(ended, spent) + add(starts & ~stays, rest), add(idle, rest),
        ])  # fmt: skip
        return a, stays, event + 1, flags, count

    def many(loop):
        live = jnp.sum(loop[1])
        return (live > size // 4) | ((size <= SMALLEST) & (live > 0))

    return lax.while_loop(many, step, (agents, live, event, flags, jnp.zeros(11, dtype=jnp.int64)))


@functools.partial(jax.jit, donate_argnums=(1, 2))
def store(p, due, work, agents, valid, lanes):
    """Writes agents whose tick is over, and those that will write again."""
    start = jnp.where(agents["due"] & HIGH != 0, u(p[EXPERIMENT_START]), u(p[THINK_START]))
    new = (agents["due"] & HIGH) | ((start + agents["offset"]) & CLOCK_MASK)
    at = jnp.where(valid, agents["rank"], len(due))
    lanes = lanes + agents_hash(p, agents["rank"], new, agents["work"], valid)
    words = agents["work"]
    waiting, experiment = words & TOPIC_MASK == TOPIC_MASK, new & HIGH != 0
    phases = jnp.stack([jnp.sum(valid & m, dtype=jnp.int64) for m in (~experiment & ~waiting, experiment, waiting & ~experiment)])
    return due.at[at].set(new, mode="drop"), work.at[at].set(words, mode="drop"), lanes, phases


@jax.jit
def rescale(p, due, work, lanes):
    """Stage `spawn` where nobody comes or goes."""
    experiment = due & HIGH != 0
    clock = jnp.where(experiment, u(p[EXPERIMENT_START]), u(p[THINK_START]))
    by = jnp.where(experiment, p[EXPERIMENT_RESCALE], p[THINK_RESCALE])
    left = ((due - clock) & CLOCK_MASK).astype(jnp.int64)
    down = jnp.clip(by, 0, 31)
    left = jnp.where(by >= 0, (left + (1 << down) - 1) >> down, jnp.minimum(left << jnp.clip(-by, 0, 31), (1 << 30) - 1))
    new = (due & HIGH) | ((clock + left.astype(U)) & CLOCK_MASK)
    rank = jnp.arange(len(due), dtype=U)
    changed = new != due
    return new, lanes + agents_hash(p, rank, new, work, changed) - agents_hash(p, rank, due, work, changed)


def bucket(count):
    size = SMALLEST
    while size < count:
        size *= 2
    return size


class Engine:
    def __init__(self, work, _threads):
        self.work, self.share = work, Share(work)

    def restore(self):
        self.state = self.work.state()
        slots = self.work.slots(0)
        self.due, self.words = jnp.asarray(self.state["due"][:slots]), jnp.asarray(self.state["work"][:slots])
        self.lanes = jnp.asarray(self.state["lanes"].astype(np.int64))
        self.alias = jnp.asarray(self.work.alias(0))

    def tick(self, t):
        work = self.work
        if t > 0 and (alias := work.alias(t)) is not None:
            self.alias = jnp.asarray(alias)
        numbers = work.population(t)
        slots = work.slots(t)
        if numbers[ACTIVE] < slots or numbers[KEEP] < slots or slots != len(self.due):
            raise NotImplementedError("agents come or go")
        p = jnp.asarray(numbers)
        world = {
            "p": p, "kinds": jnp.asarray(work.kind_ticks(t).astype(np.int32)),
            "nodes": jnp.asarray(self.state["nodes"].reshape(-1, 2)), "rows": u(work.node_rows), "boards": u(work.boards),
            "topics": u(work.topics), "topic_kind": u(work.topic_kind), "alias": self.alias,
            "normal": jnp.asarray(work.normal.astype(np.int32)),
        }  # fmt: skip
        if work.tick(t, "spawn")[0]:
            self.due, self.lanes = rescale(p, self.due, self.words, self.lanes)
        agents, plain, choosy, phases, wait, self.lanes = begin(p, world["normal"], self.due, self.words, self.lanes)
        count = np.zeros(COUNTERS, dtype=np.int64)
        count[BUSY_THINKING : BUSY_WAITING + 1] += phases
        count[DELTA_THINKING : DELTA_WAITING + 1] -= phases
        count[WAIT_TIME] += wait
        flags = jnp.zeros(work.topics * work.boards * 32, dtype=bool)
        most = int(np.count_nonzero(numbers[TASTE_THRESHOLDS : TASTE_THRESHOLDS + 16]))
        for mask, taste in ((plain, 0), (choosy, most)):
            flags = self.events(world, agents, mask, taste, flags, count, numbers[EVENTS_MAX])
        bits = (np.asarray(flags).reshape(work.topics, work.boards, 32) << np.arange(32, dtype=np.uint32)).sum(
            axis=2, dtype=np.uint32
        )
        outcome = self.share.tick(t, self.state, bits)
        return {"counters": count, "lanes": np.asarray(self.lanes), **outcome}

    def events(self, world, everybody, mask, most, flags, count, events_max):
        """All events of the agents of a mask."""
        p, event, left = world["p"], 0, int(jnp.sum(mask))
        agents, live = select(everybody, mask, bucket(left))
        size = len(live)
        agents |= {"began": jnp.zeros(size, U), "made": jnp.zeros(size, U), "own": jnp.full((8, size), 0xFFFFFFFF, U)}
        while left:
            before = live
            agents, live, event, flags, sums = run(world, agents, live, u(event), flags, most)
            if event > events_max:
                raise NotImplementedError("agents that stall")
            count[: WAIT_TIME + 1] += np.asarray(sums)
            self.due, self.words, self.lanes, phases = store(
                p, self.due, self.words, agents, before & ~live, self.lanes
            )
            count[DELTA_THINKING : DELTA_WAITING + 1] += np.asarray(phases)
            left = int(jnp.sum(live))
            agents, live = select(agents, live, bucket(left))
        return flags


if __name__ == "__main__":
    serve(Engine, "jax", f"JAX {jax.__version__}")
