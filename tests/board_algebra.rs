//! Claim: joining knowledge is a join on a semilattice (order, grouping and repetition of exchanges
//! do not matter, nothing is forgotten), and windows of 1, 2 and 4 words say what plain sets of
//! ideas say.

use std::collections::BTreeSet;

use proptest::prelude::*;
use takeoff::model::board::{Known, idea_address};
use takeoff::model::rng::threefry;

/// What boards hold: windows below index 1023, sparse and dense ones, normalised.
fn known<const W: usize>() -> impl Strategy<Value = Known<W>> {
    let word = prop_oneof![
        Just(0u32),
        Just(u32::MAX),
        any::<u32>(),
        (any::<u32>(), any::<u32>()).prop_map(|(a, b)| a & b & b.rotate_left(7)),
    ];
    // Bases near one another make windows overlap; far apart, one lies below the other.
    let base = prop_oneof![0..40u32, 300..340u32, 0..800u32];
    (base, prop::collection::vec(word, W)).prop_map(|(base, words)| {
        Known {
            base,
            words: std::array::from_fn(|w| words[w]),
        }
        .normalise()
    })
}

/// The ideas known, from the documented meaning of base and words.
fn ideas<const W: usize>(known: &Known<W>) -> BTreeSet<u32> {
    let window = (0..32 * W as u32)
        .filter(|&bit| known.words[bit as usize / 32] & 1 << (bit % 32) != 0)
        .map(|bit| known.base + bit);
    (0..known.base).chain(window).collect()
}

/// The ideas of a window mask as `Known::open` gives it.
fn masked<const W: usize>(known: &Known<W>, mask: &[u32; W]) -> Vec<u32> {
    (0..32 * W as u32)
        .filter(|&bit| mask[bit as usize / 32] & 1 << (bit % 32) != 0)
        .map(|bit| known.base + bit)
        .collect()
}

fn semilattice<const W: usize>(a: Known<W>, b: Known<W>, c: Known<W>) {
    let joined = a.join(&b);
    assert_eq!(joined, b.join(&a), "commutative");
    assert_eq!(joined.join(&c), a.join(&b.join(&c)), "associative");
    assert_eq!(a.join(&a), a, "idempotent");
    assert_eq!(joined.join(&b), joined, "absorbs what it has");
    assert_eq!(a.join(&Known::NOTHING), a, "nothing is neutral");
    let union: BTreeSet<u32> = ideas(&a).union(&ideas(&b)).copied().collect();
    assert_eq!(ideas(&joined), union, "set union");
    assert!(ideas(&a).is_subset(&ideas(&joined)), "monotone");
    assert!(joined.base >= a.base.max(b.base), "the base never falls");
    if ideas(&a).is_subset(&ideas(&b)) {
        assert_eq!(
            ideas(&b.join(&c)),
            ideas(&a.join(&b.join(&c))),
            "keeps the order of sets"
        );
    }
}

fn queries<const W: usize>(known: Known<W>, breadth: u32, end: u32) {
    let set = ideas(&known);
    assert_eq!(known.count(), set.len() as u32, "count");
    for idea in 0..known.base + 32 * W as u32 {
        assert_eq!(known.knows(idea), set.contains(&idea), "knows {idea}");
    }
    for from in known.base..known.base + 32 * W as u32 {
        let bits = (0..32)
            .filter(|bit| set.contains(&(from + bit)))
            .fold(0, |all, bit| all | 1 << bit);
        assert_eq!(known.bits_from(from), bits, "bits from {from}");
    }
    let open: Vec<u32> = (known.base..end.min(known.base + 32 * W as u32))
        .filter(|idea| !set.contains(idea))
        .take(breadth as usize)
        .collect();
    assert_eq!(
        masked(&known, &known.open(breadth, end)),
        open,
        "open {breadth} below {end}"
    );
}

fn normalising<const W: usize>(base: u32, words: [u32; W]) {
    let raw = Known { base, words };
    let normal = raw.normalise();
    assert_eq!(ideas(&raw), ideas(&normal), "loses nothing");
    assert!(
        !ideas(&normal).contains(&normal.base),
        "idea `base` is unknown"
    );
    assert_eq!(normal.normalise(), normal, "idempotent");
}

fn crossing<const W: usize>(
    a: Known<W>,
    b: Known<W>,
    topic: u32,
    (low, high): (u32, u32),
    salt: [u32; 2],
) {
    let window = a.base..a.base + 32 * W as u32;
    let expected = |threshold| {
        let crosses = |idea: &u32| {
            window.contains(idea) && threefry(salt, [idea_address(topic, *idea), 0])[0] < threshold
        };
        let mut all = ideas(&a);
        all.extend(ideas(&b).into_iter().filter(crosses));
        all
    };
    let few = a.join_some(&b, topic, low, salt);
    assert_eq!(
        ideas(&few),
        expected(low),
        "those below the threshold and inside the window"
    );
    assert!(!few.knows(few.base), "normalised");
    let more = a.join_some(&b, topic, high, salt);
    assert!(
        ideas(&few).is_subset(&ideas(&more)),
        "monotone in the threshold"
    );
    assert_eq!(
        ideas(&a.join_some(&b, topic, 0, salt)),
        ideas(&a),
        "nothing below zero"
    );
    let again = few.join_some(&b, topic, low, salt);
    assert!(ideas(&few).is_subset(&ideas(&again)), "never forgets");
    if few.base == a.base {
        assert_eq!(
            again, few,
            "repeating it changes nothing while the window stays"
        );
    }
}

fn ordered(a: u32, b: u32) -> (u32, u32) {
    (a.min(b), a.max(b))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn join_is_a_semilattice_1(a in known::<1>(), b in known::<1>(), c in known::<1>()) {
        semilattice(a, b, c);
    }

    #[test]
    fn join_is_a_semilattice_2(a in known::<2>(), b in known::<2>(), c in known::<2>()) {
        semilattice(a, b, c);
    }

    #[test]
    fn join_is_a_semilattice_4(a in known::<4>(), b in known::<4>(), c in known::<4>()) {
        semilattice(a, b, c);
    }

    #[test]
    fn windows_answer_as_sets_1(a in known::<1>(), breadth in 0..40u32, end in 0..1000u32) {
        queries(a, breadth, end);
    }

    #[test]
    fn windows_answer_as_sets_2(a in known::<2>(), breadth in 0..70u32, end in 0..1000u32) {
        queries(a, breadth, end);
    }

    #[test]
    fn windows_answer_as_sets_4(a in known::<4>(), breadth in 0..140u32, end in 0..1000u32) {
        queries(a, breadth, end);
    }

    #[test]
    fn normalising_keeps_the_set(
        base in 0..800u32,
        words in any::<[u32; 4]>(),
        full in 0..=4usize,
    ) {
        let words: [u32; 4] = std::array::from_fn(|w| if w < full { u32::MAX } else { words[w] });
        normalising(base, words);
        normalising(base, [words[0], words[1]]);
        normalising(base, [words[0]]);
    }

    #[test]
    fn filtered_joins_take_what_is_drawn_1(
        a in known::<1>(), b in known::<1>(), topic in 0..1u32 << 20,
        thresholds in (any::<u32>(), any::<u32>()), salt in any::<[u32; 2]>(),
    ) {
        crossing(a, b, topic, ordered(thresholds.0, thresholds.1), salt);
    }

    #[test]
    fn filtered_joins_take_what_is_drawn_4(
        a in known::<4>(), b in known::<4>(), topic in 0..1u32 << 20,
        thresholds in (any::<u32>(), any::<u32>()), salt in any::<[u32; 2]>(),
    ) {
        crossing(a, b, topic, ordered(thresholds.0, thresholds.1), salt);
    }
}
