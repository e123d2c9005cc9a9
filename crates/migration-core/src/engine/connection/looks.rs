//! The looks of a watcher while a message is under way: one after the other, none of which holds up the answer.

use std::{future::pending, time::Instant};

use futures_util::future::BoxFuture;
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use super::watcher::{Look, Watcher};
use crate::Config;

/// Looks, each some time after the one before.
pub(crate) struct Looks {
    ticks: Interval,
    /// What is left where a look is not waited for.
    spare: Option<Watcher>,
    watcher: Option<Watcher>,
    /// A look under way, and when it began.
    looking: Option<(Instant, BoxFuture<'static, (Watcher, Look)>)>,
}

impl Looks {
    pub(crate) fn new(watcher: Option<Watcher>, config: &Config) -> Self {
        let every = config.look_every;
        let mut ticks = interval_at(tokio::time::Instant::now() + every, every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            ticks,
            spare: watcher.as_ref().map(Watcher::without_connection),
            watcher,
            looking: None,
        }
    }

    /// What the next look has seen, and when it began. May be dropped and called again: a look that is under way goes on.
    pub(crate) async fn next(&mut self) -> (Instant, Look) {
        if self.looking.is_none() {
            if self.watcher.is_none() {
                return pending().await;
            }
            self.ticks.tick().await;
        }
        if let Some(watcher) = self.watcher.take() {
            self.looking = Some((Instant::now(), Box::pin(watcher.look())));
        }
        let Some((began, looking)) = &mut self.looking else {
            return pending().await;
        };
        let (watcher, look) = looking.await;
        let began = *began;
        self.watcher = Some(watcher);
        self.looking = None;
        (began, look)
    }

    /// The watcher. A look that is under way is given up.
    pub(crate) fn end(self) -> Option<Watcher> {
        self.watcher.or(self.spare)
    }
}
