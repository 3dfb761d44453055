//! The operations of segments in Rust and in C, asked in one way: so that what
//! holds for one is tested of the other. The C side is tests/c/operations.c, a
//! library that is built here and loaded into the test.

use crate::schemas::everything::{Book, Plain};
use crate::texts::said_once;
use crate::tools;
use nix::libc;
use shm_runtime::{Error, ErrorKind, Options, Owner, Segment, TryPopError, TryPushError};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Rust,
    C,
}

pub const BOTH: [Language; 2] = [Language::Rust, Language::C];

/// Why something was refused.
#[derive(Debug)]
pub struct Refused {
    /// The kind of error, by its name in Rust.
    pub kind: String,
    /// The errno behind it.
    pub os: Option<i32>,
    /// What it says.
    pub text: String,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.kind, self.text)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let kind = error.kind().name().to_owned();
        let text = error.to_string();
        said_once(&text);
        Self { kind, os: error.raw_os_error(), text }
    }
}

pub type Answer<T> = Result<T, Refused>;

/// A segment of the schema, attached.
pub enum Ours {
    Rust(Box<Plain>, Box<Roles>),
    C(*mut c_void),
}

/// The roles that a segment in Rust has claimed, as C does at the first use.
#[derive(Default)]
pub struct Roles {
    out: Option<shm_runtime::queue::Producer<Book>>,
    inn: Option<shm_runtime::queue::Consumer<Book>>,
}

/// What tells a segment from every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// In nanoseconds since 1970.
    pub created: u64,
    /// The process.
    pub creator: u32,
}

/// A segment looked at as bytes, attached.
pub enum Bare {
    Rust(Segment),
    C(*mut c_void),
}

impl Language {
    pub fn name(self) -> &'static str {
        if self == Self::Rust { "rust" } else { "c" }
    }

    pub fn other(self) -> Self {
        if self == Self::Rust { Self::C } else { Self::Rust }
    }

    pub fn of(name: &str) -> Self {
        if name == "rust" { Self::Rust } else { Self::C }
    }

    pub fn create(self, address: &str) -> Answer<Ours> {
        match self {
            Self::Rust => rust(Plain::options().address(address).create()),
            Self::C => ours(|o, out| {
                // SAFETY: a text and a place for a pointer, for the call.
                unsafe { (o.create)(c(address).as_ptr(), out) }
            }),
        }
    }

    /// The same, with an owner and a group that are set.
    pub fn create_owned(self, address: &str, (uid, gid): (u32, u32)) -> Answer<Ours> {
        match self {
            Self::Rust => rust(Plain::options().address(address).owner(uid, gid).create()),
            Self::C => ours(|o, out| {
                // SAFETY: as in `create`.
                unsafe { (o.create_owned)(c(address).as_ptr(), uid, gid, out) }
            }),
        }
    }

    /// The same, with its bytes in core files.
    pub fn create_in_core(self, address: &str) -> Answer<Ours> {
        match self {
            Self::Rust => rust(Plain::options().address(address).core_dump(true).create()),
            Self::C => ours(|o, out| {
                // SAFETY: as in `create`.
                unsafe { (o.create_in_core)(c(address).as_ptr(), out) }
            }),
        }
    }

    pub fn attach(self, address: &str) -> Answer<Ours> {
        self.attach_as(address, false, false)
    }

    pub fn attach_read_only(self, address: &str) -> Answer<Ours> {
        self.attach_as(address, true, false)
    }

    pub fn attach_as(self, address: &str, read_only: bool, any_owner: bool) -> Answer<Ours> {
        match self {
            Self::Rust => {
                let options = Plain::options().address(address);
                let options = if any_owner { options.trust_any_owner() } else { options };
                rust(if read_only { options.attach_read_only() } else { options.attach() })
            }
            Self::C => ours(|o, out| {
                // SAFETY: as in `create`.
                unsafe { (o.attach)(c(address).as_ptr(), read_only.into(), any_owner.into(), out) }
            }),
        }
    }

    pub fn open_or_create(self, address: &str) -> Answer<Ours> {
        match self {
            Self::Rust => rust(Plain::options().address(address).open_or_create()),
            Self::C => ours(|o, out| {
                // SAFETY: as in `create`.
                unsafe { (o.open_or_create)(c(address).as_ptr(), out) }
            }),
        }
    }

    pub fn remove_at(self, address: &str) -> Answer<()> {
        match self {
            Self::Rust => Ok(Segment::remove_at(&address.parse()?)?),
            // SAFETY: a text, for the call.
            Self::C => answer(unsafe { (operations().remove_at)(c(address).as_ptr()) }),
        }
    }

    pub fn create_bare(self, address: &str, size: u64) -> Answer<Bare> {
        match self {
            Self::Rust => {
                let options = Options::default().mode(0o600);
                Ok(Bare::Rust(Segment::create_with(&address.parse()?, size, &options)?))
            }
            Self::C => bare(|o, out| {
                // SAFETY: as in `create`.
                unsafe { (o.bare_create)(c(address).as_ptr(), size, 0o600, out) }
            }),
        }
    }

    pub fn attach_bare(self, address: &str) -> Answer<Bare> {
        match self {
            Self::Rust => Ok(Bare::Rust(Segment::attach(&address.parse()?)?)),
            Self::C => bare(|o, out| {
                // SAFETY: as in `create`.
                unsafe { (o.bare_attach)(c(address).as_ptr(), 0, out) }
            }),
        }
    }
}

impl Ours {
    /// When and by whom it was created, which is true of no other segment.
    /// Slow in Rust, which looks at much more.
    pub fn identity(&self) -> Identity {
        match self {
            Self::Rust(segment, _) => {
                let header = segment.stat().unwrap().header.unwrap();
                Identity { created: header.created_ns, creator: header.creator.pid }
            }
            Self::C(handle) => {
                // SAFETY: a handle that was given out and is not detached.
                let (created, creator) =
                    unsafe { ((operations().created)(*handle), (operations().creator)(*handle)) };
                Identity { created, creator }
            }
        }
    }

    /// Where it is: of a memfd, where this attachment has it open.
    pub fn address(&self) -> String {
        match self {
            Self::Rust(segment, _) => segment.address().to_string(),
            // SAFETY: a handle that was given out and is not detached; the text is
            // copied at once.
            Self::C(handle) => unsafe { CStr::from_ptr((operations().address)(*handle)) }
                .to_string_lossy()
                .into_owned(),
        }
    }

    /// Takes its name away.
    pub fn remove(&self) -> Answer<()> {
        match self {
            Self::Rust(segment, _) => Ok(segment.remove()?),
            // SAFETY: as above.
            Self::C(handle) => answer(unsafe { (operations().remove)(*handle) }),
        }
    }

    /// Pushes a numbered book; claims the role at the first use.
    pub fn push(&mut self, number: u64) -> Answer<()> {
        match self {
            Self::Rust(segment, roles) => {
                if roles.out.is_none() {
                    roles.out = Some(segment.books().producer()?);
                }
                let book = Book { u64: number, ..Default::default() };
                roles.out.as_mut().unwrap().try_push(&book).map_err(|e| {
                    let kind = match e {
                        TryPushError::Full => "Full",
                        TryPushError::Removed => "Removed",
                        TryPushError::Forked => "Forked",
                        _ => "Corrupt",
                    };
                    Refused { kind: kind.into(), os: None, text: e.to_string() }
                })
            }
            // SAFETY: as above.
            Self::C(handle) => answer(unsafe { (operations().push)(*handle, number) }),
        }
    }

    /// Pops a numbered book; claims the role at the first use.
    pub fn pop(&mut self) -> Answer<u64> {
        match self {
            Self::Rust(segment, roles) => {
                if roles.inn.is_none() {
                    roles.inn = Some(segment.books().consumer()?);
                }
                let popped = roles.inn.as_mut().unwrap().try_pop();
                popped.map(|book| book.u64).map_err(|e| {
                    let kind = match e {
                        TryPopError::Empty => "Empty",
                        TryPopError::NotReady => "NotReady",
                        TryPopError::Removed => "Removed",
                        TryPopError::Forked => "Forked",
                        _ => "Corrupt",
                    };
                    Refused { kind: kind.into(), os: None, text: e.to_string() }
                })
            }
            Self::C(handle) => {
                let mut number = 0;
                // SAFETY: as above, and a number that outlives the call.
                answer(unsafe { (operations().pop)(*handle, &mut number) })?;
                Ok(number)
            }
        }
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        if let Self::C(handle) = self {
            // SAFETY: given out once, and given back once.
            unsafe { (operations().detach)(*handle) };
        }
    }
}

impl Bare {
    pub fn set(&self, uid: u32, gid: u32, mode: u32) -> Answer<()> {
        match self {
            Self::Rust(segment) => Ok(segment.set(Owner { uid, gid, mode })?),
            // SAFETY: a handle that was given out and is not detached.
            Self::C(handle) => answer(unsafe { (operations().bare_set)(*handle, uid, gid, mode) }),
        }
    }

    pub fn remove(&self) -> Answer<()> {
        match self {
            Self::Rust(segment) => Ok(segment.remove()?),
            // SAFETY: as above.
            Self::C(handle) => answer(unsafe { (operations().bare_remove)(*handle) }),
        }
    }

    /// Copies bytes out.
    pub fn read(&self, offset: u64, out: &mut [u8]) {
        match self {
            Self::Rust(segment) => segment.read_at(offset, out).unwrap(),
            Self::C(handle) => {
                let (to, size) = (out.as_mut_ptr().cast(), out.len());
                // SAFETY: as above, and this many bytes to write to.
                unsafe { (operations().bare_read)(*handle, offset, to, size) };
            }
        }
    }

    /// Keeps it in memory.
    pub fn lock(&self) -> Answer<()> {
        match self {
            Self::Rust(segment) => Ok(segment.lock_memory()?),
            // SAFETY: as above.
            Self::C(handle) => answer(unsafe { (operations().bare_lock)(*handle) }),
        }
    }

    /// Of a segment of ours that is looked at as bytes; all zero before the magic,
    /// which is written last, is there.
    pub fn identity(&self) -> Identity {
        let mut magic = [0; 8];
        self.read(0, &mut magic);
        std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
        if magic != shm_runtime::header::MAGIC {
            return Identity { created: 0, creator: 0 };
        }
        let (mut created, mut creator) = ([0; 8], [0; 4]);
        self.read(104, &mut created);
        self.read(112, &mut creator);
        Identity { created: u64::from_le_bytes(created), creator: u32::from_le_bytes(creator) }
    }

    /// Writes every byte.
    pub fn fill(&self, byte: u8) {
        match self {
            Self::Rust(segment) => {
                segment.write_at(0, &vec![byte; segment.size() as usize]).unwrap();
            }
            // SAFETY: as above.
            Self::C(handle) => unsafe { (operations().bare_fill)(*handle, byte.into()) },
        }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        if let Self::C(handle) = self {
            // SAFETY: given out once, and given back once.
            unsafe { (operations().bare_detach)(*handle) };
        }
    }
}

fn rust(made: Result<Plain, Error>) -> Answer<Ours> {
    Ok(Ours::Rust(Box::new(made?), Box::default()))
}

fn c(text: &str) -> CString {
    CString::new(text).unwrap()
}

fn ours(call: impl FnOnce(&Operations, *mut *mut c_void) -> c_int) -> Answer<Ours> {
    let mut handle = std::ptr::null_mut();
    answer(call(operations(), &mut handle))?;
    Ok(Ours::C(handle))
}

fn bare(call: impl FnOnce(&Operations, *mut *mut c_void) -> c_int) -> Answer<Bare> {
    let mut handle = std::ptr::null_mut();
    answer(call(operations(), &mut handle))?;
    Ok(Bare::C(handle))
}

/// A status of C, numbered in the order of Rust's kinds from 1 on.
fn answer(status: c_int) -> Answer<()> {
    const KINDS: [ErrorKind; 21] = [
        ErrorKind::Full,
        ErrorKind::Empty,
        ErrorKind::NotReady,
        ErrorKind::Timeout,
        ErrorKind::RoleTaken,
        ErrorKind::Removed,
        ErrorKind::Mismatch,
        ErrorKind::NotFound,
        ErrorKind::Exists,
        ErrorKind::Permission,
        ErrorKind::NoSpace,
        ErrorKind::Corrupt,
        ErrorKind::Forked,
        ErrorKind::OwnerDied,
        ErrorKind::ReadOnly,
        ErrorKind::Busy,
        ErrorKind::Invalid,
        ErrorKind::TableFull,
        ErrorKind::NoLane,
        ErrorKind::Unsupported,
        ErrorKind::Os,
    ];
    if status == 0 {
        return Ok(());
    }
    let kind = KINDS[usize::try_from(status).unwrap() - 1].name().to_owned();
    // SAFETY: no arguments; the text lasts until this thread's next failure.
    let (text, os) = unsafe {
        let text = CStr::from_ptr((operations().text)()).to_string_lossy().into_owned();
        (text, (operations().os_error)())
    };
    said_once(&text);
    Err(Refused { kind, os: (os != 0).then_some(os), text })
}

// --- the library

type Handle = *mut c_void;
type Out = *mut *mut c_void;

struct Operations {
    text: unsafe extern "C" fn() -> *const c_char,
    os_error: unsafe extern "C" fn() -> c_int,
    create: unsafe extern "C" fn(*const c_char, Out) -> c_int,
    create_owned: unsafe extern "C" fn(*const c_char, u32, u32, Out) -> c_int,
    create_in_core: unsafe extern "C" fn(*const c_char, Out) -> c_int,
    attach: unsafe extern "C" fn(*const c_char, c_int, c_int, Out) -> c_int,
    open_or_create: unsafe extern "C" fn(*const c_char, Out) -> c_int,
    detach: unsafe extern "C" fn(Handle),
    remove: unsafe extern "C" fn(Handle) -> c_int,
    remove_at: unsafe extern "C" fn(*const c_char) -> c_int,
    address: unsafe extern "C" fn(Handle) -> *const c_char,
    created: unsafe extern "C" fn(Handle) -> u64,
    creator: unsafe extern "C" fn(Handle) -> u32,
    push: unsafe extern "C" fn(Handle, u64) -> c_int,
    pop: unsafe extern "C" fn(Handle, *mut u64) -> c_int,
    bare_create: unsafe extern "C" fn(*const c_char, u64, u32, Out) -> c_int,
    bare_attach: unsafe extern "C" fn(*const c_char, c_int, Out) -> c_int,
    bare_set: unsafe extern "C" fn(Handle, u32, u32, u32) -> c_int,
    bare_remove: unsafe extern "C" fn(Handle) -> c_int,
    bare_detach: unsafe extern "C" fn(Handle),
    bare_lock: unsafe extern "C" fn(Handle) -> c_int,
    bare_fill: unsafe extern "C" fn(Handle, c_int),
    bare_read: unsafe extern "C" fn(Handle, u64, *mut c_void, usize),
}

/// The environment variable with the library's path, for parts of a test.
pub const LIBRARY: &str = "SHMGEN_TEST_OPERATIONS";

/// Builds the library, once for a test program; its path.
pub fn library() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let program = std::env::current_exe().unwrap();
        // A part that is not told of it builds its own.
        let folder = tools::scratch(&format!(
            "operations-{}-{}",
            program.file_stem().unwrap().to_string_lossy(),
            std::process::id()
        ));
        tools::generate(&tools::root().join("tests/schemas/everything.toml"), &folder);
        let library = folder.join("liboperations.so");
        let mut gcc = Command::new("gcc");
        gcc.args(["-O2", "-g", "-std=c11", "-shared", "-fPIC"]).args(tools::C_WARNINGS);
        gcc.arg("-I").arg(&folder).arg(tools::root().join("tests/c/operations.c"));
        tools::run(gcc.arg("-o").arg(&library));
        library
    })
}

/// Builds and loads the library, which takes a while.
pub fn ready() {
    operations();
}

fn operations() -> &'static Operations {
    static LOADED: OnceLock<Operations> = OnceLock::new();
    LOADED.get_or_init(|| {
        let path = std::env::var(LIBRARY).map_or_else(|_| library().to_owned(), PathBuf::from);
        let library = Library::load(&path);
        Operations {
            text: library.function("ops_text"),
            os_error: library.function("ops_os_error"),
            create: library.function("ops_create"),
            create_owned: library.function("ops_create_owned"),
            create_in_core: library.function("ops_create_in_core"),
            attach: library.function("ops_attach"),
            open_or_create: library.function("ops_open_or_create"),
            detach: library.function("ops_detach"),
            remove: library.function("ops_remove"),
            remove_at: library.function("ops_remove_at"),
            address: library.function("ops_address"),
            created: library.function("ops_created"),
            creator: library.function("ops_creator"),
            push: library.function("ops_push"),
            pop: library.function("ops_pop"),
            bare_create: library.function("ops_bare_create"),
            bare_attach: library.function("ops_bare_attach"),
            bare_set: library.function("ops_bare_set"),
            bare_remove: library.function("ops_bare_remove"),
            bare_detach: library.function("ops_bare_detach"),
            bare_lock: library.function("ops_bare_lock"),
            bare_fill: library.function("ops_bare_fill"),
            bare_read: library.function("ops_bare_read"),
        }
    })
}

/// A library of C that was loaded, and stays.
pub struct Library(*mut c_void);

impl Library {
    pub fn load(path: &Path) -> Self {
        let text = c(path.to_str().unwrap());
        // SAFETY: the library has no constructors that run anything.
        let library = unsafe { libc::dlopen(text.as_ptr(), libc::RTLD_NOW) };
        if library.is_null() {
            // SAFETY: what it gives is text, since the call before failed.
            let why = unsafe { std::ffi::CStr::from_ptr(libc::dlerror()) };
            panic!("cannot load {}: {}", path.display(), why.to_string_lossy());
        }
        Self(library)
    }

    /// What is loaded already, the preloaded among it.
    pub fn itself() -> Self {
        Self(libc::RTLD_DEFAULT)
    }

    /// A function of it; the caller's type is that of its definition.
    pub fn function<F: Copy>(&self, name: &str) -> F {
        assert_eq!(size_of::<F>(), size_of::<*mut c_void>());
        // SAFETY: a name; what it leads to is only copied.
        let found = unsafe { libc::dlsym(self.0, c(name).as_ptr()) };
        assert!(!found.is_null(), "there is no {name}");
        // SAFETY: a pointer to a function of that type, which is as large.
        unsafe { std::mem::transmute_copy(&found) }
    }
}
