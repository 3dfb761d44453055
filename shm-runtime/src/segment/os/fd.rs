//! Handing descriptors of memfds to other processes, over Unix sockets.
//!
//! ```no_run
//! use shm_runtime::{Address, Segment, fd};
//! use std::os::unix::net::UnixStream;
//! # fn other() -> UnixStream { unimplemented!() }
//! // Here ..
//! let (here, there) = UnixStream::pair()?;
//! let segment = Segment::create(&"memfd:".parse()?, 4096)?;
//! fd::send(&here, segment.descriptor()?)?;
//! // .. and there, by `Feed::options().address(&descriptor)` for one of a schema.
//! let descriptor = fd::receive(&there)?;
//! let same = Segment::attach(&Address::of_descriptor(&descriptor))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A message is one byte, 0, with the descriptor beside it (`SCM_RIGHTS`, see
//! unix(7)); in C it is sent by `shm_send_descriptor`, in Python by
//! `shm_runtime.send_descriptor`. Nothing tells which segment it is: that the
//! descriptor is a memfd, sealed, and of the right contract is what attach looks
//! at.

use crate::error::{Error, ErrorKind, Result};
use crate::segment::os::descriptor;
use nix::errno::Errno;
use nix::libc;
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

/// Room for one descriptor, and aligned as control messages are.
#[repr(C, align(8))]
struct Control([u8; 64]);

fn fail(verb: &str, kind: ErrorKind, why: impl AsRef<str>) -> Error {
    Error::new(kind, format!("cannot {verb} a descriptor: {}", why.as_ref()))
}

fn os(verb: &str, call: &str, errno: Errno) -> Error {
    let kind = match errno {
        Errno::EAGAIN => ErrorKind::Timeout,
        Errno::EPIPE | Errno::ECONNRESET | Errno::ENOTCONN => ErrorKind::NotFound,
        Errno::ENOTSOCK | Errno::EBADF | Errno::EOPNOTSUPP => ErrorKind::Invalid,
        _ => ErrorKind::Os,
    };
    let why = format!("{call}: {}", std::io::Error::from_raw_os_error(errno as i32));
    fail(verb, kind, why).with_os(errno as i32)
}

/// The message, of one byte and `control`.
fn message(part: &mut libc::iovec, control: &mut Control) -> libc::msghdr {
    // SAFETY: numbers and pointers, for which zero is a value.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = part;
    message.msg_iovlen = 1;
    message.msg_control = control.0.as_mut_ptr().cast();
    message.msg_controllen = control.0.len() as _;
    message
}

/// Sends a descriptor over a connected Unix socket. The receiver has it from
/// then on; the caller's may be closed.
pub fn send(socket: impl AsFd, descriptor: impl AsFd) -> Result<()> {
    let raw: RawFd = descriptor.as_fd().as_raw_fd();
    let mut byte = [0u8];
    let mut part = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
    let mut control = Control([0; 64]);
    let mut message = message(&mut part, &mut control);
    #[allow(clippy::cast_possible_truncation)] // 4
    let size = size_of::<RawFd>() as u32;
    // SAFETY: these compute with the size of a message of one descriptor, for
    // which the buffer has room; the header lies in it, aligned.
    unsafe {
        message.msg_controllen = libc::CMSG_SPACE(size) as _;
        let header = libc::CMSG_FIRSTHDR(&message);
        (*header).cmsg_len = libc::CMSG_LEN(size) as _;
        (*header).cmsg_level = libc::SOL_SOCKET;
        (*header).cmsg_type = libc::SCM_RIGHTS;
        let bytes = raw.to_ne_bytes();
        std::ptr::copy_nonoverlapping(bytes.as_ptr(), libc::CMSG_DATA(header), bytes.len());
    }
    loop {
        // SAFETY: the message and what it points to outlive the call.
        let sent =
            unsafe { libc::sendmsg(socket.as_fd().as_raw_fd(), &message, libc::MSG_NOSIGNAL) };
        match Errno::result(sent) {
            Ok(_) => return Ok(()),
            Err(Errno::EINTR) => {}
            Err(e) => return Err(os("send", "sendmsg", e)),
        }
    }
}

/// Waits for a descriptor on a Unix socket: as long as it takes, or until the
/// socket's own time-out ([`ErrorKind::Timeout`]).
///
/// [`ErrorKind::NotFound`] if the other side has closed the socket,
/// [`ErrorKind::Invalid`] if it sent something else; what came with it is
/// closed.
pub fn receive(socket: impl AsFd) -> Result<OwnedFd> {
    let mut byte = [0u8];
    let mut part = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
    let mut control = Control([0; 64]);
    let mut message = message(&mut part, &mut control);
    let got = loop {
        // SAFETY: the message and what it points to outlive the call.
        let got = unsafe {
            libc::recvmsg(socket.as_fd().as_raw_fd(), &mut message, libc::MSG_CMSG_CLOEXEC)
        };
        match Errno::result(got) {
            Ok(got) => break got,
            Err(Errno::EINTR) => {}
            Err(e) => return Err(os("receive", "recvmsg", e)),
        }
    };
    let descriptors = descriptors(&message);
    if got == 0 && descriptors.is_empty() {
        let why = "the other side has closed the socket";
        return Err(fail("receive", ErrorKind::NotFound, why));
    }
    if message.msg_flags & libc::MSG_CTRUNC != 0 && descriptors.is_empty() {
        let why = "it did not arrive: this process has too many open (raise `ulimit -n`)";
        return Err(fail("receive", ErrorKind::Os, why));
    }
    match <[OwnedFd; 1]>::try_from(descriptors) {
        Ok([descriptor]) => {
            descriptor::keep(descriptor).map_err(|e| os("receive", "fcntl(F_DUPFD_CLOEXEC)", e))
        }
        Err(others) => {
            let why = format!("a message came that carries {} instead of one", others.len());
            Err(fail("receive", ErrorKind::Invalid, why))
        }
    }
}

/// All that came with a message, each owned from now on.
fn descriptors(message: &libc::msghdr) -> Vec<OwnedFd> {
    let mut found = Vec::new();
    // SAFETY: the kernel has filled the control buffer, whose length the
    // message has; these walk over it, and each descriptor in it is new and
    // nobody else's.
    unsafe {
        let mut header = libc::CMSG_FIRSTHDR(message);
        while !header.is_null() {
            if (*header).cmsg_level == libc::SOL_SOCKET && (*header).cmsg_type == libc::SCM_RIGHTS {
                let data = libc::CMSG_DATA(header);
                let size = ((*header).cmsg_len as usize).saturating_sub(libc::CMSG_LEN(0) as usize);
                for n in 0..size / size_of::<RawFd>() {
                    let mut raw = [0; size_of::<RawFd>()];
                    let at = data.add(n * raw.len());
                    std::ptr::copy_nonoverlapping(at, raw.as_mut_ptr(), raw.len());
                    found.push(OwnedFd::from_raw_fd(RawFd::from_ne_bytes(raw)));
                }
            }
            header = libc::CMSG_NXTHDR(message, header);
        }
    }
    found
}
