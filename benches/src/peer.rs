//! The second process: does what the first one tells it, see [`crate::lab`].

use crate::machine::SharedMemory;
use crate::payload::with_payload;
use crate::rust_queue::{answer_side, receive_side};
use crate::speed::{Back, There};
use crate::transfer::Plan;
use std::path::Path;

/// The second process: does what it is told until its input ends.
pub fn serve(memory: &Path, there: &str, back: &str) {
    let memory = SharedMemory::open(memory);
    let there = There::options().address(there).attach().expect("to attach");
    let back = Back::options().address(back).attach().expect("to attach");
    for line in std::io::stdin().lines() {
        let line = line.expect("a command");
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let plan = || rest.parse::<Plan>().expect("a plan");
        let answer = match verb {
            "pong" => {
                memory.pong();
                0.0
            }
            "pong-around" => {
                let (run, rounds) = rest.split_once(' ').expect("two numbers");
                let number = |text: &str| text.parse().expect("a number");
                memory.pong_around(number(run), number(rounds));
                0.0
            }
            "drain" => memory.drain(rest.parse().expect("a number of lines")),
            "receive" => {
                let plan = plan();
                with_payload!(plan.size, receive_side(&there, &plan))
            }
            "answer" => {
                let plan = plan();
                with_payload!(plan.size, answer_side(&there, &back, &plan));
                0.0
            }
            other => panic!("the command `{other}` is not known"),
        };
        println!("{answer}");
    }
}
