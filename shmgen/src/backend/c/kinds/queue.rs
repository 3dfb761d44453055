//! The functions of a queue.

use super::{Functions, Held, Place};
use crate::backend::text::Page;
use askama::Template;
use shm_runtime::queue::layout::QueueLayout;

#[derive(Template)]
#[template(path = "c/queue.jinja", escape = "none")]
struct Queue<'a> {
    o: Place<'a>,
    capacity: u64,
}

const HELD: &[Held] = &[
    Held { ty: "shm_queue_producer", suffix: "_producer", release: "shm_queue_producer_release" },
    Held { ty: "shm_queue_consumer", suffix: "_consumer", release: "shm_queue_consumer_release" },
];

impl Functions for QueueLayout {
    fn held(&self) -> &'static [Held] {
        HELD
    }

    fn write(&self, page: &mut Page, o: Place<'_>) {
        page.add(&Queue { o, capacity: self.capacity });
    }
}
