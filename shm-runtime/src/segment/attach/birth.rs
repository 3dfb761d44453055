//! Creating a segment of ours.
//!
//! A POSIX one is filled before it has a name. A System V one is in sight from
//! the first moment: it counts as unborn until the magic is there, and as at
//! work until its state is ready, which is stored last of all.

use crate::error::{ErrorKind, Result};
use crate::memory::Mapping;
use crate::segment::attach::access::{Attached, Kernel};
use crate::segment::attach::core::{Companion, Core, Geography};
use crate::segment::attach::spec::Spec;
use crate::segment::format::header::{
    BYTE_ORDER, ENTRY_SIZE, FORMAT_MAJOR, FORMAT_MINOR, HEADER_SIZE, Header, STATE, State, begin,
};
use crate::segment::format::plan::Plan;
use crate::segment::format::record::RECORD_SIZE;
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::fork::Birthplace;
use crate::segment::os::kept::KeptFile;
use crate::segment::os::options::{Making, Options};
use crate::segment::os::sysv::idfile::IdFile;
use crate::segment::os::{file, memfd, posix, process, sysv};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Creates a segment and takes part in it.
pub(crate) fn create(spec: &Spec, address: &Address, options: &Options) -> Result<Core> {
    let attempt = Attempt::new("create", address);
    let size = spec.contract_bytes.len() as u64;
    let plan = Plan::new(&spec.contract, size, spec.participants);
    let Some(plan) = plan.and_then(|plan| plan.in_pages(spec.pages)) else {
        return Err(attempt.fail(ErrorKind::Invalid, "it is larger than any memory"));
    };
    let birth = Birth {
        spec,
        address,
        making: options.making(attempt)?,
        header: new_header(spec, &plan),
        plan,
        birthplace: Birthplace::here().map_err(|e| attempt.wrap(e))?,
        attempt,
    };
    let core = match address {
        Address::Posix(name) => birth.posix(name),
        Address::Memfd(None) => birth.memfd(),
        _ => birth.sysv(options),
    }?;
    file::keep_out_of_core(core.mapping(), options.core_dump);
    Ok(core)
}

/// What a segment is made of.
struct Birth<'a> {
    spec: &'a Spec,
    address: &'a Address,
    making: Making,
    header: Header,
    plan: Plan,
    birthplace: Birthplace,
    attempt: Attempt<'a>,
}

impl Birth<'_> {
    fn posix(self, name: &str) -> Result<Core> {
        let (file, own, mapping) = posix::make(self.plan.total_size, &self.making, self.attempt)?;
        let mut core =
            self.fill(mapping, Kernel::Posix(KeptFile::new(file, self.attempt)?), None)?;
        if let Kernel::Posix(file) = core.kernel() {
            let name = posix::publish(file.just_opened(), name, &self.making, self.attempt)?;
            core.set_address(Address::Posix(name));
        }
        drop(own);
        Ok(core)
    }

    fn memfd(self) -> Result<Core> {
        let contract = &self.spec.contract;
        let title = match contract.schema.as_str() {
            "" => contract.segment.clone(),
            schema => format!("{schema}.{}", contract.segment),
        };
        let size = self.plan.total_size;
        let (file, mapping) = memfd::make(&title, size, &self.making, self.attempt)?;
        let address = memfd::address(&file);
        let mut core =
            self.fill(mapping, Kernel::Memfd(KeptFile::new(file, self.attempt)?), None)?;
        core.set_address(address);
        Ok(core)
    }

    fn sysv(self, options: &Options) -> Result<Core> {
        let size = self.plan.total_size;
        let header = self.header.to_bytes();
        let (id, mapping) =
            sysv::make(self.address, size, &self.making, Some(&header), self.attempt)?;
        let birth_mark = self.header.birth_mark;
        let says = IdFile { id, birth_mark, size };
        let companion = match sysv::make_companion(id, birth_mark, &self.making, self.attempt) {
            Ok(companion) => companion,
            Err(error) => {
                // Without a look at the companion: a file of that name is not ours.
                sysv::discard(id);
                return Err(error);
            }
        };
        let held = Companion::new(companion, self.attempt);
        let filled = held.and_then(|held| self.fill(mapping, Kernel::Sysv(id), Some(held)));
        let made = filled.and_then(|core| {
            sysv::announce(self.address, &says, &self.making, options, self.attempt)?;
            Ok(core)
        });
        if made.is_err() {
            sysv::remove_companion(id, birth_mark);
            sysv::discard(id);
        }
        made
    }

    /// Writes everything into a fresh segment, takes part in it, and declares
    /// it ready.
    fn fill(&self, mapping: Mapping, kernel: Kernel, companion: Option<Companion>) -> Result<Core> {
        let plan = &self.plan;
        let geography = Geography {
            places: plan.objects.clone(),
            participants_offset: plan.participants_offset,
            participants_count: plan.participants_count,
        };
        let attached =
            Attached { address: self.address.clone(), mapping: Arc::new(mapping), kernel };
        let mut core = Core::new(attached, companion, geography, self.spec, self.birthplace);
        self.write(&mut core).map_err(|e| self.attempt.wrap(e))?;
        Ok(core)
    }

    fn write(&self, core: &mut Core) -> Result<()> {
        let (plan, mapping) = (&self.plan, core.mapping());
        if !matches!(core.kernel(), Kernel::Sysv(_)) {
            begin(mapping, &self.header.to_bytes())?; // else it is there already
        }
        for (i, entry) in plan.objects().enumerate() {
            mapping.write(plan.directory_offset + (i * ENTRY_SIZE) as u64, &entry.to_bytes())?;
        }
        mapping.write(plan.contract_offset, &self.spec.contract_bytes)?;
        core.claim_record()?;
        // Pairs with the acquire of whoever reads the state.
        core.mapping().store_u32(STATE, State::Ready.word(), Ordering::Release)
    }
}

fn new_header(spec: &Spec, plan: &Plan) -> Header {
    Header {
        format_major: FORMAT_MAJOR,
        format_minor: FORMAT_MINOR,
        byte_order: BYTE_ORDER,
        state: State::Uninitialised,
        header_size: small(HEADER_SIZE),
        total_size: plan.total_size,
        fingerprint: spec.fingerprint,
        contract_offset: plan.contract_offset,
        contract_size: spec.contract_bytes.len() as u64,
        participants_offset: plan.participants_offset,
        participants_count: plan.participants_count,
        participants_stride: small(RECORD_SIZE),
        directory_offset: plan.directory_offset,
        directory_count: small(plan.objects.len()),
        directory_stride: small(ENTRY_SIZE),
        birth_mark: process::random(),
        created_ns: process::now_ns(),
        creator_pid: std::process::id(),
        creator_uid: process::effective_uid(),
        creator_pid_namespace: process::pid_namespace(),
        creator_program: process::program_name(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        schema_version: spec.version.clone(),
        schema_name: spec.contract.schema.clone(),
        segment_name: spec.contract.segment.clone(),
    }
}

/// A number that the checks on schemas keep far below the limit.
fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
