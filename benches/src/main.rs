//! How fast the queues and the generator are, beside the machine's limits and
//! beside other queues. README.md says what each number means.

mod c_queue;
mod cells;
mod generator;
mod lab;
mod looking;
mod machine;
mod payload;
mod peer;
mod peers;
mod python;
mod queues;
mod report;
mod rust_queue;
mod scratch;
mod tools;
mod transfer;

shm_runtime::include_schema!(speed);

use c_queue::CQueue;
use lab::Lab;
use report::Line;
use scratch::Scratch;
use std::process::ExitCode;
use tools::Tools;

const USAGE: &str = "usage: shmgen-benches [round-trip|throughput|batches|cells|looking|python|gen|all] [--samples N] [--json]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The other processes of a measurement.
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["peer", memory, there, back] => peer::serve(memory.as_ref(), there, back),
        ["attend", there] => looking::attend(there),
        ["store", address, size] => cells::store(address, size),
        ["look", there, looks] => looking::look(there, looks.parse().expect("a number")),
        _ => return report_of(&arguments),
    }
    ExitCode::SUCCESS
}

fn report_of(arguments: &[String]) -> ExitCode {
    match Wish::parse(arguments) {
        Some(wish) => {
            let lines = measure(&wish);
            print!("{}", if wish.json { report::json(&lines) } else { report::table(&lines) });
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("{USAGE}");
            ExitCode::FAILURE
        }
    }
}

/// What the caller wants.
struct Wish {
    suite: String,
    samples: usize,
    json: bool,
}

impl Wish {
    fn parse(arguments: &[String]) -> Option<Self> {
        let mut wish = Self { suite: "all".to_owned(), samples: 15, json: false };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--json" => wish.json = true,
                "--samples" => wish.samples = rest.next()?.parse().ok().filter(|n| *n > 0)?,
                "round-trip" | "throughput" | "batches" | "cells" | "looking" | "python"
                | "gen" | "all" => {
                    wish.suite.clone_from(argument);
                }
                _ => return None,
            }
        }
        Some(wish)
    }

    fn wants(&self, suite: &str) -> bool {
        self.suite == suite || self.suite == "all"
    }
}

fn measure(wish: &Wish) -> Vec<Line> {
    let mut lines = Vec::new();
    let n = wish.samples;
    let scratch = Scratch::make();
    let tools = (wish.wants("python") || wish.wants("gen")).then(Tools::build);
    // Before this process keeps to one processor.
    if let Some(tools) = tools.as_ref().filter(|_| wish.wants("gen")) {
        lines.extend(generator::generator(&scratch, tools, n));
    }
    if wish.suite == "gen" {
        return lines;
    }
    let c = (wish.suite != "python").then(|| CQueue::compile(&scratch));
    if let Some(c) = c.as_ref().filter(|_| wish.wants("looking")) {
        lines.extend(looking::looking(&scratch, c, n));
    }
    if wish.suite == "looking" {
        return lines;
    }
    let mut lab = Lab::open(&scratch);
    if let Some(c) = &c {
        if wish.wants("round-trip") {
            lines.extend(queues::round_trip(&mut lab, c, n));
        }
        if wish.wants("throughput") {
            lines.extend(queues::throughput(&mut lab, c, n));
        }
        if wish.wants("batches") {
            lines.extend(queues::batches(&mut lab, c, n));
        }
    }
    if let Some(c) = c.as_ref().filter(|_| wish.wants("cells")) {
        lines.extend(cells::cells(&lab, &scratch, c, n));
    }
    if let Some(tools) = tools.as_ref().filter(|_| wish.wants("python")) {
        lines.extend(python::python(&mut lab, &scratch, tools, n));
    }
    lines
}
