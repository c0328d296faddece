"""The model agent by agent, in integers: docs/model.md, part 3, for plain agents.

The same text is plain Python (Mesa), and Numba's on the CPU and on CUDA: every value fits 64 bits or is masked to 32.
"""

from work import *  # noqa: F403  (names of counters and of words)

MASK = 0xFFFFFFFF
CLOCK_MASK = 0x7FFFFFFF
ON_EXPERIMENT = 0x80000000
PRESENT = 0x80000000
OUTCOME = 0x40000000
TOPIC_MASK = 0xFFFFF
WAITING = PRESENT | TOPIC_MASK
UNITS_MAX = (1 << 30) - 1
CANDIDATE, THINK, EXPERIMENT, SPAWN, SPAWN_EVENT = 0, 16, 17, 18, 4095


def build(jit, popcount, unite=None):
    """The functions of the model, each passed through `jit`. `unite` sets bits in an entry, where threads share them."""

    if unite is None:

        @jit
        def unite(words, at, bits):
            words[at] |= bits

    @jit
    def mix(x, y, r):
        x = (x + y) & MASK
        return x, (((y << r) & MASK) | (y >> (32 - r))) ^ x

    @jit
    def threefry(k0, k1, x, y):
        k2 = 0x1BD11BDA ^ k0 ^ k1
        x, y = mix((x + k0) & MASK, (y + k1) & MASK, 13)
        x, y = mix(x, y, 15)
        x, y = mix(x, y, 26)
        x, y = mix(x, y, 6)
        x, y = mix((x + k1) & MASK, (y + k2 + 1) & MASK, 17)
        x, y = mix(x, y, 29)
        x, y = mix(x, y, 16)
        x, y = mix(x, y, 24)
        x, y = mix((x + k2) & MASK, (y + k0 + 2) & MASK, 13)
        x, y = mix(x, y, 15)
        x, y = mix(x, y, 26)
        x, y = mix(x, y, 6)
        return mix((x + k0) & MASK, (y + k1 + 3) & MASK, 17)

    @jit
    def draw(p, rank, event, purpose):
        return threefry(p[KEY], p[KEY + 1], rank & MASK, (((rank >> 32) << 24) | (event << 12) | purpose) & MASK)

    @jit
    def pcg4d(x, y, z, w):
        x = (x * 1664525 + 1013904223) & MASK
        y = (y * 1664525 + 1013904223) & MASK
        z = (z * 1664525 + 1013904223) & MASK
        w = (w * 1664525 + 1013904223) & MASK
        x = (x + y * w) & MASK
        y = (y + z * x) & MASK
        z = (z + x * y) & MASK
        w = (w + y * z) & MASK
        x ^= x >> 16
        y ^= y >> 16
        z ^= z >> 16
        w ^= w >> 16
        x = (x + y * w) & MASK
        y = (y + z * x) & MASK
        z = (z + x * y) & MASK
        w = (w + y * z) & MASK
        return x, y, z, w

    @jit
    def add_hash(lanes, sign, p, rank, due, work):
        if work & PRESENT == 0:
            return
        x, y, z, w = pcg4d((rank & MASK) ^ p[TRAITS_KEY], (rank >> 32) ^ p[TRAITS_KEY + 1], due, work)
        lanes[0] += sign * x
        lanes[1] += sign * y
        lanes[2] += sign * z
        lanes[3] += sign * w

    @jit
    def mantissa(frac):
        s = 3382 + ((901 * frac + 32768) >> 16)
        s = 15839 + ((s * frac + 32768) >> 16)
        s = 45414 + ((s * frac + 32768) >> 16)
        return 65536 + ((s * frac + 32768) >> 16)

    @jit
    def exp2_round(log2, u):
        e = log2 >> 16
        m = mantissa(log2 & 0xFFFF)
        if e >= 32:
            return MASK
        if e >= 16:
            return (m << (e - 16)) & MASK
        if e <= -16:
            return 0
        k = 16 - e
        return (m + (u >> (32 - k))) >> k

    @jit
    def duration(log2, u):
        return min(max(exp2_round(log2, u), 1), UNITS_MAX)

    @jit
    def chance(log2, u):
        if log2 >= 0:
            return True
        k = -1 - (log2 >> 16)
        return k <= 31 and u < ((mantissa(log2 & 0xFFFF) << 15) >> k)

    @jit
    def nth_bit(word, n):
        position = 0
        half = 16
        while half:
            below = popcount(word & ((1 << half) - 1))
            if n >= below:
                n -= below
                word >>= half
                position += half
            half >>= 1
        return position

    @jit
    def open_ideas(base, window, breadth, end):
        room = min(max(end - base, 0), 32)
        free = ~window & ((1 << room) - 1)
        if popcount(free) > breadth:
            free &= (1 << nth_bit(free, breadth)) - 1
        return free

    @jit
    def choose(p, kinds, nodes, node_rows, alias, topics, normal, rank, event, board, taste, skill, offset, own, n_own):
        """Work and units of the idea taken up; (0, 0) if there is none."""
        best_score = best_tie = best_topic = best_kind = best_base = best_open = 0
        for c in range(taste + 1):
            u0, u1 = draw(p, rank, event, CANDIDATE + c)
            wide = u0 * topics
            column = wide >> 32
            at = 2 * (board * topics + column)
            other = alias[at + 1]
            if (wide & MASK) < alias[at]:
                topic = column
                kind = (other >> 20) & 15
            else:
                topic = other & TOPIC_MASK
                kind = (other >> 24) & 15
            row = 2 * (topic * node_rows + board)
            base = nodes[row]
            free = open_ideas(base, nodes[row + 1], p[BREADTH], kinds[8 * kind + IDEA_END])
            for i in range(min(n_own, 8)):
                bit = (own[i] >> 20) - base
                if own[i] & TOPIC_MASK == topic and 0 <= bit < 32:
                    free &= ~(1 << bit)
            if free == 0:
                continue
            first = base + popcount((free & -free) - 1)
            noise = (p[TASTE_NOISE + taste] * normal[u1 >> 22]) >> 8
            score = kinds[8 * kind + SCORE_BASE] + kinds[8 * kind + SCORE_SLOPE] * first + noise
            tie = u1 & 0x3FFFFF
            if best_open == 0 or score < best_score or (score == best_score and tie < best_tie):
                best_score = score
                best_tie = tie
                best_topic = topic
                best_kind = kind
                best_base = base
                best_open = free
        if best_open == 0:
            return 0, 0
        u0, u1 = draw(p, rank, event, THINK)
        idea = best_base + nth_bit(best_open, ((u0 * popcount(best_open)) >> 32) & MASK)
        units = duration(kinds[8 * best_kind + THINK_BASE] + kinds[8 * best_kind + WORK_SLOPE] * idea - skill, u1)
        return PRESENT | (idea << 20) | best_topic, units

    @jit
    def is_due(p, due):
        if due & ON_EXPERIMENT:
            return (due - p[EXPERIMENT_START]) & CLOCK_MASK < p[EXPERIMENT_LEN]
        return (due - p[THINK_START]) & CLOCK_MASK < p[THINK_LEN]

    @jit
    def research(p, kinds, nodes, node_rows, alias, topics, topic_kind, normal, boards, rank, due, work, finds, own, count, lanes):
        """Runs the events of a present agent that is due; gives its words after them."""
        add_hash(lanes, -1, p, rank, due, work)
        t0, t1 = threefry(p[TRAITS_KEY], p[TRAITS_KEY + 1], rank & MASK, ((rank >> 32) << 24) & MASK)
        skill = p[SKILL_BASE] + ((p[SKILL_SIGMA] * normal[t0 >> 22]) >> 8)
        board = p[BOARD_FIRST] + ((((t0 << 10) & MASK) * p[BOARD_COUNT]) >> 32)
        taste = 0
        while taste < 16 and t1 < p[TASTE_THRESHOLDS + taste]:
            taste += 1
        active = rank < (p[ACTIVE + 1] << 32 | p[ACTIVE])
        experiment = due & ON_EXPERIMENT != 0
        waiting = not experiment and work & TOPIC_MASK == TOPIC_MASK
        offset = (due - (p[EXPERIMENT_START] if experiment else p[THINK_START])) & CLOCK_MASK
        began = event = n_own = 0
        count[DELTA_EXPERIMENT if experiment else DELTA_WAITING if waiting else DELTA_THINKING] -= 1
        count[BUSY_EXPERIMENT if experiment else BUSY_WAITING if waiting else BUSY_THINKING] += 1
        while True:
            length = p[EXPERIMENT_LEN] if experiment else p[THINK_LEN]
            if offset >= length:
                break
            time = EXPERIMENT_TIME if experiment else WAIT_TIME if waiting else THINK_TIME
            count[time] += offset - began
            if event == p[EVENTS_MAX]:
                count[STALL_EXPERIMENT if experiment else STALL_THINK] += length - offset
                count[STALLED] += 1
                offset = began = length
                break
            topic = work & TOPIC_MASK
            idea = (work >> 20) & 0x3FF
            chooses = True
            if experiment:
                count[EVENTS] += 1
                count[EXPERIMENTS_FINISHED] += 1
                if work & OUTCOME:
                    count[SUCCESSES] += 1
                    bit = idea - nodes[2 * (topic * node_rows + board)]
                    if 0 <= bit < 32:
                        unite(finds, topic * boards + board, 1 << bit)
                    # The last eight, in turns.
                    own[n_own % 8] = (idea << 20) | topic
                    n_own += 1
                offset = ((offset * p[TO_THINK_MUL]) >> p[TO_THINK_SHIFT]) & MASK
            elif not waiting:
                count[EVENTS] += 1
                row = 2 * (topic * node_rows + board)
                bit = idea - nodes[row]
                if bit < 0 or (bit < 32 and (nodes[row + 1] >> bit) & 1):
                    count[SCOOPED] += 1
                elif active:
                    chooses = False
                    u0, u1 = draw(p, rank, event, EXPERIMENT)
                    kind = 8 * topic_kind[topic]
                    units = duration(kinds[kind + EXPERIMENT_BASE] + kinds[kind + WORK_SLOPE] * idea, u1)
                    if chance(kinds[kind + ODDS_BASE] + skill - kinds[kind + ODDS_SLOPE] * idea, u0):
                        work |= OUTCOME
                    experiment = True
                    began = ((offset * p[TO_EXPERIMENT_MUL]) >> p[TO_EXPERIMENT_SHIFT]) & MASK
                    offset = began + units
                    count[EXPERIMENTS_STARTED] += 1
                    count[EXPERIMENT_ASSIGNED] += units
            if chooses:
                if not active:
                    count[DEACTIVATED] += 1
                    count[LEFT_TIME] += p[THINK_LEN] - offset
                    return 0, 0
                experiment = False
                began = offset
                work, units = choose(
                    p, kinds, nodes, node_rows, alias, topics, normal, rank, event, board, taste, skill, offset, own, n_own
                )
                waiting = work == 0
                if waiting:
                    work = WAITING
                    offset = p[THINK_LEN]
                else:
                    offset += units
                    count[CHOSEN] += 1
                    count[THINK_ASSIGNED] += units
            event += 1
        length = p[EXPERIMENT_LEN] if experiment else p[THINK_LEN]
        time = EXPERIMENT_TIME if experiment else WAIT_TIME if waiting else THINK_TIME
        count[time] += min(offset, length) - began
        count[DELTA_EXPERIMENT if experiment else DELTA_WAITING if waiting else DELTA_THINKING] += 1
        if experiment:
            due = ON_EXPERIMENT | ((p[EXPERIMENT_START] + offset) & CLOCK_MASK)
        else:
            due = (p[THINK_START] + offset) & CLOCK_MASK
        add_hash(lanes, 1, p, rank, due, work)
        return due, work

    @jit
    def spawn(p, rank, due, work, count, lanes):
        """Fits a slot to the population; gives its words."""
        old_due = due
        old_work = work
        if work & PRESENT == 0:
            if rank < (p[SPAWN_FROM + 1] << 32 | p[SPAWN_FROM]) or rank >= (p[ACTIVE + 1] << 32 | p[ACTIVE]):
                return due, work
            u0, _ = draw(p, rank, SPAWN_EVENT, SPAWN)
            due = (p[THINK_START] + (((u0 * p[STAGGER]) >> 32) & MASK)) & CLOCK_MASK
            work = WAITING
            count[SPAWNED] += 1
            count[DELTA_WAITING] += 1
        else:
            experiment = due & ON_EXPERIMENT != 0
            waiting = not experiment and work & TOPIC_MASK == TOPIC_MASK
            clock = p[EXPERIMENT_START] if experiment else p[THINK_START]
            by = p[EXPERIMENT_RESCALE] if experiment else p[THINK_RESCALE]
            left = (due - clock) & CLOCK_MASK
            if by >= 0:
                by = min(by, 31)
                left = (left + (1 << by) - 1) >> by
            else:
                left = min(left << min(-by, 31), UNITS_MAX)
            if rank >= (p[KEEP + 1] << 32 | p[KEEP]):
                count[DELTA_EXPERIMENT if experiment else DELTA_WAITING if waiting else DELTA_THINKING] -= 1
                count[RETIRED_EXPERIMENT if experiment else RETIRED_WAITING if waiting else RETIRED_THINKING] += 1
                if not waiting:
                    count[FORGONE_EXPERIMENT if experiment else FORGONE_THINK] += left
                due = work = 0
            else:
                due = (due & ON_EXPERIMENT) | ((clock + left) & CLOCK_MASK)
        if due != old_due or work != old_work:
            add_hash(lanes, -1, p, rank, old_due, old_work)
            add_hash(lanes, 1, p, rank, due, work)
        return due, work

    return is_due, research, spawn
