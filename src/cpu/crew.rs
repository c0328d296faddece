//! Threads that take work from one pile until there is none.

use std::num::NonZero;
use std::sync::Mutex;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Work that can be cut in two.
pub trait Divide: Sized {
    /// How much there is.
    fn len(&self) -> usize;

    /// Takes `count` of it from the front; `count` is at most [`Divide::len`].
    fn take(&mut self, count: usize) -> Self;
}

/// Takes the first `count` items, which must be there.
pub fn front<'a, T>(items: &mut &'a mut [T], count: usize) -> &'a mut [T] {
    items
        .split_off_mut(..count)
        .expect("no more is taken than there is")
}

/// Work that threads take from: large parts first, so that they seldom meet, small ones at the end, so
/// that they end together.
pub struct Pile<T> {
    rest: Mutex<T>,
    grain: usize,
    /// Parts that the rest is thought to make.
    parts: usize,
}

impl<T: Divide> Pile<T> {
    /// The next part, of whole grains but at the end.
    pub fn next(&self) -> Option<T> {
        let mut rest = self.rest.lock().expect("no thread panics while it takes");
        let left = rest.len();
        let count = (left / self.parts)
            .next_multiple_of(self.grain)
            .max(self.grain);
        (left > 0).then(|| rest.take(count.min(left)))
    }
}

/// Threads that work together; the one that calls is one of them.
pub struct Crew {
    /// `None`: the thread that calls does all.
    helpers: Option<ThreadPool>,
}

impl Crew {
    /// So many threads; 0: one a core.
    ///
    /// # Errors
    /// If threads cannot be started.
    pub fn new(threads: usize) -> Result<Self, ThreadPoolBuildError> {
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, NonZero::get),
            threads => threads,
        };
        let pool = |helpers| ThreadPoolBuilder::new().num_threads(helpers).build();
        let helpers = (threads > 1).then(|| pool(threads - 1)).transpose()?;
        Ok(Self { helpers })
    }

    /// Threads.
    pub fn size(&self) -> usize {
        1 + self
            .helpers
            .as_ref()
            .map_or(0, ThreadPool::current_num_threads)
    }

    /// Every thread runs `task`, told its number and where to take from; what they come to, in no order.
    /// Nobody is woken for less than two grains.
    pub fn share_out<T, R>(
        &self,
        work: T,
        grain: usize,
        task: impl Fn(usize, &Pile<T>) -> R + Sync,
    ) -> Vec<R>
    where
        T: Divide + Send,
        R: Send,
    {
        let alone = work.len() <= grain;
        let pile = Pile {
            parts: 2 * self.size(),
            rest: Mutex::new(work),
            grain,
        };
        let Some(helpers) = self.helpers.as_ref().filter(|_| !alone) else {
            return vec![task(0, &pile)];
        };
        let results = Mutex::new(Vec::new());
        let run = |thread| {
            let result = task(thread, &pile);
            let mut results = results.lock().expect("no thread panics while it holds it");
            results.push(result);
        };
        helpers.in_place_scope(|scope| {
            scope.spawn_broadcast(|_, context| run(1 + context.index()));
            run(0);
        });
        results.into_inner().expect("all threads are through")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Span {
        from: usize,
        to: usize,
    }

    impl Divide for Span {
        fn len(&self) -> usize {
            self.to - self.from
        }

        fn take(&mut self, count: usize) -> Self {
            let from = self.from;
            self.from += count;
            Self {
                from,
                to: self.from,
            }
        }
    }

    /// Parts are whole grains, follow one another and are all there is, for any number of threads.
    #[test]
    fn all_work_is_done_once() {
        for threads in [1, 2, 3, 8] {
            let crew = Crew::new(threads).expect("threads");
            assert_eq!(crew.size(), threads);
            for (work, grain) in [(0, 5), (3, 5), (5, 5), (6, 5), (12_345, 64)] {
                let all = Span { from: 0, to: work };
                let parts = crew.share_out(all, grain, |thread, pile| {
                    assert!(thread < threads);
                    std::iter::from_fn(|| pile.next()).collect::<Vec<_>>()
                });
                let mut parts: Vec<_> = parts.into_iter().flatten().collect();
                parts.sort_by_key(|part| part.from);
                let mut at = 0;
                for part in parts {
                    assert_eq!(part.from, at);
                    assert!(part.len().is_multiple_of(grain) || part.to == work);
                    at = part.to;
                }
                assert_eq!(at, work);
            }
        }
    }
}
