//! The `shmgen` command. Each verb has a file of its own in `verbs`; here are
//! only the arguments and the exit codes.

#![forbid(unsafe_code)]

mod about;
mod failure;
mod show;
mod verbs;

// The quickstart's own Rust program: `demo` runs it in this process.
#[path = "../quickstart/rust_src/chain.rs"]
#[allow(clippy::pedantic, unreachable_pub)] // an example, written to be read
mod chain;
shm_runtime::include_schema!(market);

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use std::sync::Arc;

/// Describe shared-memory structs and queues once; get matching Rust, C, C++
/// and Python, and look after the segments.
#[derive(Parser)]
#[command(name = "shmgen", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 failure, 2 usage or schema error, 3 not found, 4 permission,
5 contract mismatch, 6 in use or exists.";

#[derive(Subcommand)]
enum Verb {
    Init(verbs::init::Arguments),
    Demo(verbs::demo::Arguments),
    Gen(verbs::generate::Arguments),
    Check(verbs::check::Arguments),
    Explain(verbs::explain::Arguments),
    Schema(verbs::schema::Arguments),
    Layout(verbs::layout::Arguments),
    Size(verbs::size::Arguments),
    Create(verbs::create::Arguments),
    Ls(verbs::ls::Arguments),
    Stat(verbs::stat::Arguments),
    Set(verbs::set::Arguments),
    Rm(verbs::rm::Arguments),
    Dump(verbs::dump::Arguments),
    Top(verbs::top::Arguments),
    Gc(verbs::gc::Arguments),
    Doctor(verbs::doctor::Arguments),
    Lock(verbs::lock::Arguments),
    Unlock(verbs::lock::UnlockArguments),
    Read(verbs::read::Arguments),
    Write(verbs::write::Arguments),
    Completions(verbs::completions::Arguments),
    Man(verbs::completions::ManArguments),
    #[command(name = "__demo-role", hide = true)]
    DemoRole(verbs::demo::RoleArguments),
}

fn main() -> ExitCode {
    shm_runtime::__private::Words::Command.speak();
    // A file beyond `ulimit -f` is an error, and no reason to die.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    let done = match Arguments::parse().verb {
        Verb::Init(a) => verbs::init::run(&a),
        Verb::Demo(a) => verbs::demo::run(&a),
        Verb::Gen(a) => verbs::generate::run(&a),
        Verb::Check(a) => verbs::check::run(&a),
        Verb::Explain(a) => verbs::explain::run(&a),
        Verb::Schema(a) => verbs::schema::run(&a),
        Verb::Layout(a) => verbs::layout::run(&a),
        Verb::Size(a) => verbs::size::run(&a),
        Verb::Create(a) => verbs::create::run(&a),
        Verb::Ls(a) => verbs::ls::run(&a),
        Verb::Stat(a) => verbs::stat::run(&a),
        Verb::Set(a) => verbs::set::run(&a),
        Verb::Rm(a) => verbs::rm::run(&a),
        Verb::Dump(a) => verbs::dump::run(&a),
        Verb::Top(a) => verbs::top::run(&a),
        Verb::Gc(a) => verbs::gc::run(&a),
        Verb::Doctor(a) => verbs::doctor::run(&a),
        Verb::Lock(a) => verbs::lock::run(&a),
        Verb::Unlock(a) => verbs::lock::unlock(&a),
        Verb::Read(a) => verbs::read::run(&a),
        Verb::Write(a) => verbs::write::run(&a),
        Verb::Completions(a) => verbs::completions::run(&a),
        Verb::Man(a) => verbs::completions::man(&a),
        Verb::DemoRole(a) => verbs::demo::role(&a),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
