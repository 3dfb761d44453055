//! Who sleeps is woken by whom it waits for, not by the end of a slice, and sleeping
//! takes no processor time: each in a process of its own, whose slices are half a minute
//! long, so that a wake-up that is missed shows. And the capacity along its bound.

use children::say;
use denied::Denied;
use nix::errno::Errno;
use nix::libc;
use places::Place;
use shm_runtime::queue::{Consumer, Producer};
use shm_runtime::{PopError, PushError, Queue, TryPopError, TryPushError};
use shmgen_test_support::{children, denied, places};
use std::time::{Duration, Instant};

children!(wakes, wakes_without_barriers, sleeps, takes_some_and_waits);

/// A slice.
const LONG: Duration = Duration::from_secs(30);
/// A time-out that is met only where a wake-up was missed.
const HANG: Duration = Duration::from_secs(20);
const ROUNDS: usize = 12;

// --- wake-ups

/// A queue with both its ends, each of an attachment of its own.
struct Pair {
    _place: Place,
    queue: Queue<u64>,
    out: Producer<u64>,
    inn: Consumer<u64>,
}

impl Pair {
    fn new(place: Place, capacity: u64) -> Self {
        let queue = Queue::create(&place.0, capacity).unwrap();
        let other = Queue::attach(&place.0).unwrap();
        let (out, inn) = (queue.producer().unwrap(), other.consumer().unwrap());
        Self { _place: place, queue, out, inn }
    }

    /// Until a push finds no room.
    fn fill(&mut self, mut next: u64) -> u64 {
        loop {
            match self.out.try_push(&next) {
                Ok(()) => next += 1,
                Err(TryPushError::Full) => return next,
                Err(e) => panic!("{e}"),
            }
        }
    }
}

/// On a busy machine some take longer than 50 ms, not all; none takes a slice.
fn must_be_prompt(title: &str, times: Vec<Duration>) {
    must_not_be_missed(title, &times);
    assert!(times.iter().any(|time| *time < Duration::from_millis(50)), "{title}: {times:?}");
}

fn must_not_be_missed(title: &str, times: &[Duration]) {
    assert!(times.iter().all(|time| *time < LONG / 2), "{title}: {times:?}");
}

fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
    // It has said so, and is about to sleep.
    std::thread::sleep(Duration::from_millis(5));
}

type Act<End> = (&'static str, fn(&mut End, u64));

/// What a producer does that a sleeping consumer waits for. Each pushes one.
const PUSHES: [Act<Producer<u64>>; 4] = [
    ("try_push", |out, n| out.try_push(&n).unwrap()),
    ("push", |out, n| out.push_timeout(&n, HANG).unwrap()),
    ("push_slice", |out, n| assert_eq!(out.push_slice(&[n]).unwrap(), 1)),
    ("reserve", |out, n| {
        let mut slot = out.reserve().unwrap();
        slot.write(&n);
        slot.commit();
    }),
];

/// What a consumer does that a sleeping producer waits for. Each pops one.
const POPS: [Act<Consumer<u64>>; 4] = [
    ("try_pop", |inn, n| assert_eq!(inn.try_pop().unwrap(), n)),
    ("pop", |inn, n| assert_eq!(inn.pop_timeout(HANG).unwrap(), n)),
    ("pop_slice", |inn, n| {
        let mut got = [0];
        assert_eq!((inn.pop_slice(&mut got).unwrap(), got[0]), (1, n));
    }),
    ("peek", |inn, n| {
        let loan = inn.peek().unwrap();
        assert_eq!(loan.read(), n);
        loan.release();
    }),
];

#[test]
fn wake_ups_come_at_once_while_slices_are_long() {
    play("wakes", &[]).finish();
}

fn wakes(_: &[String]) {
    shm_runtime::__private::set_sleep_slices(LONG, LONG);
    for place in Place::both() {
        consumers_are_woken(place);
    }
    for capacity in [1, 4, 40] {
        producers_are_woken(Place::posix(), capacity);
    }
    producers_are_woken(Place::sysv(), 40);
    for gone in ["left", "died"] {
        a_new_consumer_wakes(gone);
    }
}

/// Where the kernel denies one of the two commands by which the sleeper pays for both
/// fences, or both, as a sandbox does.
#[test]
fn wake_ups_come_at_once_without_barriers() {
    const EXPEDITED: &str = "2";
    const REGISTER: &str = "4";
    for denied in [&[EXPEDITED][..], &[REGISTER], &[EXPEDITED, REGISTER]] {
        play("wakes_without_barriers", denied).finish();
    }
}

fn wakes_without_barriers(commands: &[String]) {
    let deny = |command: &String| {
        Denied::with(libc::SYS_membarrier, 0, command.parse().unwrap(), Errno::EPERM)
    };
    denied::from_now_on(&commands.iter().map(deny).collect::<Vec<_>>());
    shm_runtime::__private::set_sleep_slices(LONG, LONG);
    consumers_are_woken(Place::posix());
    producers_are_woken(Place::posix(), 40);
}

fn consumers_are_woken(place: Place) {
    let Pair { _place, queue, mut out, mut inn } = Pair::new(place, 8);
    for (title, push) in PUSHES {
        let mut n = 0;
        let times = (0..ROUNDS).map(|_| {
            n += 1;
            let (start, woken) = std::thread::scope(|scope| {
                let sleeper = scope.spawn(|| {
                    assert_eq!(inn.pop_timeout(HANG).unwrap(), n);
                    Instant::now()
                });
                until("a consumer sleeps", || queue.stat().unwrap().waits("consumer"));
                let start = Instant::now();
                push(&mut out, n);
                (start, sleeper.join().unwrap())
            });
            woken.saturating_duration_since(start)
        });
        must_be_prompt(title, times.collect());
    }
}

/// The head is published lazily, so a producer is woken at the latest after as many
/// pops as a batch has: fewer than the capacity wait then.
fn producers_are_woken(place: Place, capacity: u64) {
    let mut pair = Pair::new(place, capacity);
    let batch = (capacity / 8).max(1);
    let (mut next, mut taken) = (0, 0);
    for (title, pop) in POPS {
        let times = (0..ROUNDS).map(|_| {
            next = pair.fill(next);
            let Pair { queue, out, inn, .. } = &mut pair;
            let pushed = next;
            let (start, woken) = std::thread::scope(|scope| {
                let sleeper = scope.spawn(move || {
                    out.push_timeout(&pushed, HANG).unwrap();
                    Instant::now()
                });
                until("a producer sleeps", || queue.stat().unwrap().waits("producer"));
                let start = Instant::now();
                for _ in 0..batch {
                    pop(inn, taken);
                    taken += 1;
                }
                (start, sleeper.join().unwrap())
            });
            next += 1;
            woken.saturating_duration_since(start)
        });
        must_be_prompt(&format!("{title}, capacity {capacity}"), times.collect());
    }
}

/// One that popped less than it tells the producer of each time is gone; the next one
/// tells, and wakes.
fn a_new_consumer_wakes(gone: &str) {
    let place = Place::posix();
    let queue = Queue::<u64>::create(&place.0, 64).unwrap();
    let mut out = queue.producer().unwrap();
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        while out.try_push(&0).is_ok() {}
        let (start, woken) = std::thread::scope(|scope| {
            let mut player = play("takes_some_and_waits", &[&place.text()]);
            assert_eq!(player.hear(), "taken");
            let sleeper = scope.spawn(|| {
                out.push_timeout(&0, HANG).unwrap();
                Instant::now()
            });
            until("a producer sleeps", || queue.stat().unwrap().waits("producer"));
            let start = Instant::now();
            if gone == "died" {
                player.kill();
                drop(queue.consumer().unwrap());
            } else {
                player.finish(); // gives the role up, and tells where it is
            }
            (start, sleeper.join().unwrap())
        });
        times.push(woken.saturating_duration_since(start));
        while queue.consumer().unwrap().try_pop().is_ok() {}
    }
    must_not_be_missed(gone, &times); // a process ends meanwhile, which takes its time
}

fn takes_some_and_waits(arguments: &[String]) {
    let queue = Queue::<u64>::attach(&arguments[0].parse().unwrap()).unwrap();
    let mut inn = queue.consumer().unwrap();
    for _ in 0..3 {
        inn.try_pop().unwrap();
    }
    say("taken");
    children::wait_for_end_of_stdin();
}

// --- what sleeping costs

#[test]
fn sleeping_takes_no_processor_time() {
    play("sleeps", &[]).finish();
}

fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: fills in a variable that outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn sleeps(_: &[String]) {
    let mut pair = Pair::new(Place::posix(), 1);
    let a_while = Duration::from_millis(1500);
    let start = cpu_time();
    assert!(matches!(pair.inn.pop_timeout(a_while), Err(PopError::Timeout)));
    let popping = cpu_time() - start;
    pair.fill(0);
    let start = cpu_time();
    assert!(matches!(pair.out.push_timeout(&0, a_while), Err(PushError::Timeout)));
    let pushing = cpu_time() - start;
    // About 20 slices, with a look around in each.
    let limit = Duration::from_millis(60);
    assert!(popping < limit && pushing < limit, "{popping:?} {pushing:?} of {a_while:?}");
}

/// Nobody spins longer than the time-out.
#[test]
fn time_outs_shorter_than_the_spin_end_in_time() {
    let mut pair = Pair::new(Place::posix(), 1);
    let time = Duration::from_micros(2);
    let once = |_| {
        let start = Instant::now();
        assert!(matches!(pair.inn.pop_timeout(time), Err(PopError::Timeout)));
        start.elapsed()
    };
    let times: Vec<Duration> = (0..3000).map(once).collect();
    assert!(times.iter().all(|took| *took >= time));
    let least = times.iter().min().unwrap();
    assert!(*least < Duration::from_micros(20), "{least:?}"); // as long as the spin
}

// --- the capacity

/// Full is never said while fewer than the capacity wait: the depth goes up to it and
/// one below again and again, at every phase of the batches.
#[test]
fn the_capacity_holds_along_its_bound() {
    for capacity in [1, 7, 15, 16, 17, 24, 40, 100, 1000] {
        let mut pair = Pair::new(Place::posix(), capacity);
        let batch = (capacity / 8).max(1);
        let (mut pushed, mut popped) = (0, 0);
        while pushed < capacity {
            pair.out.try_push(&pushed).unwrap();
            pushed += 1;
        }
        let mut step = 1;
        for n in 0..(capacity + batch) * 5 {
            for _ in 0..step {
                assert_eq!(pair.inn.try_pop().unwrap(), popped);
                popped += 1;
            }
            for _ in 0..step {
                pair.out.try_push(&pushed).unwrap_or_else(|e| panic!("{capacity}, {n}: {e}"));
                pushed += 1;
            }
            assert_eq!(pair.queue.depth().unwrap(), capacity);
            step = if n % 7 == 0 { 1 + n % (batch * 2) % capacity } else { 1 };
        }
        // In slices, and in place.
        let batch = batch as usize + 1;
        for n in 0..100 {
            let width = (1 + n % batch).min(capacity as usize);
            let mut got = vec![0; width];
            assert_eq!(pair.inn.pop_slice(&mut got).unwrap(), width);
            assert_eq!(got[0], popped);
            popped += width as u64;
            let items: Vec<u64> = (pushed..).take(width).collect();
            let slots = pair.out.push_slice(&items).unwrap();
            assert_eq!(slots, width, "{capacity}, {n}");
            pushed += width as u64;
        }
        while popped < pushed {
            assert_eq!(pair.inn.try_pop().unwrap(), popped);
            popped += 1;
        }
        assert!(matches!(pair.inn.try_pop(), Err(TryPopError::Empty)));
    }
}
