"""What peers that compute with NumPy arrays share: draws, hashes, and stage `share` for all topics at once.

Arrays of 32-bit words wrap as the model's do.
"""

import numpy as np

U = np.uint32


def rotate(x, r):
    return (x << U(r)) | (x >> U(32 - r))


def threefry(key, x, y):
    """Draws at counters (x, y)."""
    k = [U(key[0]), U(key[1]), U(0x1BD11BDA) ^ U(key[0]) ^ U(key[1])]
    with np.errstate(over="ignore"):
        x = x + k[0]
        y = y + k[1]
        for group, rotations in enumerate([(13, 15, 26, 6), (17, 29, 16, 24), (13, 15, 26, 6), (17,)]):
            for r in rotations:
                x = x + y
                y = rotate(y, r) ^ x
            if group < 3:
                x = x + k[(group + 1) % 3]
                y = y + (k[(group + 2) % 3] + U(group + 1))
    return x, y


def pcg4d(x, y, z, w):
    """Hashes of four words."""
    with np.errstate(over="ignore"):
        x, y, z, w = (word * U(1664525) + U(1013904223) for word in (x, y, z, w))
        for turn in range(2):
            x = x + y * w
            y = y + z * x
            z = z + x * y
            w = w + y * z
            if turn == 0:
                x, y, z, w = (word ^ (word >> U(16)) for word in (x, y, z, w))
    return x, y, z, w


def lanes_of(words):
    """Sums of hashes, modulo 2^32."""
    return np.array([int(np.sum(word, dtype=np.uint64)) & 0xFFFFFFFF for word in words], dtype=np.int64)


def mantissa(frac):
    s = U(3382) + ((U(901) * frac + U(32768)) >> U(16))
    s = U(15839) + ((s * frac + U(32768)) >> U(16))
    s = U(45414) + ((s * frac + U(32768)) >> U(16))
    return U(65536) + ((s * frac + U(32768)) >> U(16))


def exp2_round(log2, u):
    """2^log2, stochastically rounded; `log2` signed, 64 bits."""
    e = log2 >> 16
    m = mantissa((log2 & 0xFFFF).astype(U)).astype(np.int64)
    k = np.clip(16 - e, 0, 32)
    rounded = (m + (u.astype(np.int64) >> (32 - k))) >> k
    shifted = m << np.clip(e - 16, 0, 16)
    result = np.where(e >= 16, shifted, np.where(e > -16, rounded, 0))
    return np.where(e >= 32, 0xFFFFFFFF, result)


def shift_right(word, by):
    """word >> by, 0 from 32 on."""
    return np.where(by < 32, word >> np.minimum(by, 31).astype(U), U(0)).astype(U)


def normalise(base, window):
    free = ~window
    ones = np.bitwise_count((free & -free) - U(1)).astype(U)
    return base + ones, shift_right(window, ones)


def join(a, b):
    base = np.maximum(a[0], b[0])
    return normalise(base, shift_right(a[1], base - a[0]) | shift_right(b[1], base - b[0]))


def count(known):
    return known[0] + np.bitwise_count(known[1])


def knows(known, idea):
    at = idea - known[0].astype(np.int64)
    inside = (at >= 0) & (at < 32)
    return (at < 0) | (inside & ((known[1] >> np.clip(at, 0, 31).astype(U)) & U(1) != 0))


class Share:
    """Stage `share`; finds are `[topic][board]`."""

    def __init__(self, work):
        self.work = work
        self.lab_boards = work.parts["lab_boards"].astype(int)
        self.edge_start = work.parts["edge_start"].astype(int)
        self.edges = work.parts["edges"].reshape(-1, 4)
        self.mail = work.parts["mails"].reshape(-1, 2).astype(int)
        self.gains = work.parts["kind_gains"].reshape(-1, 4)
        self.ends = self.gains[:, 2][work.topic_kind]
        self.topic = np.arange(work.topics, dtype=U)

    def tick(self, t, state, finds):
        """Runs the stage; gives what it counts."""
        work = self.work
        nodes, older, mails = state["nodes"], state["older"], state["mail_store"]
        counts = np.zeros((work.node_rows, 4), dtype=np.int64)
        boards, labs = work.boards, work.labs
        turn = work.tick(t, "boards").reshape(-1, 2)[:, 1] != 0
        older[:, turn] = nodes[:, :boards][:, turn]
        window = nodes[:, :boards, 1]
        counts[:boards, 0] = np.bitwise_count(finds & ~window).sum(axis=0, dtype=np.int64)
        nodes[:, :boards, 0], nodes[:, :boards, 1] = normalise(nodes[:, :boards, 0], window | finds)

        gains = np.zeros((labs, work.kinds), dtype=np.int64)
        read = lambda row: (nodes[:, row, 0].copy(), nodes[:, row, 1].copy())
        world = read(boards + labs)
        for lab in range(labs):
            before = after = read(boards + lab)
            for board in range(self.lab_boards[lab], self.lab_boards[lab + 1]):
                after = join(after, read(board))
            counts[boards + lab, 0] = (count(after) - count(before)).sum(dtype=np.int64)
            gains[lab] = self.new_gains(before, after)
            nodes[:, boards + lab, 0], nodes[:, boards + lab, 1] = after
            with_lab = join(world, after)
            news = (count(with_lab) - count(world)).sum(dtype=np.int64)
            counts[boards + lab, 2] = news
            counts[boards + labs, 0] += news
            world = with_lab
        nodes[:, boards + labs, 0], nodes[:, boards + labs, 1] = world

        classes = work.tick(t, "classes")[self.mail[:, 1]] if work.mails else np.zeros(0, dtype=U)
        post = lambda which: mails.__setitem__((slice(None), which), nodes[:, self.mail[which, 0]])
        post(np.nonzero(classes == 2)[0])
        for board in range(boards):
            known = read(board)
            for mail, threshold, *salt in self.edges[self.edge_start[board] : self.edge_start[board + 1]]:
                if classes[mail] == 0:
                    continue
                news = (mails[:, mail, 0], mails[:, mail, 1])
                known = join(known, news) if threshold == 0xFFFFFFFF else self.join_some(known, news, threshold, salt)
            nodes[:, board, 0], nodes[:, board, 1] = known
        post(np.nonzero(classes == 1)[0])

        counts[:, 1] = count((nodes[:, :, 0], nodes[:, :, 1])).sum(axis=0, dtype=np.int64)
        counts[:, 3] = (nodes[:, :, 0] >= self.ends[:, None]).sum(axis=0)
        old = count((older[:, :, 0], older[:, :, 1])).sum(axis=0, dtype=np.int64)
        counts[:boards, 2] = counts[:boards, 1] - old
        rows = np.arange(work.node_rows, dtype=U)[None, :]
        hashes = pcg4d(rows, self.topic[:, None], nodes[:, :, 0], nodes[:, :, 1])
        return {"nodes": counts, "gains": gains, "node_lanes": lanes_of(hashes)}

    def new_gains(self, before, after):
        """Gains of ideas known after but not before, by kind."""
        changed = np.nonzero((before[0] != after[0]) | (before[1] != after[1]))[0]
        spans = (after[0][changed] - before[0][changed] + U(32)).astype(np.int64)
        topic = np.repeat(changed, spans)
        idea = np.arange(spans.sum()) - np.repeat(np.cumsum(spans) - spans, spans) + before[0][topic]
        new = knows((after[0][topic], after[1][topic]), idea) & ~knows((before[0][topic], before[1][topic]), idea)
        topic, idea = topic[new], idea[new]
        u0, u1 = threefry(self.work.parts["ideas_key"], (topic << 10 | idea).astype(U), np.zeros(len(topic), dtype=U))
        kind = self.work.topic_kind[topic]
        signed = self.gains.view(np.int32).astype(np.int64)
        log2 = signed[kind, 0] + ((signed[kind, 1] * self.work.normal[u0 >> U(22)]) >> 8)
        gains = np.zeros(self.work.kinds, dtype=np.int64)
        np.add.at(gains, kind, exp2_round(log2, u1))
        return gains

    def join_some(self, known, news, threshold, salt):
        """The union with those ideas inside the window whose draw lets them cross."""
        idea = known[0][:, None] + np.arange(32, dtype=U)
        u0, _ = threefry(salt, self.topic[:, None] << U(10) | idea, np.zeros_like(idea))
        crosses = knows((news[0][:, None], news[1][:, None]), idea.astype(np.int64)) & (u0 < threshold)
        bits = (crosses.astype(U) << np.arange(32, dtype=U)).sum(axis=1, dtype=U)
        return normalise(known[0], known[1] | bits)
