//! The memory of the model checker loom: what an object's logic runs on in every
//! interleaving and with every stale value that the memory model allows.
//!
//! Two things are added to loom. A *life*: a process that is killed has done a
//! prefix of its stores, so after this many stores of a process all later ones
//! are dropped. And a *weak spot*: a store that is relaxed where the code asks
//! for release.

use super::words::{Area, Flag, Memory, ReadArea, Ring, Slots, Word};
use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};
use loom::sync::{Arc, Condvar, Mutex};
use std::collections::BTreeMap;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicIsize, Ordering::SeqCst};
use std::time::Duration;

/// How many more stores a process does before it is dead.
#[derive(Clone)]
pub(crate) struct Life(std::sync::Arc<AtomicIsize>);

impl Life {
    pub(crate) fn of(stores: isize) -> Self {
        Self(std::sync::Arc::new(AtomicIsize::new(stores)))
    }

    pub(crate) fn endless() -> Self {
        Self::of(isize::MAX / 2)
    }

    /// Whether the store that is about to be done is still done.
    fn lives(&self) -> bool {
        self.0.fetch_sub(1, SeqCst) > 0
    }

    /// Whether a store was dropped. Between its last store and the next one it may
    /// have done all that lies there, or nothing of it.
    pub(crate) fn is_over(&self) -> bool {
        self.0.load(SeqCst) < 0
    }
}

loom::lazy_static! {
    /// Whether a process is registered for barriers; there is one at most that
    /// notifies.
    static ref REGISTERED: AtomicBool = AtomicBool::new(false);
    /// A barrier falls between two steps of a registered process. Where there is
    /// none but a store and a load, it is enough to say on which side of the point
    /// between them: whoever passes it later sees what was before the other's.
    static ref BARRIERS: AtomicU64 = AtomicU64::new(0);
    /// The same of a millisecond, which no store outlasts unseen.
    static ref MOMENTS: AtomicU64 = AtomicU64::new(0);
}

/// A process of which these things are so.
pub(crate) struct Process<const REGISTERS: bool, const FENCES: bool, const BARS: bool> {}

/// One for which the system does all that is asked.
pub(crate) type Model = Process<true, true, true>;
/// One to which `membarrier` is denied.
pub(crate) type Denied = Process<false, true, false>;
/// One whose barriers are refused, although it could register.
pub(crate) type Refused = Process<true, true, false>;

impl<const REGISTERS: bool, const FENCES: bool, const BARS: bool> Memory
    for Process<REGISTERS, FENCES, BARS>
{
    type Word = ModelWord;
    type Flag = ModelFlag;
    type Slots = ModelSlots;
    type ReadArea = ModelArea;
    type Area = ModelArea;
    fn fence() {
        if FENCES {
            fence(Ordering::SeqCst);
        }
    }
    fn release_fence() {
        fence(Ordering::Release);
    }
    fn acquire_fence() {
        fence(Ordering::Acquire);
    }
    fn register() -> bool {
        if REGISTERS {
            REGISTERED.store(true, Ordering::Release);
        }
        REGISTERS
    }
    fn unless_registered(bits: u32) -> u32 {
        if REGISTERS { 0 } else { bits }
    }
    fn barrier() -> bool {
        if BARS {
            fence(Ordering::SeqCst);
            if REGISTERED.load(Ordering::Acquire) {
                BARRIERS.fetch_add(1, Ordering::AcqRel);
            }
            fence(Ordering::SeqCst);
        }
        BARS
    }
    fn barrier_point() {
        if REGISTERS {
            BARRIERS.fetch_add(1, Ordering::AcqRel);
        }
        MOMENTS.fetch_add(1, Ordering::AcqRel);
    }
    fn program_order() {}
}

/// Registered, it says, and is not.
pub(crate) enum Deaf {}

impl Memory for Deaf {
    type Word = ModelWord;
    type Flag = ModelFlag;
    type Slots = ModelSlots;
    type ReadArea = ModelArea;
    type Area = ModelArea;
    fn fence() {}
    fn release_fence() {}
    fn acquire_fence() {}
    fn register() -> bool {
        true
    }
    fn unless_registered(_: u32) -> u32 {
        0
    }
    fn barrier() -> bool {
        true
    }
    fn barrier_point() {}
    fn program_order() {}
}

/// The model's memory with or without either of the lesser fences.
pub(crate) enum Fences<const RELEASE: bool, const ACQUIRE: bool> {}

impl<const RELEASE: bool, const ACQUIRE: bool> Memory for Fences<RELEASE, ACQUIRE> {
    type Word = ModelWord;
    type Flag = ModelFlag;
    type Slots = ModelSlots;
    type ReadArea = ModelArea;
    type Area = ModelArea;
    fn fence() {
        Model::fence();
    }
    fn release_fence() {
        if RELEASE {
            fence(Ordering::Release);
        }
    }
    fn acquire_fence() {
        if ACQUIRE {
            fence(Ordering::Acquire);
        }
    }
    fn register() -> bool {
        Model::register()
    }
    fn unless_registered(bits: u32) -> u32 {
        Model::unless_registered(bits)
    }
    fn barrier() -> bool {
        Model::barrier()
    }
    fn barrier_point() {
        Model::barrier_point();
    }
    fn program_order() {}
}

pub(crate) struct ModelWord {
    pub(crate) word: Arc<AtomicU64>,
    pub(crate) life: Life,
    pub(crate) weak: bool,
}

fn soften(order: Ordering, weak: bool) -> Ordering {
    if weak { Ordering::Relaxed } else { order }
}

impl Word for ModelWord {
    fn load(&self, order: Ordering) -> u64 {
        self.word.load(order)
    }
    fn store(&self, value: u64, order: Ordering) {
        if self.life.lives() {
            self.word.store(value, soften(order, self.weak));
        }
    }
    fn exchange(&self, current: u64, new: u64) -> Result<u64, u64> {
        self.word.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire)
    }
}

/// A word to sleep on, and the kernel's part of it: a sleeper has looked at the
/// word under a lock that a waker takes as well.
pub(crate) struct ModelFlag {
    word: AtomicU32,
    sleepers: Mutex<usize>,
    wake: Condvar,
}

impl ModelFlag {
    pub(crate) fn new() -> Self {
        Self { word: AtomicU32::new(0), sleepers: Mutex::new(0), wake: Condvar::new() }
    }
}

impl Flag for ModelFlag {
    fn load(&self, order: Ordering) -> u32 {
        self.word.load(order)
    }
    fn set(&self, bits: u32) -> u32 {
        self.word.fetch_or(bits, Ordering::SeqCst) | bits
    }
    fn exchange(&self, current: u32, new: u32) -> Result<u32, u32> {
        self.word.compare_exchange(current, new, Ordering::SeqCst, Ordering::Relaxed)
    }
    /// Without end, unless it is told to be brief: a wake-up that is missed is a
    /// deadlock, which loom tells.
    fn sleep(&self, value: u32, at_most: Duration) {
        if at_most < Duration::MAX {
            MOMENTS.fetch_add(1, Ordering::AcqRel);
            return;
        }
        let mut sleepers = self.sleepers.lock().unwrap();
        if self.word.load(Ordering::SeqCst) == value {
            *sleepers += 1;
            drop(self.wake.wait(sleepers).unwrap());
        }
    }
    fn wake(&self) {
        *self.sleepers.lock().unwrap() = 0;
        self.wake.notify_all();
    }
    fn wake_one(&self) -> bool {
        let mut sleepers = self.sleepers.lock().unwrap();
        let found = *sleepers > 0;
        if found {
            *sleepers -= 1;
            self.wake.notify_one();
        }
        found
    }
    fn swap(&self, value: u32) -> u32 {
        self.word.swap(value, Ordering::AcqRel)
    }
    fn add(&self, n: u32) {
        self.word.fetch_add(n, Ordering::AcqRel);
    }
}

/// A slot: a stamp, and an item that loom takes for plain memory. So it tells
/// every access that is not ordered after the last one of the other side,
/// even where no wrong value came of it.
pub(crate) struct Slot {
    pub(crate) stamp: AtomicU64,
    pub(crate) item: UnsafeCell<[u8; 16]>,
}

#[derive(Clone)]
pub(crate) struct ModelSlots {
    pub(crate) slots: Arc<Vec<Slot>>,
    pub(crate) life: Life,
    pub(crate) weak: bool,
}

impl Slots for ModelSlots {
    type Ring = Self;
    fn ring(&self) -> Self {
        self.clone()
    }
}

impl Ring for ModelSlots {
    type At = usize;

    fn at(&self, index: usize) -> usize {
        index
    }
    fn next(&self, at: usize, _: usize) -> usize {
        (at + 1) % self.slots.len()
    }
    fn previous(&self, at: usize, _: usize) -> usize {
        (at + self.slots.len() - 1) % self.slots.len()
    }
    fn load_stamp(&self, index: usize, order: Ordering) -> u64 {
        self.slots[index].stamp.load(order)
    }
    fn store_stamp(&self, index: usize, stamp: u64, order: Ordering) {
        if self.life.lives() {
            self.slots[index].stamp.store(stamp, soften(order, self.weak));
        }
    }
    fn write(&self, index: usize, bytes: &[u8]) {
        // Two stores, of which the death may let through only the first.
        for half in [0..8, 8..16] {
            if self.life.lives() {
                // SAFETY: loom runs one thread at a time, and reports the
                // access if another's is not ordered before it.
                self.slots[index].item.with_mut(|item| unsafe {
                    (&mut (*item))[half.clone()].copy_from_slice(&bytes[half]);
                });
            }
        }
    }
    fn read<'a>(&self, index: usize, bytes: &'a mut [MaybeUninit<u8>]) -> &'a mut [u8] {
        // SAFETY: as above.
        let item = self.slots[index].item.with(|item| unsafe { *item });
        for (to, byte) in bytes.iter_mut().zip(item) {
            to.write(byte);
        }
        assert_eq!(bytes.len(), item.len());
        // SAFETY: every byte was written just now.
        unsafe { &mut *((bytes as *mut [MaybeUninit<u8>]) as *mut [u8]) }
    }
}

/// Words at computed places: those that the object under test uses. Each is an
/// atomic of its own, so that payloads may be read while they are written, as those
/// of a cell are.
#[derive(Clone)]
pub(crate) struct ModelArea {
    words: Arc<BTreeMap<usize, AtomicU64>>,
    life: Life,
    /// Words whose stores are relaxed where the code asks for release.
    weak: std::sync::Arc<[usize]>,
}

impl ModelArea {
    /// With these words, all 0.
    pub(crate) fn new(places: impl IntoIterator<Item = usize>) -> Self {
        let words = places.into_iter().map(|at| (at, AtomicU64::new(0))).collect();
        Self { words: Arc::new(words), life: Life::endless(), weak: [].into() }
    }

    /// The same words as another process sees them, which lives so long.
    pub(crate) fn of(&self, life: &Life) -> Self {
        Self { life: life.clone(), ..self.clone() }
    }

    pub(crate) fn weakened(&self, weak: &[usize]) -> Self {
        Self { weak: weak.into(), ..self.clone() }
    }
}

impl ReadArea for ModelArea {
    fn load(&self, at: usize, order: Ordering) -> u64 {
        self.words[&at].load(order)
    }
    fn read(&self, at: usize, bytes: &mut [u8]) {
        for (n, bytes) in bytes.chunks_exact_mut(8).enumerate() {
            bytes.copy_from_slice(&self.load(at + n, Ordering::Relaxed).to_ne_bytes());
        }
    }
    fn read_part(&self, at: usize, offset: usize, bytes: &mut [u8]) {
        for (byte, n) in bytes.iter_mut().zip(offset..) {
            *byte = self.load(at + n / 8, Ordering::Relaxed).to_ne_bytes()[n % 8];
        }
    }
}

impl Area for ModelArea {
    fn store(&self, at: usize, value: u64, order: Ordering) {
        if self.life.lives() {
            self.words[&at].store(value, soften(order, self.weak.contains(&at)));
        }
    }
    fn write(&self, at: usize, bytes: &[u8]) {
        for (n, bytes) in bytes.chunks_exact(8).enumerate() {
            let mut value = [0; 8];
            value.copy_from_slice(bytes);
            self.store(at + n, u64::from_ne_bytes(value), Ordering::Relaxed);
        }
    }
    fn write_part(&self, at: usize, offset: usize, bytes: &[u8]) {
        let mut rest = bytes;
        let mut from = offset;
        while !rest.is_empty() {
            let (bytes, others) = rest.split_at(rest.len().min(8 - from % 8));
            let mut value = self.load(at + from / 8, Ordering::Relaxed).to_ne_bytes();
            value[from % 8..][..bytes.len()].copy_from_slice(bytes);
            self.store(at + from / 8, u64::from_ne_bytes(value), Ordering::Relaxed);
            from += bytes.len();
            rest = others;
        }
    }
}
