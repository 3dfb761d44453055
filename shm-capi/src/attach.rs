//! Attaching to segments of a schema.

use crate::gate::{self, Gate};
use crate::last_error::{copy_text, invalid, number, remember};
use crate::status;
use shm_runtime::{Address, Attachment, HugePages, Options, Owner, Result, Setup, Spec, json};
use std::ffi::{CStr, c_char};
use std::os::fd::IntoRawFd;

/// Create; an error if there is one.
pub const CREATE: u32 = 0;
/// Attach for reading and writing.
pub const ATTACH: u32 = 1;
/// Attach for reading.
pub const ATTACH_READ_ONLY: u32 = 2;
/// Attach, or create if there is none.
pub const OPEN_OR_CREATE: u32 = 3;

/// A handle on an attached segment.
pub type ShmrtAttachment = Gate<Attachment>;

/// What a program wants of a segment.
#[repr(C)]
pub struct ShmrtRequest {
    /// The contract in its canonical form.
    pub contract: *const u8,
    /// Its length.
    pub contract_size: usize,
    /// The schema's version, NUL-terminated.
    pub version: *const c_char,
    /// Where the segment is, NUL-terminated.
    pub address: *const c_char,
    /// Permissions on create.
    pub mode: u32,
    /// Participant records on create.
    pub participants: u32,
    /// The schema's owner, a name or a number as NUL-terminated text, or NULL.
    pub schema_owner: *const c_char,
    /// The schema's group, likewise.
    pub schema_group: *const c_char,
    /// Owner on create if not the schema's, likewise.
    pub user: *const c_char,
    /// Group on create if not the schema's, likewise.
    pub group: *const c_char,
    /// A user whose segments are trusted, or -1.
    pub trust_uid: i64,
    /// Whether anybody's segments are trusted.
    pub any_owner: u32,
    /// [`CREATE`], [`ATTACH`], [`ATTACH_READ_ONLY`] or [`OPEN_OR_CREATE`].
    pub how: u32,
    /// Bytes of the huge pages that the schema asks for; 0 for none.
    pub pages: u64,
    /// Whether every page is mapped at once.
    pub prefault: u32,
    /// Whether core files of the process have the bytes of the segment.
    pub core_dump: u32,
}

/// Text that a caller gave.
///
/// # Safety
///
/// `text` is NULL or NUL-terminated, and outlives the result.
pub(crate) unsafe fn text<'a>(text: *const c_char) -> Option<&'a str> {
    if text.is_null() {
        return None;
    }
    // SAFETY: as the caller promises.
    unsafe { CStr::from_ptr(text) }.to_str().ok()
}

/// What a request says of owner and trust.
pub(crate) struct Wishes {
    pub(crate) mode: u32,
    pub(crate) user: *const c_char,
    pub(crate) group: *const c_char,
    /// A number that is no id says nothing.
    pub(crate) trust_uid: i64,
    pub(crate) any_owner: u32,
    pub(crate) prefault: u32,
    pub(crate) core_dump: u32,
}

impl Wishes {
    /// The same for the runtime.
    ///
    /// # Safety
    ///
    /// The texts are NULL or NUL-terminated.
    pub(crate) unsafe fn options(&self) -> Options {
        let mut options = Options::default()
            .mode(self.mode)
            .prefault(self.prefault != 0)
            .core_dump(self.core_dump != 0);
        // SAFETY: as the caller promises.
        let (user, group) = unsafe { (text(self.user), text(self.group)) };
        if let Some(user) = user {
            options = options.user(user);
        }
        if let Some(group) = group {
            options = options.group(group);
        }
        if let Ok(uid) = u32::try_from(self.trust_uid) {
            options = options.trust_uid(uid);
        }
        if self.any_owner == 0 { options } else { options.trust_any_owner() }
    }
}

/// Opens a segment; `out` becomes a handle, see [`shmrt_attachment_free`].
///
/// # Safety
///
/// `request` and what it points to are as described, `out` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_open(
    request: *const ShmrtRequest,
    out: *mut *mut ShmrtAttachment,
) -> i32 {
    if request.is_null() || out.is_null() {
        return invalid("shmrt_open: a pointer is NULL");
    }
    // SAFETY: not NULL, and as the caller promises.
    let request = unsafe { &*request };
    // SAFETY: as the caller promises.
    let contract = unsafe { std::slice::from_raw_parts(request.contract, request.contract_size) };
    // SAFETY: as the caller promises.
    let (version, address) = unsafe { (text(request.version), text(request.address)) };
    let (Some(version), Some(address)) = (version, address) else {
        return invalid("shmrt_open: version or address is no text");
    };
    let open = || -> Result<Attachment> {
        let address: Address = address.parse()?;
        let mut setup = Setup::at(address).mode(request.mode).participants(request.participants);
        // SAFETY: as the caller promises.
        let (owner, group) = unsafe { (text(request.schema_owner), text(request.schema_group)) };
        if let Some(owner) = owner {
            setup = setup.owner(owner);
        }
        if let Some(group) = group {
            setup = setup.group(group);
        }
        if let Some(pages) = HugePages::of_bytes(request.pages) {
            setup = setup.pages(pages);
        }
        let spec = Spec::decode(contract, version, setup)?;
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
            CREATE => Attachment::create(&spec, &options),
            ATTACH => Attachment::attach(&spec, &options),
            ATTACH_READ_ONLY => Attachment::attach_read_only(&spec, &options),
            _ => Attachment::open_or_create(&spec, &options),
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

/// Lets an attachment go, at the end of the calls that are in it. Its segment
/// stays attached until its queues' handles are let go too. The handle itself
/// stays until [`shmrt_attachment_free`].
///
/// # Safety
///
/// `attachment` is NULL or a handle of [`shmrt_open`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_detach(attachment: *const ShmrtAttachment) {
    // SAFETY: as the caller promises.
    unsafe { gate::close(attachment) };
}

/// Frees the handle, and detaches if that was not done.
///
/// # Safety
///
/// `attachment` is NULL or a handle of [`shmrt_open`], which ends here: no call
/// is in it, and none comes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_attachment_free(attachment: *mut ShmrtAttachment) {
    // SAFETY: as the caller promises.
    unsafe { gate::free(attachment) };
}

/// Takes the segment's name away.
///
/// # Safety
///
/// `attachment` is a live handle of [`shmrt_open`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_unlink(attachment: *const ShmrtAttachment) -> i32 {
    // SAFETY: as the caller promises.
    unsafe { &*attachment }.status(|attachment| number(attachment.remove()))
}

/// Changes owner, group and permissions; -1 keeps what is.
///
/// # Safety
///
/// `attachment` is a live handle of [`shmrt_open`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_set(
    attachment: *const ShmrtAttachment,
    uid: i64,
    gid: i64,
    mode: i64,
) -> i32 {
    // SAFETY: as the caller promises.
    let attachment = unsafe { &*attachment };
    attachment.status(|attachment| number(attachment.set(owner(uid, gid, mode))))
}

/// Who owns a segment and who may use it; -1 keeps what is.
pub(crate) fn owner(uid: i64, gid: i64, mode: i64) -> Owner {
    let keep = Owner::KEEP;
    let part = |n: i64, keep: u32| u32::try_from(n).unwrap_or(keep);
    Owner { uid: part(uid, keep.uid), gid: part(gid, keep.gid), mode: part(mode, keep.mode) }
}

/// A new descriptor of a segment in a memfd, which is the caller's to close.
///
/// # Safety
///
/// `attachment` is a live handle of [`shmrt_open`], `out` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_descriptor(
    attachment: *const ShmrtAttachment,
    out: *mut i32,
) -> i32 {
    // SAFETY: as the caller promises.
    let attachment = unsafe { &*attachment };
    attachment.status(|attachment| {
        number(attachment.descriptor().map(|descriptor| {
            // SAFETY: as the caller promises.
            unsafe { *out = descriptor.into_raw_fd() };
        }))
    })
}

/// Copies the segment's address out; its whole length, 0 of one that is closed.
///
/// # Safety
///
/// `attachment` is a live handle of [`shmrt_open`]; `out` has room for `size`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_address(
    attachment: *const ShmrtAttachment,
    out: *mut c_char,
    size: usize,
) -> usize {
    // SAFETY: as the caller promises.
    let address = unsafe { &*attachment }.with(|a| a.address().spelling());
    // SAFETY: as the caller promises.
    unsafe { copy_text(&address.unwrap_or_default(), out, size) }
}

/// What is known about the segment, as JSON; `length` becomes its whole length.
///
/// # Safety
///
/// `attachment` is a live handle of [`shmrt_open`]; `out` has room for `size`;
/// `length` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shmrt_stat(
    attachment: *const ShmrtAttachment,
    out: *mut c_char,
    size: usize,
    length: *mut usize,
) -> i32 {
    // SAFETY: as the caller promises.
    let attachment = unsafe { &*attachment };
    attachment.status(|attachment| match attachment.stat() {
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
