//! The functions of a state.

use super::{Functions, Held, Place};
use crate::backend::text::Page;
use askama::Template;
use shm_runtime::state::layout::StateLayout;

#[derive(Template)]
#[template(path = "c/state.jinja", escape = "none")]
struct State<'a> {
    o: Place<'a>,
}

const HELD: &[Held] =
    &[Held { ty: "shm_state_handle", suffix: "_state", release: "shm_state_close" }];

impl Functions for StateLayout {
    fn held(&self) -> &'static [Held] {
        HELD
    }

    fn write(&self, page: &mut Page, o: Place<'_>) {
        page.add(&State { o });
    }
}
