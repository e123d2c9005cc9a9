//! Clones of a template that are made before anybody asks for them.
//!
//! A ready clone is a database with a name of its own kind; taking it is renaming it, which succeeds for one taker only. So
//! several processes may take from the same pool.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::{Clone, key::PREFIX};
use crate::{Error, admin::Admin, keeper, name};

/// Names of ready clones start with it; half of the template's hash follows.
const READY: &str = "db_fresh_r_";

/// How many clones are made at the same time.
const AT_ONCE: usize = 2;

/// The ready clones of one template, as far as this process made them.
#[derive(Debug)]
pub(super) struct Pool {
    admin: Admin,
    template: String,
    strategy: Clone,
    size: usize,
    ready: Mutex<VecDeque<String>>,
    making: AtomicUsize,
}

impl Pool {
    pub(super) fn new(admin: &Admin, template: &str, strategy: Clone, size: usize) -> Arc<Self> {
        Arc::new(Self {
            admin: admin.clone(),
            template: template.to_owned(),
            strategy,
            size,
            ready: Mutex::default(),
            making: AtomicUsize::new(0),
        })
    }

    /// What the names of its clones start with.
    fn names(&self) -> String {
        let hash = self.template.strip_prefix(PREFIX).unwrap_or(&self.template);
        format!("{READY}{}_", hash.get(..16).unwrap_or(hash))
    }

    /// A database of this name: a ready one renamed, or else a new clone.
    pub(super) async fn take(self: &Arc<Self>, name: &str) -> Result<(), Error> {
        while let Some(ready) = self.pop() {
            self.refill();
            let rename = format!("ALTER DATABASE \"{ready}\" RENAME TO \"{name}\"");
            // Another process may have taken it.
            if self
                .admin
                .execute(format!("take `{ready}`"), rename)
                .await
                .is_ok()
            {
                return Ok(());
            }
        }
        self.refill();
        self.make(name).await
    }

    /// Makes clones until as many are ready as there should be.
    pub(super) fn refill(self: &Arc<Self>) {
        for _ in 0..AT_ONCE {
            if self.making.load(Ordering::Relaxed) >= AT_ONCE || self.is_full() {
                return;
            }
            self.making.fetch_add(1, Ordering::Relaxed);
            let pool = Arc::clone(self);
            keeper::spawn(async move {
                while !pool.is_full() {
                    let name = format!("{}{}", pool.names(), name::unique());
                    if pool.make(&name).await.is_err() {
                        break;
                    }
                    if let Ok(mut ready) = pool.ready.lock() {
                        ready.push_back(name);
                    }
                }
                pool.making.fetch_sub(1, Ordering::Relaxed);
            });
        }
    }

    /// How many are ready.
    pub(super) fn ready(&self) -> usize {
        self.ready.lock().map_or(0, |ready| ready.len())
    }

    fn is_full(&self) -> bool {
        self.ready() >= self.size
    }

    fn pop(&self) -> Option<String> {
        self.ready.lock().ok()?.pop_front()
    }

    async fn make(&self, name: &str) -> Result<(), Error> {
        let what = format!("clone the template `{}`", self.template);
        self.admin
            .execute(what, self.strategy.statement(name, &self.template))
            .await
    }
}
