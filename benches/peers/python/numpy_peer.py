"""The model in NumPy: all agents of a phase at once, event by event, over those still at work; in blocks that fit caches."""

import numpy as np
from arrays import Share, U, exp2_round, lanes_of, mantissa, pcg4d, shift_right, threefry
from work import *  # noqa: F403

CLOCK_MASK, HIGH, OUTCOME, TOPIC_MASK = U(0x7FFFFFFF), U(0x80000000), U(0x40000000), U(0xFFFFF)
WAITING = HIGH | TOPIC_MASK
CANDIDATE, THINK, EXPERIMENT = 0, 16, 17
BLOCK = 1 << 15


def mul_hi(a, b):
    return ((a.astype(np.uint64) * np.asarray(b).astype(np.uint64)) >> np.uint64(32)).astype(U)


def mul_shift(a, factor, shift):
    return ((a.astype(np.uint64) * np.uint64(factor)) >> np.uint64(shift)).astype(U)


def duration(log2, u):
    return np.clip(exp2_round(log2, u), 1, (1 << 30) - 1).astype(U)


def chance(log2, u):
    k = -1 - (log2 >> 16)
    threshold = (mantissa((log2 & 0xFFFF).astype(U)).astype(np.int64) << 15) >> np.clip(k, 0, 63)
    return (log2 >= 0) | (u < threshold)


def nth_bit(word, n):
    """Positions of set bits number n."""
    n = n.astype(np.int64)
    position = np.zeros(len(word), dtype=U)
    for half in (16, 8, 4, 2, 1):
        below = np.bitwise_count(word & U((1 << half) - 1))
        up = n >= below
        n = np.where(up, n - below, n)
        word = np.where(up, word >> U(half), word)
        position += up * U(half)
    return position


class Engine:
    def __init__(self, work, _threads):
        self.work, self.share = work, Share(work)

    def restore(self):
        self.state = self.work.state()
        self.sums = self.state["lanes"].astype(np.int64)
        self.alias = self.work.alias(0)

    def tick(self, t):
        work = self.work
        if t > 0 and (alias := work.alias(t)) is not None:
            self.alias = alias
        self.p, self.kinds = work.population(t), work.kind_ticks(t)
        self.count = np.zeros(COUNTERS, dtype=np.int64)
        self.finds = np.zeros((work.topics, work.boards), dtype=U)
        with np.errstate(over="ignore"):
            if work.tick(t, "spawn")[0]:
                self.spawn(work.slots(t))
            for start in range(0, work.slots(t), BLOCK):
                self.research(start, min(start + BLOCK, work.slots(t)))
            outcome = self.share.tick(t, self.state, self.finds)
        return {"counters": self.count, "lanes": self.sums, **outcome}

    def draw(self, agents, event, purpose):
        y = np.full(len(agents), event << 12 | purpose, dtype=U)
        return threefry(self.p[KEY : KEY + 2], self.rank[agents], y)

    def hash(self, rank, due, work):
        present = work & HIGH != 0
        salt = self.p[TRAITS_KEY : TRAITS_KEY + 2].astype(U)
        rank = rank[present]
        return lanes_of(pcg4d(rank ^ salt[0], np.full(len(rank), salt[1]), due[present], work[present]))

    def phases(self, due, work, by):
        """Counts agents by phase."""
        present, experiment = work & HIGH != 0, due & HIGH != 0
        waiting = present & ~experiment & (work & TOPIC_MASK == TOPIC_MASK)
        counts = [np.count_nonzero(present & ~experiment & ~waiting), np.count_nonzero(experiment), np.count_nonzero(waiting)]
        self.count[DELTA_THINKING : DELTA_WAITING + 1] += by * np.array(counts)
        return counts

    def spawn(self, slots):
        """Rescales clocks. The flagship mix starts and retires nobody after its first tick."""
        p = self.p
        due, work = self.state["due"][:slots], self.state["work"][:slots]
        if np.any(work == 0) or p[KEEP] < slots:
            raise NotImplementedError("agents come or go")
        experiment = due & HIGH != 0
        clock = np.where(experiment, p[EXPERIMENT_START], p[THINK_START]).astype(U)
        by = np.where(experiment, p[EXPERIMENT_RESCALE], p[THINK_RESCALE])
        left = ((due - clock) & CLOCK_MASK).astype(np.int64)
        down = np.clip(by, 0, 31)
        left = np.where(by >= 0, (left + (1 << down) - 1) >> down, np.minimum(left << np.clip(-by, 0, 31), (1 << 30) - 1))
        new = (due & HIGH) | ((clock + left.astype(U)) & CLOCK_MASK)
        changed = np.nonzero(new != due)[0]
        rank = changed.astype(U)
        self.sums += self.hash(rank, new[changed], work[changed]) - self.hash(rank, due[changed], work[changed])
        due[changed] = new[changed]

    def research(self, start, end):
        p, normal = self.p, self.work.normal
        if p[ACTIVE] < end:
            raise NotImplementedError("inactive agents")
        due, work = self.state["due"][start:end], self.state["work"][start:end]
        clocks = lambda due, a, b: np.where(due & HIGH != 0, U(p[a]), U(p[b]))
        offset = (due - clocks(due, EXPERIMENT_START, THINK_START)) & CLOCK_MASK
        busy = np.nonzero((offset < clocks(due, EXPERIMENT_LEN, THINK_LEN)) & (work & HIGH != 0))[0]
        self.rank = (start + busy).astype(U)
        self.due, self.word, self.offset = due[busy], work[busy], offset[busy]
        self.sums -= self.hash(self.rank, self.due, self.word)
        self.count[BUSY_THINKING : BUSY_WAITING + 1] += self.phases(self.due, self.word, -1)
        t0, t1 = threefry(p[TRAITS_KEY : TRAITS_KEY + 2], self.rank, np.zeros(len(busy), dtype=U))
        self.skill = p[SKILL_BASE] + ((p[SKILL_SIGMA] * normal[t0 >> U(22)]) >> 8)
        self.board = (p[BOARD_FIRST] + mul_hi(t0 << U(10), p[BOARD_COUNT])).astype(np.int64)
        thresholds = p[TASTE_THRESHOLDS : TASTE_THRESHOLDS + 16]
        self.taste = sum((t1 < threshold).astype(np.int8) for threshold in thresholds[thresholds > 0])
        self.began = np.zeros(len(busy), dtype=U)
        self.own = np.full((8, len(busy)), 0xFFFFFFFF, dtype=U)
        self.finds_made = np.zeros(len(busy), dtype=np.int8)

        experiment = self.due & HIGH != 0
        waiting = ~experiment & (self.word & TOPIC_MASK == TOPIC_MASK)
        thinking, experiments = np.nonzero(~experiment & ~waiting)[0], np.nonzero(experiment)[0]
        waiting = np.nonzero(waiting)[0]
        self.count[WAIT_TIME] += self.offset[waiting].sum(dtype=np.int64)
        event = 0
        while len(thinking) or len(experiments) or len(waiting):
            if event == p[EVENTS_MAX]:
                raise NotImplementedError("agents that stall")
            scooped, started = self.end_thinking(thinking, event)
            self.end_experiments(experiments)
            thinking = self.choose(np.concatenate([waiting, scooped, experiments]), event)
            experiments, waiting = started, waiting[:0]
            event += 1
        clock = clocks(self.due, EXPERIMENT_START, THINK_START)
        self.due = (self.due & HIGH) | ((clock + self.offset) & CLOCK_MASK)
        due[busy], work[busy] = self.due, self.word
        self.sums += self.hash(self.rank, self.due, self.word)
        self.phases(self.due, self.word, 1)

    def still_due(self, agents, length, time):
        """Those whose phase ends in the tick too; the time of the others is counted."""
        inside = self.offset[agents] < U(length)
        self.count[time] += (length - self.began[agents[~inside]].astype(np.int64)).sum()
        return agents[inside]

    def end_thinking(self, agents, event):
        """Gives those whose idea was known, and those whose experiment ends in the tick."""
        p, nodes, count = self.p, self.state["nodes"], self.count
        word, offset = self.word[agents], self.offset[agents]
        count[EVENTS] += len(agents)
        count[THINK_TIME] += (offset - self.began[agents]).sum(dtype=np.int64)
        topic, idea = (word & TOPIC_MASK).astype(np.int64), (word >> U(20)) & U(0x3FF)
        base, window = nodes[topic, self.board[agents]].T
        known = (idea < base) | (shift_right(window, idea - base) & U(1) != 0)
        count[SCOOPED] += np.count_nonzero(known)
        scooped, go = agents[known], np.nonzero(~known)[0]
        agents, idea, kind = agents[go], idea[go].astype(np.int64), self.kinds[self.work.topic_kind[topic[go]]]
        u0, u1 = self.draw(agents, event, EXPERIMENT)
        units = duration(kind[:, EXPERIMENT_BASE] + kind[:, WORK_SLOPE] * idea, u1)
        success = chance(kind[:, ODDS_BASE] + self.skill[agents] - kind[:, ODDS_SLOPE] * idea, u0)
        self.word[agents] |= success * OUTCOME
        self.due[agents] = HIGH
        began = mul_shift(offset[go], p[TO_EXPERIMENT_MUL], p[TO_EXPERIMENT_SHIFT])
        self.began[agents], self.offset[agents] = began, began + units
        count[EXPERIMENTS_STARTED] += len(agents)
        count[EXPERIMENT_ASSIGNED] += units.sum(dtype=np.int64)
        return scooped, self.still_due(agents, p[EXPERIMENT_LEN], EXPERIMENT_TIME)

    def end_experiments(self, agents):
        p, count = self.p, self.count
        word, offset = self.word[agents], self.offset[agents]
        count[[EVENTS, EXPERIMENTS_FINISHED]] += len(agents)
        count[EXPERIMENT_TIME] += (offset - self.began[agents]).sum(dtype=np.int64)
        found = word & OUTCOME != 0
        winners, word = agents[found], word[found] & ~(HIGH | OUTCOME)
        count[SUCCESSES] += len(winners)
        topic, board = (word & TOPIC_MASK).astype(np.int64), self.board[winners]
        at = (word >> U(20)) - self.state["nodes"][topic, board, 0]
        # One bit a word is known by its place: unite by setting flags, then packing them.
        flags = np.zeros((self.work.topics, self.work.boards, 32), dtype=bool)
        inside = at < 32
        flags[topic[inside], board[inside], at[inside]] = True
        self.finds |= (flags << np.arange(32, dtype=U)).sum(axis=2, dtype=U)
        self.own[self.finds_made[winners] % 8, winners] = word
        self.finds_made[winners] += 1
        self.offset[agents] = mul_shift(offset, p[TO_THINK_MUL], p[TO_THINK_SHIFT])

    def open_ideas(self, agents, topic, kind):
        base, window = self.state["nodes"][topic, self.board[agents]].T
        room = np.clip(self.kinds[kind, IDEA_END] - base, 0, 32)
        free = ~window & ((1 << room) - 1).astype(U)
        if (breadth := self.p[BREADTH]) < 32:
            cut = np.bitwise_count(free) > breadth
            lowest = (U(1) << nth_bit(free[cut], np.full(np.count_nonzero(cut), breadth))) - U(1)
            free[cut] &= lowest
        for own in self.own[: min(8, self.finds_made[agents].max(initial=0))]:
            own = own[agents]
            bit = U(1) << np.minimum((own >> U(20)) - base, U(31))
            same = (own & TOPIC_MASK == topic) & ((own >> U(20)) - base < 32)
            free &= ~np.where(same, bit, U(0))
        return base, free

    def choose(self, agents, event):
        """Gives those whose new thinking ends in the tick."""
        p, kinds, topics, n = self.p, self.kinds, self.work.topics, len(agents)
        self.due[agents] = 0
        self.began[agents] = self.offset[agents]
        best = np.full(n, np.iinfo(np.int64).max)
        topic, kind, base, open = np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, U), np.zeros(n, U)
        taste = self.taste[agents]
        for c in range(int(taste.max(initial=-1)) + 1):
            at = np.nonzero(taste >= c)[0]
            who = agents[at]
            u0, u1 = self.draw(who, event, CANDIDATE + c)
            wide = u0.astype(np.uint64) * np.uint64(topics)
            column = (wide >> np.uint64(32)).astype(np.int64)
            threshold, other = self.alias[self.board[who] * topics + column].T
            keeps = wide.astype(U) < threshold
            t = np.where(keeps, column, other & TOPIC_MASK)
            k = np.where(keeps, other >> U(20), other >> U(24)) & U(15)
            b, free = self.open_ideas(who, t, k)
            first = b + np.bitwise_count((free & -free) - U(1))
            noise = (p[TASTE_NOISE + taste[at]] * self.work.normal[u1 >> U(22)]) >> 8
            score = kinds[k, SCORE_BASE] + kinds[k, SCORE_SLOPE] * first + noise
            # Score, then tie, in one number.
            score = (score << 22) | (u1 & U(0x3FFFFF)).astype(np.int64)
            better = (free != 0) & (score < best[at])
            won = at[better]
            best[won], topic[won], kind[won], base[won], open[won] = (
                score[better], t[better], k[better], b[better], free[better],
            )  # fmt: skip
        idle = open == 0
        self.count[WAIT_TIME] += (p[THINK_LEN] - self.offset[agents[idle]].astype(np.int64)).sum()
        self.word[agents[idle]] = WAITING
        self.offset[agents[idle]] = p[THINK_LEN]
        some = ~idle
        agents, topic, kind, base, open = agents[some], topic[some], kind[some], base[some], open[some]
        u0, u1 = self.draw(agents, event, THINK)
        idea = (base + nth_bit(open, mul_hi(u0, np.bitwise_count(open)))).astype(np.int64)
        units = duration(kinds[kind, THINK_BASE] + kinds[kind, WORK_SLOPE] * idea - self.skill[agents], u1)
        self.word[agents] = HIGH | (idea << 20 | topic).astype(U)
        self.offset[agents] += units
        self.count[CHOSEN] += len(agents)
        self.count[THINK_ASSIGNED] += units.sum(dtype=np.int64)
        return self.still_due(agents, p[THINK_LEN], THINK_TIME)


if __name__ == "__main__":
    serve(Engine, "numpy", f"NumPy {np.__version__}")
