//! The words of an object in lanes that say who is there and who sleeps.

use super::layout::{CONSUMER_ROLE, DATA_FLAG, LANES, LanesLayout};
use crate::object::geometry::Parts;
use crate::object::role_word::RoleWord;

impl LanesLayout {
    /// The lanes as parts side by side.
    pub(crate) fn parts(&self) -> Parts {
        Parts { name: "lane", control: LANES, count: self.count, stride: self.stride }
    }
}

/// One consumer for all, and a producer in each lane, whose role and flag lie
/// there, from where the lane begins.
pub(crate) fn roles(lanes: LanesLayout, producer: u64, space: u64) -> Vec<RoleWord> {
    let of_lane =
        each(lanes).map(|lane| RoleWord::waiting("producer", lane + producer, lane + space));
    of_lane.chain([RoleWord::waiting("consumer", CONSUMER_ROLE, DATA_FLAG)]).collect()
}

/// What the consumer sleeps on, and the producer of each lane.
pub(crate) fn flags(lanes: LanesLayout, space: u64) -> Vec<u64> {
    [DATA_FLAG].into_iter().chain(each(lanes).map(|lane| lane + space)).collect()
}

/// Where each lane begins.
fn each(lanes: LanesLayout) -> impl Iterator<Item = u64> {
    (0..u64::from(lanes.count)).map(move |n| LANES + n * lanes.stride)
}
