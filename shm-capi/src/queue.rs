//! Queues of items that are bytes.

use crate::attach::ShmrtAttachment;
use crate::last_error::{number, remember};
use crate::status;
use shm_runtime::Result;
use shm_runtime::queue::{RawConsumer, RawProducer};
use std::slice::{from_raw_parts, from_raw_parts_mut};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

/// The producer of a queue.
pub struct ShmrtProducer {
    raw: Mutex<RawProducer>,
    item: usize,
}

/// The consumer of a queue.
pub struct ShmrtConsumer {
    raw: Mutex<RawConsumer>,
    item: usize,
}

/// Waits without end.
pub const FOREVER: u64 = u64::MAX;

fn timeout(ns: u64) -> Option<Duration> {
    (ns != FOREVER).then(|| Duration::from_nanos(ns))
}

/// The handle, unless another thread is at work with it.
fn try_lock<T>(mutex: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        // Nothing under the lock panics; if it did, the state is whole.
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hand_out<T>(result: Result<T>, out: *mut *mut T) -> i32 {
    match result {
        Ok(handle) => {
            // SAFETY: the callers promise that it may be written.
            unsafe { *out = Box::into_raw(Box::new(handle)) };
            status::OK
        }
        Err(error) => remember(&error),
    }
}

/// Becomes the producer of object `index`.
///
/// # Safety
///
/// `attachment` is a live handle, `out` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_producer(
    attachment: *const ShmrtAttachment,
    index: usize,
    out: *mut *mut ShmrtProducer,
) -> i32 {
    // SAFETY: as the caller promises.
    let attachment = unsafe { &*attachment };
    let claimed = RawProducer::of_attachment(&attachment.inner, index).map(|raw| {
        let item = raw.item_size();
        ShmrtProducer { raw: Mutex::new(raw), item }
    });
    hand_out(claimed, out)
}

/// Gives the role up.
///
/// # Safety
///
/// `producer` is NULL or a live handle, which ends here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_producer_free(producer: *mut ShmrtProducer) {
    if !producer.is_null() {
        // SAFETY: as the caller promises.
        drop(unsafe { Box::from_raw(producer) });
    }
}

/// Pushes one item if there is room.
///
/// # Safety
///
/// `producer` is a live handle, `item` as long as the queue's items.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_try_push(producer: *const ShmrtProducer, item: *const u8) -> i32 {
    // SAFETY: as the caller promises.
    let (producer, item) = unsafe { (&*producer, from_raw_parts(item, (*producer).item)) };
    match try_lock(&producer.raw) {
        Some(mut raw) => status::push(&raw.try_push(item)),
        None => status::BUSY,
    }
}

/// Waits for room; see [`FOREVER`].
///
/// # Safety
///
/// As [`shmrt_try_push`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_push(
    producer: *const ShmrtProducer,
    item: *const u8,
    timeout_ns: u64,
) -> i32 {
    // SAFETY: as the caller promises.
    let (producer, item) = unsafe { (&*producer, from_raw_parts(item, (*producer).item)) };
    status::push_wait(&lock(&producer.raw).push(item, timeout(timeout_ns)))
}

/// Waits for room for one of `count` items, then pushes as many as fit with
/// one publish; `done` becomes how many. A time-out of 0 does not wait.
///
/// # Safety
///
/// `producer` is a live handle, `items` holds so many items without a gap,
/// `done` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_push_many(
    producer: *const ShmrtProducer,
    items: *const u8,
    count: usize,
    timeout_ns: u64,
    done: *mut usize,
) -> i32 {
    // SAFETY: as the caller promises.
    let producer = unsafe { &*producer };
    let size = producer.item;
    // SAFETY: as the caller promises.
    let items = unsafe { from_raw_parts(items, count * size) };
    let item = |k: usize| &items[k * size..(k + 1) * size];
    let (number, n) = if timeout_ns == 0 {
        let result = lock(&producer.raw).try_push_many(count, item);
        (status::push(&result), result.unwrap_or(0))
    } else {
        let result = lock(&producer.raw).push_many(count, item, timeout(timeout_ns));
        (status::push_wait(&result), result.unwrap_or(0))
    };
    // SAFETY: as the caller promises.
    unsafe { *done = n };
    number
}

/// Becomes the consumer of object `index`.
///
/// # Safety
///
/// `attachment` is a live handle, `out` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_consumer(
    attachment: *const ShmrtAttachment,
    index: usize,
    out: *mut *mut ShmrtConsumer,
) -> i32 {
    // SAFETY: as the caller promises.
    let attachment = unsafe { &*attachment };
    let claimed = RawConsumer::of_attachment(&attachment.inner, index).map(|raw| {
        let item = raw.item_size();
        ShmrtConsumer { raw: Mutex::new(raw), item }
    });
    hand_out(claimed, out)
}

/// Gives the role up.
///
/// # Safety
///
/// `consumer` is NULL or a live handle, which ends here.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_consumer_free(consumer: *mut ShmrtConsumer) {
    if !consumer.is_null() {
        // SAFETY: as the caller promises.
        drop(unsafe { Box::from_raw(consumer) });
    }
}

/// Pops one item if there is one, and stores 1 into `filled` in the same
/// breath: an interpreter that is interrupted behind the call knows by it that
/// the item is its to keep.
///
/// # Safety
///
/// `consumer` is a live handle, `item` has room for an item, `filled` may be
/// written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_try_pop(
    consumer: *const ShmrtConsumer,
    item: *mut u8,
    filled: *mut u8,
) -> i32 {
    // SAFETY: as the caller promises.
    let (consumer, item) = unsafe { (&*consumer, from_raw_parts_mut(item, (*consumer).item)) };
    let Some(mut raw) = try_lock(&consumer.raw) else { return status::BUSY };
    let number = status::pop(&raw.try_pop(item));
    if number == status::OK {
        // SAFETY: as the caller promises.
        unsafe { *filled = 1 };
    }
    number
}

/// Waits for an item; see [`shmrt_try_pop`] and [`FOREVER`].
///
/// # Safety
///
/// As [`shmrt_try_pop`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_pop(
    consumer: *const ShmrtConsumer,
    item: *mut u8,
    filled: *mut u8,
    timeout_ns: u64,
) -> i32 {
    // SAFETY: as the caller promises.
    let (consumer, item) = unsafe { (&*consumer, from_raw_parts_mut(item, (*consumer).item)) };
    let number = status::pop_wait(&lock(&consumer.raw).pop(item, timeout(timeout_ns)));
    if number == status::OK {
        // SAFETY: as the caller promises.
        unsafe { *filled = 1 };
    }
    number
}

/// Waits for at least one item, then pops up to `count`; `done` becomes how
/// many, in the same breath. A time-out of 0 does not wait.
///
/// # Safety
///
/// `consumer` is a live handle, `items` has room for so many items, `done` may
/// be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_pop_many(
    consumer: *const ShmrtConsumer,
    items: *mut u8,
    count: usize,
    timeout_ns: u64,
    done: *mut usize,
) -> i32 {
    // SAFETY: as the caller promises.
    let consumer = unsafe { &*consumer };
    // SAFETY: as the caller promises.
    let items = unsafe { from_raw_parts_mut(items, count * consumer.item) };
    let (number, n) = if timeout_ns == 0 {
        let result = lock(&consumer.raw).try_pop_many(count, items);
        (status::pop(&result), result.unwrap_or(0))
    } else {
        let result = lock(&consumer.raw).pop_many(count, items, timeout(timeout_ns));
        (status::pop_wait(&result), result.unwrap_or(0))
    };
    // SAFETY: as the caller promises.
    unsafe { *done = n };
    number
}

/// How many of the next messages a dead consumer may have seen.
///
/// # Safety
///
/// `consumer` is a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_redelivered(consumer: *const ShmrtConsumer) -> u64 {
    // SAFETY: as the caller promises.
    lock(&unsafe { &*consumer }.raw).redelivered()
}

/// Messages that wait in object `index`.
///
/// # Safety
///
/// `attachment` is a live handle, `out` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_depth(
    attachment: *const ShmrtAttachment,
    index: usize,
    out: *mut u64,
) -> i32 {
    // SAFETY: as the caller promises.
    let attachment = unsafe { &*attachment };
    number(attachment.inner.queue_depth(index).map(|depth| {
        // SAFETY: as the caller promises.
        unsafe { *out = depth };
    }))
}
