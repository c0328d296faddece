//! The exchanges that scenarios can ask for, put into a random world of `common/worlds.rs`.

use takeoff::model::engine::Setup;
use takeoff::model::layout::{Edge, Mail, class};

use takeoff::model::engine::Tick;

/// Who hears from whom.
#[derive(Clone, Copy, Debug)]
pub enum Topology {
    /// Nobody.
    None,
    /// Both neighbours.
    Ring,
    /// Boards hear their lab, the first board of a lab hears the world.
    Hierarchy,
    /// A ring with filtered shortcuts.
    SmallWorld,
    /// Everybody hears the own lab, and of the others what crosses.
    Broadcast,
}

/// Every topology.
pub const ALL: [Topology; 5] = [
    Topology::None,
    Topology::Ring,
    Topology::Hierarchy,
    Topology::SmallWorld,
    Topology::Broadcast,
];

/// Lag classes of these exchanges: one that is always due, one always immediate, one due at times.
pub const CLASSES: usize = 3;

/// States of the lag classes in tick `t`.
fn states(t: u64) -> Vec<u32> {
    let slow = if t.is_multiple_of(3) {
        class::DUE
    } else {
        class::RESTING
    };
    vec![class::DUE, class::IMMEDIATE, slow]
}

/// A share of the draws: 0 is nothing, 8 is everything.
fn filter(eighths: u32) -> u32 {
    if eighths == 8 {
        u32::MAX
    } else {
        eighths << 29
    }
}

/// Replaces the exchanges of a world.
pub fn rewire(setup: &mut Setup, topology: Topology) {
    let (boards, labs) = (setup.boards() as u32, setup.labs() as u32);
    // A mail of every node for every class: mail = node * CLASSES + class.
    let classes = CLASSES as u32;
    let mail = |node: u32, class: u32| node * classes + class;
    setup.classes = CLASSES;
    setup.mails = (0..(boards + labs + 1) * classes)
        .map(|index| Mail {
            node: index / classes,
            class: index % classes,
        })
        .collect();
    (setup.edge_start, setup.edges) = (vec![0], Vec::new());
    for lab in 0..labs {
        let first = setup.lab_boards[lab as usize];
        for board in first..setup.lab_boards[lab as usize + 1] {
            let mut hear = |node: u32, class: u32, eighths: u32| {
                setup.edges.push(Edge {
                    mail: mail(node, class),
                    threshold: filter(eighths),
                    salt: [board, node].into(),
                });
            };
            let (left, right) = ((board + boards - 1) % boards, (board + 1) % boards);
            match topology {
                Topology::None => {}
                Topology::Ring => {
                    hear(left, board % classes, 8);
                    hear(right, board % classes, 8);
                }
                Topology::Hierarchy => {
                    hear(boards + lab, 1, 8);
                    if board == first {
                        hear(boards + labs, 2, 8);
                    }
                }
                Topology::SmallWorld => {
                    hear(left, 0, 8);
                    hear((board * 7 + 3) % boards, 1, 3);
                    hear((board * 5 + 1) % boards, 2, 6);
                }
                Topology::Broadcast => {
                    for other in 0..labs {
                        hear(
                            boards + other,
                            other % classes,
                            if other == lab { 8 } else { 2 },
                        );
                    }
                }
            }
            setup.edge_start.push(setup.edges.len() as u32);
        }
    }
}

/// A tick of the world in the rewired one.
pub fn retime(tick: &Tick, t: u64) -> Tick {
    Tick {
        classes: states(t),
        ..tick.clone()
    }
}
