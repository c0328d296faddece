//! "Draws" and the two hashes of "Digest" of `docs/model.md`, from the papers' definitions.

/// Two words: a key, a counter or a draw.
pub type Two = [u32; 2];

/// Threefry2x32-13 as Salmon et al. (2011) define it: before round r, if 4 divides r, the subkey
/// r/4 is added: words (r/4 + i) mod 3 of the extended key, the last also plus r/4. One more after the
/// last round if 4 divides their number.
pub fn threefry(key: Two, counter: Two) -> Two {
    threefry_of(13, key, counter)
}

/// The same of any number of rounds.
pub fn threefry_of(rounds: usize, key: Two, counter: Two) -> Two {
    const PARITY: u32 = 0x1BD1_1BDA;
    const ROTATION: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];
    let extended = [key[0], key[1], PARITY ^ key[0] ^ key[1]];
    let mut x = counter;
    for round in 0..=rounds {
        if round % 4 == 0 {
            let s = round / 4;
            x[0] = x[0].wrapping_add(extended[s % 3]);
            x[1] = x[1]
                .wrapping_add(extended[(s + 1) % 3])
                .wrapping_add(s as u32);
        }
        if round < rounds {
            x[0] = x[0].wrapping_add(x[1]);
            x[1] = x[1].rotate_left(ROTATION[round % 8]) ^ x[0];
        }
    }
    x
}

/// Counter of a draw of an agent.
pub fn address(rank: u64, event: u32, purpose: u32) -> Two {
    assert!(rank < 1 << 40 && event < 1 << 12 && purpose < 1 << 12);
    let high = (rank >> 32) << 24 | u64::from(event) << 12 | u64::from(purpose);
    [(rank & 0xffff_ffff) as u32, high as u32]
}

/// Counter of a draw that belongs to an idea.
pub fn idea_address(topic: usize, idea: u32) -> Two {
    assert!(topic < 1 << 20 && idea < 1 << 10);
    [(topic as u32) << 10 | idea, 0]
}

/// Pcg4d of Jarzynski and Olano (2020).
pub fn pcg4d(v: [u32; 4]) -> [u32; 4] {
    fn stir(v: &mut [u32; 4]) {
        for (target, a, b) in [(0, 1, 3), (1, 2, 0), (2, 0, 1), (3, 1, 2)] {
            v[target] = v[target].wrapping_add(v[a].wrapping_mul(v[b]));
        }
    }
    let mut v = v.map(|word| word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    stir(&mut v);
    v = v.map(|word| word ^ word >> 16);
    stir(&mut v);
    v
}

/// Hash of a present agent.
pub fn agent_hash(rank: u64, traits_key: Two, due: u32, work: u32) -> [u32; 4] {
    pcg4d([
        rank as u32 ^ traits_key[0],
        (rank >> 32) as u32 ^ traits_key[1],
        due,
        work,
    ])
}

/// Hash of what a node knows of a topic, from its stored words (base first).
pub fn node_hash(node: usize, topic: usize, stored: &[u32]) -> [u32; 4] {
    let mut h = pcg4d([node as u32, topic as u32, stored[0], stored[1]]);
    for (index, &word) in stored[1..].iter().enumerate().skip(1) {
        h = pcg4d([h[0] ^ word, h[1] ^ index as u32, h[2], h[3]]);
    }
    h
}

/// Adds a hash to digest lanes.
pub fn add_lanes(lanes: &mut [u32; 4], hash: [u32; 4]) {
    for (lane, word) in lanes.iter_mut().zip(hash) {
        *lane = lane.wrapping_add(word);
    }
}
