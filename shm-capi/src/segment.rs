//! Segments as bytes, whatever lies in them: bare ones, mostly.

use crate::attach::{ATTACH, ATTACH_READ_ONLY, CREATE, Wishes, owner, text};
use crate::gate::{self, Gate};
use crate::last_error::{copy_text, invalid, number, remember};
use crate::status;
use shm_runtime::{Address, Result, Segment, json};
use std::ffi::c_char;
use std::os::fd::IntoRawFd;

/// A handle on an attached segment, seen as bytes.
pub type ShmrtSegment = Gate<Segment>;

/// What a program wants of a segment of bytes.
#[repr(C)]
pub struct ShmrtSegmentRequest {
    /// Where the segment is, NUL-terminated.
    pub address: *const c_char,
    /// Bytes: on create, and with `OPEN_OR_CREATE`.
    pub size: u64,
    /// Owner on create, a name or a number as NUL-terminated text, or NULL.
    pub user: *const c_char,
    /// Group on create, likewise.
    pub group: *const c_char,
    /// A user whose segments are trusted, or -1.
    pub trust_uid: i64,
    /// Permissions on create.
    pub mode: u32,
    /// Whether anybody's segments are trusted.
    pub any_owner: u32,
    /// [`CREATE`], [`ATTACH`], [`ATTACH_READ_ONLY`] or `OPEN_OR_CREATE`.
    pub how: u32,
    /// Whether every page is mapped at once.
    pub prefault: u32,
    /// Whether core files of the process have the bytes of the segment.
    pub core_dump: u32,
}

/// Opens a segment; `out` becomes a handle, see [`shmrt_segment_free`].
///
/// # Safety
///
/// `request` and what it points to are as described, `out` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_segment_open(
    request: *const ShmrtSegmentRequest,
    out: *mut *mut ShmrtSegment,
) -> i32 {
    if request.is_null() || out.is_null() {
        return invalid("shmrt_segment_open: a pointer is NULL");
    }
    // SAFETY: not NULL, and as the caller promises.
    let request = unsafe { &*request };
    // SAFETY: as the caller promises.
    let Some(address) = (unsafe { text(request.address) }) else {
        return invalid("shmrt_segment_open: the address is no text");
    };
    let open = || -> Result<Segment> {
        let address: Address = address.parse()?;
        let wishes = Wishes {
            mode: request.mode,
            user: request.user,
            group: request.group,
            trust_uid: request.trust_uid,
            any_owner: request.any_owner,
            prefault: request.prefault,
            core_dump: request.core_dump,
        };
        // SAFETY: as the caller promises.
        let options = unsafe { wishes.options() };
        match request.how {
            CREATE => Segment::create_with(&address, request.size, &options),
            ATTACH => Segment::attach_with(&address, &options),
            ATTACH_READ_ONLY => Segment::attach_read_only_with(&address, &options),
            _ => Segment::open_or_create_with(&address, request.size, &options),
        }
    };
    match open() {
        Ok(inner) => {
            // SAFETY: not NULL, and writable by the caller's promise.
            unsafe { gate::hand_out(inner, out) };
            status::OK
        }
        Err(error) => remember(&error),
    }
}

/// Detaches, at the end of the calls that are in it: what [`shmrt_segment_data`]
/// gave leads nowhere from now on. The handle itself stays until
/// [`shmrt_segment_free`].
///
/// # Safety
///
/// `segment` is NULL or a handle of [`shmrt_segment_open`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_segment_detach(segment: *const ShmrtSegment) {
    // SAFETY: as the caller promises.
    unsafe { gate::close(segment) };
}

/// Frees the handle, and detaches if that was not done.
///
/// # Safety
///
/// `segment` is NULL or a handle of [`shmrt_segment_open`], which ends here: no
/// call is in it, and none comes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_segment_free(segment: *mut ShmrtSegment) {
    // SAFETY: as the caller promises.
    unsafe { gate::free(segment) };
}

/// The first byte of the segment; NULL of one that is closed.
///
/// # Safety
///
/// `segment` is a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_segment_data(segment: *const ShmrtSegment) -> *mut u8 {
    // SAFETY: as the caller promises.
    unsafe { &*segment }.with(Segment::as_ptr).unwrap_or(std::ptr::null_mut())
}

/// Bytes of the segment, 0 of one that is closed.
///
/// # Safety
///
/// `segment` is a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_segment_size(segment: *const ShmrtSegment) -> u64 {
    // SAFETY: as the caller promises.
    unsafe { &*segment }.with(Segment::size).unwrap_or(0)
}

/// Copies the segment's address out; its whole length, 0 of one that is closed.
///
/// # Safety
///
/// `segment` is a live handle; `out` has room for `size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_segment_address(
    segment: *const ShmrtSegment,
    out: *mut c_char,
    size: usize,
) -> usize {
    // SAFETY: as the caller promises.
    let address = unsafe { &*segment }.with(|s| s.address().spelling());
    // SAFETY: as the caller promises.
    unsafe { copy_text(&address.unwrap_or_default(), out, size) }
}

/// What is known about the segment, as JSON; `length` becomes its whole length.
///
/// # Safety
///
/// `segment` is a live handle; `out` has room for `size`; `length` may be
/// written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_segment_stat(
    segment: *const ShmrtSegment,
    out: *mut c_char,
    size: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: as the caller promises.
    let segment = unsafe { &*segment };
    segment.status(|segment| match segment.stat() {
        Ok(stat) => {
            // SAFETY: as the caller promises.
            unsafe {
                *length = copy_text(&json::to_string(&json::Segment::from(&stat)), out, size);
            };
            status::OK
        }
        Err(error) => remember(&error),
    })
}

/// Changes owner, group and permissions; -1 keeps what is.
///
/// # Safety
///
/// `segment` is a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_segment_set(
    segment: *const ShmrtSegment,
    uid: i64,
    gid: i64,
    mode: i64,
) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { &*segment }.status(|segment| number(segment.set(owner(uid, gid, mode))))
}

/// A new descriptor of a memfd, which is the caller's to close.
///
/// # Safety
///
/// `segment` is a live handle, `out` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_segment_descriptor(
    segment: *const ShmrtSegment,
    out: *mut i32,
) -> i32 {
    // SAFETY: as the caller promises.
    let segment = unsafe { &*segment };
    segment.status(|segment| {
        number(segment.descriptor().map(|descriptor| {
            // SAFETY: as the caller promises.
            unsafe { *out = descriptor.into_raw_fd() };
        }))
    })
}

/// Takes the segment's name away.
///
/// # Safety
///
/// `segment` is a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_segment_unlink(segment: *const ShmrtSegment) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { &*segment }.status(|segment| number(segment.remove()))
}

/// Keeps the segment in memory, or, if `lock` is 0, no longer.
///
/// # Safety
///
/// `segment` is a live handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_segment_lock(segment: *const ShmrtSegment, lock: u32) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { &*segment }.status(|segment| {
        number(if lock == 0 { segment.unlock_memory() } else { segment.lock_memory() })
    })
}

/// Removes the segment at an address.
///
/// # Safety
///
/// `address` is NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_remove(address: *const c_char) -> i32 {
    // SAFETY: as the caller promises.
    let Some(address) = (unsafe { text(address) }) else {
        return invalid("shmrt_remove: the address is no text");
    };
    number(address.parse::<Address>().and_then(|a| Segment::remove_at(&a)))
}
