//! Items that no stack has room for: a camera frame of 8 MB is made, filled,
//! sent and received by a thread with a small stack.

#![forbid(unsafe_code)]

use shm_runtime::{FieldRef, Queue, SharedLayout, boxed};
use shmgen_test_support::places::Place;

const PIXELS: usize = 1920 * 1080 * 4;
const LINES: usize = 1080;

#[derive(Clone, Copy, SharedLayout)]
#[repr(C)]
struct Frame {
    time: u64,
    #[shm(bytes)]
    pixels: [u8; PIXELS],
    lines: [u32; LINES],
}

const TIME: FieldRef<Frame, u64> = FieldRef::at(0);
const BYTES: FieldRef<Frame, [u8; PIXELS]> = FieldRef::at(8);
const ROWS: FieldRef<Frame, [u32; LINES]> = FieldRef::at(8 + PIXELS);

fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 10);
    thread.spawn(run).unwrap().join().unwrap();
}

#[test]
fn a_frame_of_8_mb_goes_through_a_queue_and_never_lies_on_the_stack() {
    on_a_small_stack(|| {
        let place = Place::posix();
        let queue = Queue::<Frame>::create(&place.0, 2).unwrap();
        let (mut out, mut inn) = (queue.producer().unwrap(), queue.consumer().unwrap());

        let mut frame = boxed::<Frame>();
        assert!(frame.pixels.iter().all(|byte| *byte == 0));
        frame.time = 7;
        frame.pixels[PIXELS - 1] = 9;
        out.try_push(&frame).unwrap();

        let mut slot = out.reserve().unwrap();
        slot.set(TIME, 8);
        slot.set_slice(BYTES, 0, &vec![5; PIXELS]);
        slot.set_slice(BYTES, 3, &[1, 2, 3]);
        slot.set_slice(ROWS, LINES - 2, &[10, 11]);
        slot.commit();

        let mut got = boxed::<Frame>();
        inn.try_pop_into(&mut got).unwrap();
        assert_eq!((got.time, got.pixels[PIXELS - 1]), (7, 9));

        let loan = inn.peek().unwrap();
        assert_eq!(loan.get(TIME), 8);
        let (mut bytes, mut rows) = ([0; 8], [0; 3]);
        loan.get_slice(BYTES, 0, &mut bytes);
        assert_eq!(bytes, [5, 5, 5, 1, 2, 3, 5, 5]);
        loan.get_slice(ROWS, LINES - 3, &mut rows);
        assert_eq!(rows, [0, 10, 11]);
        loan.read_into(&mut got);
        assert_eq!((got.time, got.pixels[PIXELS - 1]), (8, 5));
        loan.release();
        assert!(inn.try_pop_into(&mut got).is_err());
        assert_eq!(got.time, 8, "as it was");

        // A slot that is reserved again holds zeros, not what lay there.
        let slot = out.reserve().unwrap();
        slot.commit();
        inn.pop_into(&mut got).unwrap();
        assert!(got.time == 0 && got.pixels.iter().all(|byte| *byte == 0));
        queue.attachment().remove().unwrap();
    });
}

#[test]
#[should_panic(expected = "2 elements from 1079 on are not within an array of 1080")]
fn a_slice_that_reaches_behind_its_array_is_refused() {
    let place = Place::posix();
    let queue = Queue::<Frame>::create(&place.0, 1).unwrap();
    queue.attachment().remove().unwrap();
    let mut out = queue.producer().unwrap();
    out.reserve().unwrap().set_slice(ROWS, LINES - 1, &[1, 2]);
}
