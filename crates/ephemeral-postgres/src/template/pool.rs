//! Clones of a template that are made before anybody asks for them.
//!
//! A clone has the name of a test's database from the start, so that taking one asks nothing of the server. Whoever finds none makes
//! one, at once.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use super::{strategy::Strategy, trial::Trial};
use crate::{Error, admin::Admin, background::CLONING, keeper};

/// How many are kept ready at first. A process that finds none keeps twice as many from then on: most need few.
const AT_FIRST: usize = 4;

/// The ready clones of one template.
#[derive(Debug)]
pub(super) struct Pool {
    admin: Admin,
    template: String,
    most: usize,
    stock: Mutex<Stock>,
}

#[derive(Debug)]
struct Stock {
    ready: VecDeque<String>,
    making: usize,
    wanted: usize,
    trial: Trial,
}

impl Pool {
    /// Keeps up to `most` clones ready.
    pub(super) fn new(admin: &Admin, template: &str, strategies: &[Strategy], most: usize) -> Arc<Self> {
        let stock = Stock {
            ready: VecDeque::new(),
            making: 0,
            wanted: AT_FIRST.min(most),
            trial: Trial::new(strategies),
        };
        Arc::new(Self {
            admin: admin.clone(),
            template: template.to_owned(),
            most,
            stock: Mutex::new(stock),
        })
    }

    /// The name of a clone that nobody else has.
    pub(super) async fn take(self: &Arc<Self>) -> Result<String, Error> {
        let ready = self.pop();
        self.refill();
        match ready {
            Some(name) => Ok(name),
            None => {
                let strategy = self.stock().trial.quickest();
                self.make(&self.admin, strategy).await
            }
        }
    }

    /// Makes as many as are wanted, each in its turn.
    pub(super) fn refill(self: &Arc<Self>) {
        let mut stock = self.stock();
        for _ in stock.ready.len() + stock.making..stock.wanted {
            stock.making += 1;
            let pool = Arc::clone(self);
            keeper::spawn(async move {
                let turn = CLONING.turn().await;
                let strategy = pool.stock().trial.next();
                let started = Instant::now();
                // After a failure the next test tries, and says why.
                let made = pool.make(&pool.admin, strategy).await;
                let time = started.elapsed();
                drop(turn);
                let mut stock = pool.stock();
                stock.making -= 1;
                if made.is_ok() {
                    stock.trial.took(strategy, time);
                }
                stock.ready.extend(made);
            });
        }
    }

    /// How many are ready.
    pub(super) fn ready(&self) -> usize {
        self.stock().ready.len()
    }

    fn pop(&self) -> Option<String> {
        let mut stock = self.stock();
        let ready = stock.ready.pop_front();
        if ready.is_none() {
            stock.wanted = (stock.wanted * 2).min(self.most);
        }
        ready
    }

    /// No panic can leave it half changed.
    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn make(&self, admin: &Admin, strategy: Strategy) -> Result<String, Error> {
        let name = self.admin.name();
        let what = format!("clone the template `{}`", self.template);
        let statements = strategy.statements(&name, &self.template);
        admin.execute_all(what, statements).await?;
        Ok(name)
    }
}
