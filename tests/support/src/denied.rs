//! Making the kernel deny system calls, as a sandbox does (seccomp(2)): for this
//! process from now on, and for those that it starts.

use nix::errno::Errno;
use nix::libc;

/// A call that is denied.
#[derive(Clone, Copy)]
pub struct Denied {
    /// Its number: `libc::SYS_openat`.
    pub call: libc::c_long,
    /// Only where these bits of this argument are so.
    pub with: Option<(u32, u32, u32)>,
    pub errno: Errno,
}

impl Denied {
    pub fn call(call: libc::c_long, errno: Errno) -> Self {
        Self { call, with: None, errno }
    }

    /// Only where an argument has all of these bits.
    pub fn with_bits(call: libc::c_long, argument: u32, bits: u32, errno: Errno) -> Self {
        Self { call, with: Some((argument, bits, bits)), errno }
    }

    /// Only where an argument is this number.
    pub fn with(call: libc::c_long, argument: u32, number: u32, errno: Errno) -> Self {
        Self { call, with: Some((argument, u32::MAX, number)), errno }
    }
}

/// Denies these calls to this thread, and to what it starts, for ever.
pub fn from_now_on(all: &[Denied]) {
    let statement = |code: u32, k: u32| libc::sock_filter { code: code as u16, jt: 0, jf: 0, k };
    let unless = |k: u32, skip: u8| libc::sock_filter {
        code: (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16,
        jt: 0,
        jf: skip,
        k,
    };
    let load = |offset: u32| statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset);
    let answer = |what: u32| statement(libc::BPF_RET | libc::BPF_K, what);
    let mut filter = Vec::new();
    for denied in all {
        let error = libc::SECCOMP_RET_ERRNO | denied.errno as u32;
        filter.push(load(0)); // its number
        match denied.with {
            None => filter.extend([unless(denied.call as u32, 1), answer(error)]),
            Some((argument, bits, value)) => filter.extend([
                unless(denied.call as u32, 4),
                load(16 + 8 * argument),
                statement(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, bits),
                unless(value, 1),
                answer(error),
            ]),
        }
    }
    filter.push(answer(libc::SECCOMP_RET_ALLOW));
    let program =
        libc::sock_fprog { len: filter.len().try_into().unwrap(), filter: filter.as_mut_ptr() };
    // SAFETY: numbers, and a program that outlives the calls.
    let done = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &program) == 0
    };
    assert!(done, "seccomp: {}", Errno::last());
}
