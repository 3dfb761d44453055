//! Does one operation on an object of `tests/schemas/steps.toml`, and kills itself
//! before its n-th store to the segment. `tests/c/steps.c` does the same.
//!
//! ```text
//! crash-crate ADDRESS OBJECT OPERATION N FIRST
//! ```
//!
//! FIRST is the first number that it may put in. It says how many steps the operation
//! has if it comes to its end.

#![allow(clippy::pedantic)]

mod steps;

use shm_runtime::__private::{kill_before, taken};
use shm_runtime::cell;
use shm_runtime::queue::{Consumer, Producer, Queue};
use shm_runtime::state::State;
use shm_runtime::stream::Stream;
use std::time::Duration;
use steps::{Item, Steps};

fn item(n: u64) -> Item {
    Item { n, squares: [n * n; 3] }
}

fn check(found: &Item) -> u64 {
    assert_eq!(*found, item(found.n), "a torn item");
    found.n
}

/// What dies: the stores of `operation`.
struct Victim {
    before: u64,
    first: u64,
}

impl Victim {
    fn during<T>(&self, operation: impl FnOnce() -> T) -> T {
        kill_before(self.before);
        let made = operation();
        println!("{}", taken());
        kill_before(0);
        made
    }

    /// A producer that has pushed one message.
    fn producer(&self, queue: &Queue<Item>) -> Producer<Item> {
        let mut out = queue.producer().unwrap();
        out.try_push(&item(self.first)).unwrap();
        out
    }

    /// A consumer that has popped one message.
    fn consumer(&self, queue: &Queue<Item>) -> Consumer<Item> {
        let mut inn = queue.consumer().unwrap();
        check(&inn.try_pop().unwrap());
        inn
    }

    fn on_a_queue(&self, queue: &Queue<Item>, operation: &str) {
        let next = self.first + 1;
        match operation {
            "first_push" => drop(self.during(|| self.producer(queue))),
            "push" => {
                let mut out = self.producer(queue);
                self.during(|| out.try_push(&item(next)).unwrap());
            }
            "push_many" => {
                let mut out = self.producer(queue);
                let many = [item(next), item(next + 1), item(next + 2)];
                self.during(|| out.push_slice(&many).unwrap());
            }
            "push_in_place" => {
                let mut out = self.producer(queue);
                self.during(|| {
                    let mut slot = out.reserve().unwrap();
                    slot.write(&item(next));
                    slot.commit();
                });
            }
            "no_longer_produce" => {
                let out = self.producer(queue);
                self.during(|| drop(out));
            }
            "first_pop" => drop(self.during(|| self.consumer(queue))),
            "pop" => {
                let mut inn = self.consumer(queue);
                self.during(|| check(&inn.try_pop().unwrap()));
            }
            "pop_many" => {
                let mut inn = self.consumer(queue);
                let mut many = [Item::default(); 3];
                let n = self.during(|| inn.pop_slice(&mut many).unwrap());
                many[..n].iter().for_each(|item| _ = check(item));
            }
            "peek" => {
                let mut inn = self.consumer(queue);
                self.during(|| inn.peek().unwrap().release());
            }
            "no_longer_consume" => {
                let inn = self.consumer(queue);
                self.during(|| drop(inn));
            }
            other => panic!("a queue has no operation {other}"),
        }
    }

    fn on_a_stream(&self, stream: &Stream<Item>, operation: &str) {
        let next = self.first + 1;
        let writer = || {
            let mut out = stream.writer().unwrap();
            assert_eq!(out.try_write(&[item(self.first)]), Ok(1));
            out
        };
        let reader = || {
            let mut inn = stream.reader().unwrap();
            let mut one = [Item::default()];
            assert_eq!(inn.try_read(&mut one), Ok(1));
            check(&one[0]);
            inn
        };
        match operation {
            "first_push" => drop(self.during(writer)),
            "push" => {
                let mut out = writer();
                self.during(|| out.try_write(&[item(next)]).unwrap());
            }
            "push_many" => {
                let mut out = writer();
                let many = [item(next), item(next + 1), item(next + 2)];
                self.during(|| out.try_write(&many).unwrap());
            }
            "push_in_place" => {
                let mut out = writer();
                self.during(|| {
                    let mut room = out.reserve().unwrap();
                    room.set(0, &item(next));
                    room.commit(1);
                });
            }
            "no_longer_produce" => {
                let out = writer();
                self.during(|| drop(out));
            }
            "first_pop" => drop(self.during(reader)),
            "pop" | "pop_many" => {
                let mut inn = reader();
                let mut many = [Item::default(); 3];
                let n = if operation == "pop" { 1 } else { 3 };
                self.during(|| inn.try_read(&mut many[..n]).unwrap());
                many[..n].iter().for_each(|item| _ = check(item));
            }
            "peek" => {
                let mut inn = reader();
                self.during(|| {
                    let peeked = inn.peek().unwrap();
                    check(&peeked.get(0));
                    peeked.release(1);
                });
            }
            "no_longer_consume" => {
                let inn = reader();
                self.during(|| drop(inn));
            }
            other => panic!("a stream has no operation {other}"),
        }
    }

    fn on_a_state(&self, state: &State<Item>, operation: &str) {
        let next = item(self.first);
        match operation {
            "change" => self.during(|| {
                let mut guard = state.lock().unwrap();
                *guard = next;
                guard.unlock().unwrap();
            }),
            "wait" => {
                let mut guard = state.lock().unwrap();
                *guard = next;
                self.during(|| guard.wait_timeout(Duration::from_millis(1)).unwrap());
            }
            other => panic!("a state has no operation {other}"),
        }
    }

    fn on_a_cell(&self, cell: &cell::Cell<Item>, operation: &str) {
        let writer = || {
            let mut writer = cell.writer().unwrap();
            writer.store(&item(self.first)).unwrap();
            writer
        };
        let next = item(self.first + 1);
        match operation {
            "first_store" => drop(self.during(writer)),
            "store" => {
                let mut writer = writer();
                self.during(|| writer.store(&next).unwrap());
            }
            "store_in_place" => {
                let mut writer = writer();
                self.during(|| {
                    let mut slot = writer.reserve().unwrap();
                    slot.write(&next);
                    slot.commit();
                });
            }
            other => panic!("a cell has no operation {other}"),
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, address, object, operation, before, first] = &arguments[..] else {
        panic!("ADDRESS OBJECT OPERATION N FIRST")
    };
    let segment = Steps::options().address(address).attach().unwrap();
    let victim = Victim { before: before.parse().unwrap(), first: first.parse().unwrap() };
    match object.as_str() {
        "narrow" => victim.on_a_queue(&segment.narrow(), operation),
        "wide" => victim.on_a_queue(&segment.wide(), operation),
        "items" => victim.on_a_stream(&segment.items(), operation),
        "shared" => victim.on_a_state(&segment.shared(), operation),
        "value" => victim.on_a_cell(&segment.value(), operation),
        other => panic!("there is no object {other}"),
    }
}
