//! Clones of a template that are made before a test asks for one.
//!
//! A clone has the name of a test's database from the start, so that taking one needs no query. A test that finds none makes its own
//! clone, at once.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::strategy::Strategy;
use crate::{
    Error,
    databases::{Admin, CLONES},
    runtime,
};

/// How many are kept ready at first. A process that finds none keeps twice as many from then on: most need few.
const AT_FIRST: usize = 4;

/// The ready clones of one template.
#[derive(Debug)]
pub(super) struct Pool {
    admin: Admin,
    template: String,
    strategy: Strategy,
    most: usize,
    stock: Mutex<Stock>,
}

#[derive(Debug)]
struct Stock {
    ready: VecDeque<String>,
    making: usize,
    wanted: usize,
}

impl Pool {
    /// Keeps up to `most` clones ready.
    pub(super) fn new(admin: &Admin, template: &str, strategy: Strategy, most: usize) -> Arc<Self> {
        let stock = Stock {
            ready: VecDeque::new(),
            making: 0,
            wanted: AT_FIRST.min(most),
        };
        Arc::new(Self {
            admin: admin.clone(),
            template: template.to_owned(),
            strategy,
            most,
            stock: Mutex::new(stock),
        })
    }

    /// The name of a clone that is the caller's alone.
    pub(super) async fn take(self: &Arc<Self>) -> Result<String, Error> {
        let ready = self.pop();
        self.refill();
        match ready {
            Some(name) => Ok(name),
            None => self.make().await,
        }
    }

    /// Makes as many as are wanted, in the background.
    pub(super) fn refill(self: &Arc<Self>) {
        let mut stock = self.stock();
        for _ in stock.ready.len() + stock.making..stock.wanted {
            stock.making += 1;
            let pool = Arc::clone(self);
            runtime::spawn(async move {
                let permit = CLONES.permit().await;
                // After a failure the next test tries, and says why.
                let made = pool.make().await;
                drop(permit);
                let mut stock = pool.stock();
                stock.making -= 1;
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

    async fn make(&self) -> Result<String, Error> {
        let name = self.admin.name();
        let what = format!("clone the template `{}`", self.template);
        let statement = self.strategy.statement(&name, &self.template);
        self.admin.execute(what, statement).await?;
        Ok(name)
    }
}
