//! One side of an object, by verbs: the same few functions for every kind.
//!
//! A side is claimed, used, closed and freed. What it does with each verb is its
//! kind's to say, in `kinds/`; here pointers become slices.

use crate::attach::{ShmrtAttachment, text};
use crate::gate::{self, Gate};
use crate::kinds::{self, Verbs};
use crate::last_error::{copy_text, invalid, remember};
use crate::status;
use shm_runtime::{Attachment, json};
use std::ffi::c_char;
use std::slice::{from_raw_parts, from_raw_parts_mut};
use std::time::Duration;

/// Reads and looks, and claims no role.
pub const LOOK: u32 = 0;
/// The side that puts: producer, writer.
pub const PUT: u32 = 1;
/// The side that takes out: consumer, holder of a state's lock.
pub const GET: u32 = 2;

/// A signal: wakes one who waits.
pub const NOTIFY_ONE: u32 = 0;
/// A signal: wakes all who wait.
pub const NOTIFY_ALL: u32 = 1;
/// A signal: gives the lock up; nothing where it is not held.
pub const UNLOCK: u32 = 2;
/// A signal: gives the lock up in order to wait. What to wait by goes into the `count`
/// of the turn, for [`shmrt_put_wait`], which sleeps, and [`shmrt_get_wait`], which takes
/// the lock again.
pub const WAIT: u32 = 3;

/// Waits without end.
pub const FOREVER: u64 = u64::MAX;

/// One side of an object.
#[allow(missing_debug_implementations)] // opaque
pub struct Side {
    verbs: Box<dyn Verbs>,
    attachment: Attachment,
    index: usize,
}

/// A handle on one side of an object.
pub type ShmrtSide = Gate<Side>;

/// What a call is about, and what became of it.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct ShmrtTurn {
    /// Bytes of one item, which must be those of the object.
    pub size: usize,
    /// Which one of an array; else 0.
    pub at: usize,
    /// With many: how many items there are, or there is room for. Of a state: see
    /// [`WAIT`].
    pub count: usize,
    /// Of a cell: a wait is for a version above this one, and behind a get it is
    /// the version of what was got. Of a state the number of the lock that a get took, for
    /// the calls with it.
    pub version: u64,
    /// How many items a call has put in or taken out. It is written by the call
    /// itself, so that a process that is interrupted behind it knows.
    pub done: usize,
}

/// Claims a side of object `index`; `out` becomes a handle, see
/// [`shmrt_side_free`].
///
/// # Safety
///
/// `attachment` is a live handle, `out` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_side(
    attachment: *const ShmrtAttachment,
    index: usize,
    role: u32,
    out: *mut *mut ShmrtSide,
) -> i32 {
    // SAFETY: as the caller promises.
    let attachment = unsafe { &*attachment };
    attachment.status(|attachment| match kinds::side(attachment, index, role) {
        Ok(verbs) => {
            let side = Side { verbs, attachment: attachment.clone(), index };
            // SAFETY: as the caller promises.
            unsafe { gate::hand_out(side, out) };
            status::OK
        }
        Err(status) => status,
    })
}

/// Gives the role up, at the end of the calls that are in it.
///
/// # Safety
///
/// `side` is NULL or a handle of [`shmrt_side`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_side_close(side: *const ShmrtSide) {
    // SAFETY: as the caller promises.
    unsafe { gate::close(side) };
}

/// Frees the handle, and gives the role up if that was not done.
///
/// # Safety
///
/// `side` is NULL or a handle of [`shmrt_side`], which ends here: no call is in
/// it, and none comes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_side_free(side: *mut ShmrtSide) {
    // SAFETY: as the caller promises.
    unsafe { gate::free(side) };
}

/// Puts one item in, if that can be done at once. It is copied before this
/// returns, and no call that waits reads it.
///
/// # Safety
///
/// `side` is NULL (which is [`status::INVALID`]) or a live handle, `turn` leads to
/// a turn, and `item` to as many bytes as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_put(
    side: *const ShmrtSide,
    item: *const u8,
    turn: *const ShmrtTurn,
) -> i32 {
    let put = |side: &Side, turn: &ShmrtTurn| {
        // SAFETY: as the caller promises.
        side.verbs.put(turn, unsafe { from_raw_parts(item, turn.size) })
    };
    // SAFETY: as the caller promises.
    unsafe { with(side, turn, put) }
}

/// Takes one item out, or reads it, if there is one; `done` of the turn becomes 1
/// then.
///
/// # Safety
///
/// `side` is NULL (which is [`status::INVALID`]) or a live handle, `turn` leads to
/// a turn that may be written, and `item` to room for as many bytes as it says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_get(
    side: *const ShmrtSide,
    item: *mut u8,
    turn: *mut ShmrtTurn,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { taking(side, turn, 1, |verbs, turn| verbs.get(turn, slice(item, turn.size))) }
}

/// Waits until an item can be put in, which only a put of this side makes
/// impossible again; see [`FOREVER`]. It reads no item.
///
/// # Safety
///
/// `side` is NULL (which is [`status::INVALID`]) or a live handle, `turn` leads to
/// a turn.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_put_wait(
    side: *const ShmrtSide,
    turn: *const ShmrtTurn,
    timeout_ns: u64,
) -> i32 {
    let wait = |side: &Side, turn: &ShmrtTurn| side.verbs.put_wait(turn, timeout(timeout_ns));
    // SAFETY: as the caller promises.
    unsafe { with(side, turn, wait) }
}

/// Waits for an item; see [`shmrt_get`] and [`FOREVER`]. Without room for it, an
/// `item` of NULL, it is left where it is.
///
/// # Safety
///
/// As [`shmrt_get`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_get_wait(
    side: *const ShmrtSide,
    item: *mut u8,
    turn: *mut ShmrtTurn,
    timeout_ns: u64,
) -> i32 {
    let done = usize::from(!item.is_null());
    // SAFETY: as the caller promises.
    unsafe {
        taking(side, turn, done, |verbs, turn| {
            let room = (!item.is_null()).then(|| slice(item, turn.size));
            verbs.get_wait(turn, room, timeout(timeout_ns))
        })
    }
}

/// Puts as many of `count` items in as fit, if at least one does; `done` of the
/// turn becomes how many. See [`shmrt_put`].
///
/// # Safety
///
/// `side` is NULL (which is [`status::INVALID`]) or a live handle, `turn` leads to
/// a turn that may be written, and `items` to this many items without a gap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_put_many(
    side: *const ShmrtSide,
    items: *const u8,
    turn: *mut ShmrtTurn,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe {
        taking(side, turn, 0, |verbs, turn| {
            verbs.put_many(turn, from_raw_parts(items, turn.count * turn.size))
        })
    }
}

/// Waits for at least one item, then takes up to `count` out; `done` of the turn
/// becomes how many. A time-out of 0 does not wait.
///
/// # Safety
///
/// `side` is NULL (which is [`status::INVALID`]) or a live handle, `turn` leads to
/// a turn that may be written, and `items` to room for this many items.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_get_many(
    side: *const ShmrtSide,
    items: *mut u8,
    turn: *mut ShmrtTurn,
    timeout_ns: u64,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe {
        taking(side, turn, 0, |verbs, turn| {
            let room = slice(items, turn.count * turn.size);
            verbs.get_many(turn, room, timeout(timeout_ns))
        })
    }
}

/// Tells others something, or gives something up: [`NOTIFY_ONE`], [`NOTIFY_ALL`],
/// [`UNLOCK`], [`WAIT`]. It never waits.
///
/// # Safety
///
/// `side` is NULL (which is [`status::INVALID`]) or a live handle, `turn` leads to
/// a turn that may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_signal(
    side: *const ShmrtSide,
    turn: *mut ShmrtTurn,
    what: u32,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { taking(side, turn, 1, |verbs, turn| verbs.signal(turn, what)) }
}

/// One number of the object, or of this side of it, by its name.
///
/// # Safety
///
/// `side` is NULL (which is [`status::INVALID`]) or a live handle, `name` is
/// NUL-terminated, `out` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_number(
    side: *const ShmrtSide,
    name: *const c_char,
    out: *mut u64,
) -> i32 {
    // SAFETY: as the caller promises.
    let name = unsafe { text(name) }.unwrap_or_default();
    let number = |side: &Side| match side.verbs.number(name) {
        Some(Ok(number)) => {
            // SAFETY: as the caller promises.
            unsafe { *out = number };
            status::OK
        }
        Some(Err(error)) => remember(&error),
        None => invalid(&format!("this side of the object has no number called {name}")),
    };
    // SAFETY: as the caller promises.
    unsafe { on(side, number) }
}

/// What is known about the object, as JSON: its name, kind, definition, numbers
/// and holders; `length` becomes its whole length.
///
/// # Safety
///
/// `side` is NULL (which is [`status::INVALID`]) or a live handle; `out` has room
/// for `size`; `length` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_facts(
    side: *const ShmrtSide,
    out: *mut c_char,
    size: usize,
    length: *mut usize,
) -> i32 {
    let tell = |side: &Side| {
        // Of the object first, which says why where it cannot be determined.
        let told = side.attachment.object_stat(side.index).and_then(|object| {
            let participants = side.attachment.stat()?.participants;
            Ok(json::to_string(&json::Object::of(&object, &participants)))
        });
        match told {
            Ok(told) => {
                // SAFETY: as the caller promises.
                unsafe { *length = copy_text(&told, out, size) };
                status::OK
            }
            Err(error) => remember(&error),
        }
    };
    // SAFETY: as the caller promises.
    unsafe { on(side, tell) }
}

fn timeout(ns: u64) -> Option<Duration> {
    (ns != FOREVER).then(|| Duration::from_nanos(ns))
}

/// # Safety
///
/// `room` leads to this many bytes, which nobody else has.
unsafe fn slice<'a>(room: *mut u8, bytes: usize) -> &'a mut [u8] {
    // SAFETY: as the caller promises.
    unsafe { from_raw_parts_mut(room, bytes) }
}

/// A call of a side.
///
/// # Safety
///
/// `side` is NULL or a live handle.
#[inline]
unsafe fn on(side: *const ShmrtSide, call: impl FnOnce(&Side) -> i32) -> i32 {
    // SAFETY: as the caller promises.
    match unsafe { side.as_ref() } {
        Some(gate) => gate.status(call),
        None => invalid("the side is not claimed"),
    }
}

/// A call that reads its turn, and leaves it.
///
/// # Safety
///
/// `side` is NULL or a live handle, `turn` leads to a turn.
#[inline]
unsafe fn with(
    side: *const ShmrtSide,
    turn: *const ShmrtTurn,
    call: impl FnOnce(&Side, &ShmrtTurn) -> i32,
) -> i32 {
    let checked = |side: &Side| {
        // SAFETY: as the caller promises.
        let turn = unsafe { *turn };
        let size = side.verbs.item_size();
        if turn.size == size { call(side, &turn) } else { wrong_size(turn.size, size) }
    };
    // SAFETY: as the caller promises.
    unsafe { on(side, checked) }
}

/// A call that says in its turn what it did; `done` items unless it says how many.
///
/// # Safety
///
/// `side` is NULL or a live handle, `turn` leads to a turn that may be written.
#[inline]
unsafe fn taking(
    side: *const ShmrtSide,
    turn: *mut ShmrtTurn,
    done: usize,
    call: impl FnOnce(&dyn Verbs, &mut ShmrtTurn) -> i32,
) -> i32 {
    let told = |side: &Side, given: &ShmrtTurn| {
        let mut own = ShmrtTurn { done, ..*given };
        let status = call(&*side.verbs, &mut own);
        if status == status::OK {
            // SAFETY: as the caller promises.
            unsafe { (*turn).version = own.version };
            // SAFETY: as the caller promises.
            unsafe { (*turn).count = own.count };
            // SAFETY: as the caller promises.
            unsafe { (*turn).done = own.done };
        }
        status
    };
    // SAFETY: as the caller promises.
    unsafe { with(side, turn, told) }
}

#[cold]
fn wrong_size(given: usize, size: usize) -> i32 {
    invalid(&format!("the object's items have {size} bytes, and the caller's {given}"))
}
