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
use crate::segment::os::{descriptor, limits};
use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{ControlMessage, MsgFlags, recvmsg, sendmsg};
use std::io::{IoSlice, IoSliceMut};
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

/// The most descriptors that the kernel puts into a message, `SCM_MAX_FD`.
const MOST: usize = 253;

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

/// Calls until no signal comes between.
fn uninterrupted<T>(mut call: impl FnMut() -> nix::Result<T>) -> nix::Result<T> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            done => return done,
        }
    }
}

/// Sends a descriptor over a connected Unix socket. The receiver has it from
/// then on; the caller's may be closed.
pub fn send(socket: impl AsFd, descriptor: impl AsFd) -> Result<()> {
    let socket = socket.as_fd().as_raw_fd();
    let descriptors = [descriptor.as_fd().as_raw_fd()];
    let rights = [ControlMessage::ScmRights(&descriptors)];
    let byte = [IoSlice::new(&[0])];
    uninterrupted(|| sendmsg::<()>(socket, &byte, &rights, MsgFlags::MSG_NOSIGNAL, None))
        .map_err(|e| os("send", "sendmsg", e))?;
    Ok(())
}

/// Waits for a descriptor on a Unix socket: as long as it takes, or until the
/// socket's own time-out ([`ErrorKind::Timeout`]).
///
/// [`ErrorKind::NotFound`] if the other side has closed the socket,
/// [`ErrorKind::Invalid`] if it sent something else; what came with it is
/// closed.
pub fn receive(socket: impl AsFd) -> Result<OwnedFd> {
    let socket = socket.as_fd().as_raw_fd();
    let mut byte = [0];
    // For whom it was asked to, the kernel puts credentials in front.
    let mut control = nix::cmsg_space!(libc::ucred, [RawFd; MOST]);
    let (got, flags) = uninterrupted(|| {
        let mut byte = [IoSliceMut::new(&mut byte)];
        let flags = MsgFlags::MSG_CMSG_CLOEXEC;
        let message = recvmsg::<()>(socket, &mut byte, Some(&mut control), flags)?;
        Ok((message.bytes, message.flags))
    })
    .map_err(|e| os("receive", "recvmsg", e))?;
    let descriptors = descriptors(&control);
    if got == 0 && descriptors.is_empty() {
        let why = "the other side has closed the socket";
        return Err(fail("receive", ErrorKind::NotFound, why));
    }
    if flags.contains(MsgFlags::MSG_CTRUNC) && descriptors.is_empty() {
        let why = format!("it did not arrive: {}", limits::descriptors());
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

/// All descriptors in a control buffer that the kernel has filled, each owned from
/// now on. nix tells none of them where some did not arrive, and would leave those
/// open that did.
fn descriptors(mut control: &[u8]) -> Vec<OwnedFd> {
    const LENGTH: usize = size_of::<usize>();
    const HEADER: usize = LENGTH + 2 * size_of::<i32>();
    let number = |at: &[u8]| i32::from_ne_bytes([at[0], at[1], at[2], at[3]]);
    let mut found = Vec::new();
    // What the kernel has not written is zero, and no message is as short.
    while let Some(header) = control.get(..HEADER) {
        let mut length = [0; LENGTH];
        length.copy_from_slice(&header[..LENGTH]);
        let length = usize::from_ne_bytes(length);
        if length < HEADER || length > control.len() {
            break;
        }
        if number(&header[LENGTH..]) == libc::SOL_SOCKET
            && number(&header[LENGTH + 4..]) == libc::SCM_RIGHTS
        {
            let raw = control[HEADER..length].chunks_exact(size_of::<RawFd>()).map(number);
            // SAFETY: each is new, and nobody else's.
            found.extend(raw.map(|raw| unsafe { OwnedFd::from_raw_fd(raw) }));
        }
        control = control.get((length + LENGTH - 1) / LENGTH * LENGTH..).unwrap_or(&[]);
    }
    found
}
