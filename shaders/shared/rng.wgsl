// The counter-based generator and the hash (docs/model.md, "Draws", "Digest"). Twin of
// `src/model/rng.rs`.

const_assert THREEFRY_ROUNDS == 13u;

fn rotate(x: u32, by: u32) -> u32 {
    return (x << by) | (x >> (32u - by));
}

fn threefry_round(x: vec2<u32>, by: u32) -> vec2<u32> {
    let sum = x.x + x.y;
    return vec2(sum, rotate(x.y, by) ^ sum);
}

fn even_rounds(x: vec2<u32>) -> vec2<u32> {
    return threefry_round(
        threefry_round(threefry_round(threefry_round(x, THREEFRY_R0), THREEFRY_R1), THREEFRY_R2),
        THREEFRY_R3,
    );
}

fn odd_rounds(x: vec2<u32>) -> vec2<u32> {
    return threefry_round(
        threefry_round(threefry_round(threefry_round(x, THREEFRY_R4), THREEFRY_R5), THREEFRY_R6),
        THREEFRY_R7,
    );
}

// Threefry2x32 with 13 rounds (Salmon et al. 2011), written out: an index into the rotations would
// cost a load a round on hardware without indexed registers. The last round has no key after it.
fn threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
    let third = THREEFRY_PARITY ^ key.x ^ key.y;
    var x = even_rounds(counter + key) + vec2(key.y, third + 1u);
    x = odd_rounds(x) + vec2(third, key.x + 2u);
    x = even_rounds(x) + vec2(key.x, key.y + 3u);
    return threefry_round(x, THREEFRY_R4);
}

// Counter of a draw: rank of 40 bits, event of 12, purpose of 12.
fn draw_counter(rank: vec2<u32>, event: u32, purpose: u32) -> vec2<u32> {
    return vec2(rank.x, (rank.y << 24u) | (event << 12u) | purpose);
}

fn pcg4d_mix(v: vec4<u32>) -> vec4<u32> {
    var m = v;
    m.x += m.y * m.w;
    m.y += m.z * m.x;
    m.z += m.x * m.y;
    m.w += m.y * m.z;
    return m;
}

// PCG4D (Jarzynski and Olano 2020).
fn pcg4d(v: vec4<u32>) -> vec4<u32> {
    let mixed = pcg4d_mix(v * PCG4D_MULTIPLIER + PCG4D_INCREMENT);
    return pcg4d_mix(mixed ^ (mixed >> vec4(16u)));
}
