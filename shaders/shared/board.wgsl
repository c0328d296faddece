// What a community knows of one topic (docs/model.md, "Board"). Twin of `src/model/board.rs`.

alias Window = array<u32, WINDOW_WORDS>;

struct Known {
    base: u32,
    words: Window,
}

const WINDOW_BITS: u32 = 32u * WINDOW_WORDS;

// 32 ideas from `first` on: bit i set if idea `first + i` is known.
fn bits_from(known: Known, first: u32) -> u32 {
    if first < known.base {
        let under = known.base - first;
        if under >= 32u {
            return 0xffffffffu;
        }
        return ~(0xffffffffu << under) | (known.words[0] << under);
    }
    let offset = first - known.base;
    let word = offset / 32u;
    let shift = offset % 32u;
    var bits = 0u;
    if word < WINDOW_WORDS {
        bits = known.words[word] >> shift;
    }
    if shift > 0u && word + 1u < WINDOW_WORDS {
        bits |= known.words[word + 1u] << (32u - shift);
    }
    return bits;
}

fn knows(known: Known, idea: u32) -> bool {
    return (bits_from(known, idea) & 1u) != 0u;
}

// Raises the base over leading known ideas.
fn normalise(known: Known) -> Known {
    var raised = known;
    for (var i = 0u; i <= WINDOW_WORDS; i++) {
        let ones = countTrailingZeros(~raised.words[0]);
        if ones == 0u {
            break;
        }
        var next: Known;
        next.base = raised.base + ones;
        for (var w = 0u; w < WINDOW_WORDS; w++) {
            next.words[w] = bits_from(raised, next.base + 32u * w);
        }
        raised = next;
    }
    return raised;
}

fn join(a: Known, b: Known) -> Known {
    var joined: Known;
    joined.base = max(a.base, b.base);
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        let first = joined.base + 32u * w;
        joined.words[w] = bits_from(a, first) | bits_from(b, first);
    }
    return normalise(joined);
}

fn idea_address(topic: u32, idea: u32) -> u32 {
    return (topic << IDEA_BITS) | idea;
}

// The union with those ideas of `b` inside the window of `a` whose draw under `salt` lets them cross.
fn join_some(a: Known, b: Known, topic: u32, threshold: u32, salt: vec2<u32>) -> Known {
    var joined = a;
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        let first = a.base + 32u * w;
        var candidates = bits_from(b, first) & ~a.words[w];
        while candidates != 0u {
            let bit = countTrailingZeros(candidates);
            candidates &= candidates - 1u;
            if threefry(salt, vec2(idea_address(topic, first + bit), 0u)).x < threshold {
                joined.words[w] |= 1u << bit;
            }
        }
    }
    return normalise(joined);
}

// Ideas known in all.
fn count_known(known: Known) -> u32 {
    return known.base + ones_in(known.words);
}

// The lowest `breadth` unknown ideas below `end`, as a window mask.
fn open_ideas(known: Known, breadth: u32, end: u32) -> Window {
    var left = breadth;
    var open: Window;
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        let first = known.base + 32u * w;
        let room = max(end, first) - first;
        var inside = 0xffffffffu;
        if room < 32u {
            inside = ~(0xffffffffu << room);
        }
        open[w] = lowest_bits(~known.words[w] & inside, left);
        left -= countOneBits(open[w]);
    }
    return open;
}

fn lowest_bits(word: u32, count: u32) -> u32 {
    if count >= countOneBits(word) {
        return word;
    }
    return ~(0xffffffffu << nth_bit(word, count)) & word;
}

// Position of set bit number n (from 0) of a word that has more than n: five halvings.
fn nth_bit(word: u32, n: u32) -> u32 {
    var rest = word;
    var ahead = n;
    var position = 0u;
    for (var half = 16u; half > 0u; half >>= 1u) {
        let under = countOneBits(rest & ~(0xffffffffu << half));
        if ahead >= under {
            ahead -= under;
            rest >>= half;
            position += half;
        }
    }
    return position;
}

// Position of set bit number n (from 0) of a window mask that has more than n.
fn nth_in(mask: Window, n: u32) -> u32 {
    var ahead = n;
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        let ones = countOneBits(mask[w]);
        if ahead < ones {
            return 32u * w + nth_bit(mask[w], ahead);
        }
        ahead -= ones;
    }
    return 0u;
}

// Position of the first set bit of a window mask that has one.
fn first_in(mask: Window) -> u32 {
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        if mask[w] != 0u {
            return 32u * w + countTrailingZeros(mask[w]);
        }
    }
    return 0u;
}

fn ones_in(mask: Window) -> u32 {
    var sum = 0u;
    for (var w = 0u; w < WINDOW_WORDS; w++) {
        sum += countOneBits(mask[w]);
    }
    return sum;
}
