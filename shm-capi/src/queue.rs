//! Queues of items that are bytes.

use crate::attach::ShmrtAttachment;
use crate::gate::{self, Gate};
use crate::last_error::{number, remember};
use crate::status;
use shm_runtime::queue::{RawConsumer, RawProducer};
use std::slice::{from_raw_parts, from_raw_parts_mut};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

/// One side of a queue.
#[allow(missing_debug_implementations)] // opaque
pub struct Side<T> {
    raw: Mutex<T>,
    item: usize,
}

/// A handle on the producer of a queue.
pub type ShmrtProducer = Gate<Side<RawProducer>>;

/// A handle on the consumer of a queue.
pub type ShmrtConsumer = Gate<Side<RawConsumer>>;

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

/// Hands out what was claimed.
///
/// # Safety
///
/// `out` may be written.
unsafe fn claimed<T>(raw: T, item: usize, out: *mut *mut Gate<Side<T>>) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { gate::hand_out(Side { raw: Mutex::new(raw), item }, out) };
    status::OK
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
    attachment.status(|attachment| match RawProducer::of_attachment(attachment, index) {
        Ok(raw) => {
            let item = raw.item_size();
            // SAFETY: as the caller promises.
            unsafe { claimed(raw, item, out) }
        }
        Err(error) => remember(&error),
    })
}

/// Gives the role up, at the end of the calls that are in it.
///
/// # Safety
///
/// `producer` is NULL or a handle of [`shmrt_producer`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_producer_close(producer: *const ShmrtProducer) {
    // SAFETY: as the caller promises.
    unsafe { gate::close(producer) };
}

/// Frees the handle, and gives the role up if that was not done.
///
/// # Safety
///
/// `producer` is NULL or a handle of [`shmrt_producer`], which ends here: no call is
/// in it, and none comes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_producer_free(producer: *mut ShmrtProducer) {
    // SAFETY: as the caller promises.
    unsafe { gate::free(producer) };
}

/// Pushes one item if there is room. It is copied before this returns, and no
/// call that waits reads it.
///
/// # Safety
///
/// `producer` is a live handle, `item` as long as the queue's items.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_try_push(producer: *const ShmrtProducer, item: *const u8) -> i32 {
    // SAFETY: as the caller promises.
    let producer = unsafe { &*producer };
    producer.status(|producer| {
        // SAFETY: as the caller promises.
        let item = unsafe { from_raw_parts(item, producer.item) };
        match try_lock(&producer.raw) {
            Some(mut raw) => status::push(&raw.try_push(item)),
            None => status::BUSY,
        }
    })
}

/// Pushes as many of `count` items as fit with one publish, if there is room for
/// at least one; `done` becomes how many. See [`shmrt_try_push`].
///
/// # Safety
///
/// `producer` is a live handle, `items` holds so many items without a gap,
/// `done` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_try_push_many(
    producer: *const ShmrtProducer,
    items: *const u8,
    count: usize,
    done: *mut usize,
) -> i32 {
    // SAFETY: as the caller promises.
    let producer = unsafe { &*producer };
    producer.status(|producer| {
        let size = producer.item;
        // SAFETY: as the caller promises.
        let items = unsafe { from_raw_parts(items, count * size) };
        let Some(mut raw) = try_lock(&producer.raw) else { return status::BUSY };
        let result = raw.try_push_many(count, |k| &items[k * size..(k + 1) * size]);
        let number = status::push(&result);
        // SAFETY: as the caller promises.
        unsafe { *done = result.unwrap_or(0) };
        number
    })
}

/// Waits until there is room for an item, which only a push of this producer
/// takes away; see [`FOREVER`].
///
/// # Safety
///
/// `producer` is a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_wait_room(producer: *const ShmrtProducer, timeout_ns: u64) -> i32 {
    // SAFETY: as the caller promises.
    let producer = unsafe { &*producer };
    producer.status(|side| status::push_wait(&lock(&side.raw).wait_room(timeout(timeout_ns))))
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
    attachment.status(|attachment| match RawConsumer::of_attachment(attachment, index) {
        Ok(raw) => {
            let item = raw.item_size();
            // SAFETY: as the caller promises.
            unsafe { claimed(raw, item, out) }
        }
        Err(error) => remember(&error),
    })
}

/// Gives the role up, at the end of the calls that are in it.
///
/// # Safety
///
/// `consumer` is NULL or a handle of [`shmrt_consumer`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_consumer_close(consumer: *const ShmrtConsumer) {
    // SAFETY: as the caller promises.
    unsafe { gate::close(consumer) };
}

/// Frees the handle, and gives the role up if that was not done.
///
/// # Safety
///
/// `consumer` is NULL or a handle of [`shmrt_consumer`], which ends here: no call is
/// in it, and none comes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_consumer_free(consumer: *mut ShmrtConsumer) {
    // SAFETY: as the caller promises.
    unsafe { gate::free(consumer) };
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
    let consumer = unsafe { &*consumer };
    consumer.status(|consumer| {
        // SAFETY: as the caller promises.
        let item = unsafe { from_raw_parts_mut(item, consumer.item) };
        let Some(mut raw) = try_lock(&consumer.raw) else { return status::BUSY };
        let number = status::pop(&raw.try_pop(item));
        if number == status::OK {
            // SAFETY: as the caller promises.
            unsafe { *filled = 1 };
        }
        number
    })
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
    let consumer = unsafe { &*consumer };
    consumer.status(|consumer| {
        // SAFETY: as the caller promises.
        let item = unsafe { from_raw_parts_mut(item, consumer.item) };
        let number = status::pop_wait(&lock(&consumer.raw).pop(item, timeout(timeout_ns)));
        if number == status::OK {
            // SAFETY: as the caller promises.
            unsafe { *filled = 1 };
        }
        number
    })
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
    consumer.status(|consumer| {
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
    })
}

/// How many of the next messages a dead consumer may have seen; 0 of a handle that
/// is closed.
///
/// # Safety
///
/// `consumer` is a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_redelivered(consumer: *const ShmrtConsumer) -> u64 {
    // SAFETY: as the caller promises.
    let consumer = unsafe { &*consumer };
    consumer.with(|consumer| lock(&consumer.raw).redelivered()).unwrap_or(0)
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
    attachment.status(|attachment| {
        number(attachment.queue_depth(index).map(|depth| {
            // SAFETY: as the caller promises.
            unsafe { *out = depth };
        }))
    })
}
