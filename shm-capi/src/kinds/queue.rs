//! Queues from one producer to one consumer.

use super::{Claim, Claimed, Looker, Verbs, no_such_role};
use crate::last_error::remember;
use crate::side::{GET, LOOK, PUT, ShmrtTurn};
use crate::status;
use shm_runtime::queue::layout::QueueLayout;
use shm_runtime::queue::{RawConsumer, RawProducer};
use shm_runtime::{Attachment, Error, Result};
use std::time::Duration;

pub(super) fn side(
    attachment: &Attachment,
    index: usize,
    layout: &QueueLayout,
    role: u32,
) -> Claim {
    let item = usize::try_from(layout.item).unwrap_or(usize::MAX);
    let remember = |e: Error| remember(&e);
    Ok(match role {
        PUT => {
            let raw = RawProducer::of_attachment(attachment, index).map_err(remember)?;
            Box::new(Producer(Claimed::new(raw, item)))
        }
        GET => {
            let raw = RawConsumer::of_attachment(attachment, index).map_err(remember)?;
            Box::new(Consumer(Claimed::new(raw, item)))
        }
        LOOK => {
            let (attachment, depth) = (attachment.clone(), Attachment::queue_depth);
            Box::new(Looker { attachment, index, item, depth })
        }
        _ => return Err(no_such_role(attachment, index, role)),
    })
}

struct Producer(Claimed<RawProducer>);

impl Verbs for Producer {
    fn item_size(&self) -> usize {
        self.0.item
    }

    fn put(&self, _: &ShmrtTurn, item: &[u8]) -> i32 {
        match self.0.try_lock() {
            Some(mut raw) => status::push(&raw.try_push(item)),
            None => status::BUSY,
        }
    }

    fn put_wait(&self, _: &ShmrtTurn, timeout: Option<Duration>) -> i32 {
        status::push_wait(&self.0.lock().wait_room(timeout))
    }

    fn put_many(&self, turn: &mut ShmrtTurn, items: &[u8]) -> i32 {
        let Some(mut raw) = self.0.try_lock() else { return status::BUSY };
        let size = turn.size;
        let result = raw.try_push_many(turn.count, |k| &items[k * size..(k + 1) * size]);
        let number = status::push(&result);
        turn.done = result.unwrap_or(0);
        number
    }
}

struct Consumer(Claimed<RawConsumer>);

impl Verbs for Consumer {
    fn item_size(&self) -> usize {
        self.0.item
    }

    fn get(&self, _: &mut ShmrtTurn, item: &mut [u8]) -> i32 {
        match self.0.try_lock() {
            Some(mut raw) => status::pop(&raw.try_pop(item)),
            None => status::BUSY,
        }
    }

    fn get_wait(
        &self,
        _: &mut ShmrtTurn,
        item: Option<&mut [u8]>,
        timeout: Option<Duration>,
    ) -> i32 {
        let mut raw = self.0.lock();
        status::pop_wait(&match item {
            Some(item) => raw.pop(item, timeout),
            None => raw.wait_item(timeout),
        })
    }

    fn get_many(&self, turn: &mut ShmrtTurn, items: &mut [u8], timeout: Option<Duration>) -> i32 {
        let mut raw = self.0.lock();
        let (number, done) = if timeout == Some(Duration::ZERO) {
            let result = raw.try_pop_many(turn.count, items);
            (status::pop(&result), result.unwrap_or(0))
        } else {
            let result = raw.pop_many(turn.count, items, timeout);
            (status::pop_wait(&result), result.unwrap_or(0))
        };
        turn.done = done;
        number
    }

    fn number(&self, name: &str) -> Option<Result<u64>> {
        (name == "redelivered").then(|| Ok(self.0.lock().redelivered()))
    }
}
