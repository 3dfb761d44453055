//! Orders of fields that lose fewer bytes to alignment.

use super::{CACHE_LINE, Kind, Part};

/// An order in which a struct would be smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reorder {
    /// The fields in that order; what the schema reserves is `reserved = N`.
    pub fields: Vec<String>,
    /// Bytes of the struct then.
    pub size: u64,
    /// How many fewer that is.
    pub saves: u64,
}

/// The best order that is found, if it saves anything.
pub(super) fn better(parts: &[Part], size: u64, align: u64) -> Option<Reorder> {
    let movable = movable(parts);
    let candidates = [descending(&movable), greedy(&movable)];
    let sized = candidates.into_iter().map(|order| (total(&order, align), order));
    let (best, order) = sized.min_by_key(|(total, _)| *total)?;
    (best < size).then(|| Reorder { fields: names(&order), size: best, saves: size - best })
}

/// An order of the fields, of no greater size, in which none lies in two cache
/// lines that would fit into one.
pub(super) fn without_straddling(parts: &[Part], size: u64, align: u64) -> Option<Vec<String>> {
    let movable = movable(parts);
    let is_good = |order: &Vec<&Part>| {
        let mut end: u64 = 0;
        let whole = order.iter().all(|part| {
            let offset = end.next_multiple_of(part.align);
            end = offset + part.size;
            part.kind != Kind::Field
                || part.size > CACHE_LINE
                || offset / CACHE_LINE == (end - 1) / CACHE_LINE
        });
        whole && total(order, align) <= size
    };
    let orders = [descending, greedy, packed];
    orders.into_iter().map(|order| order(&movable)).find(is_good).map(|order| names(&order))
}

/// The order as a schema would name it.
fn names(order: &[&Part]) -> Vec<String> {
    let name = |p: &&Part| match p.kind {
        Kind::Field => p.name.clone(),
        Kind::Reserved | Kind::Hole | Kind::Kept => format!("reserved = {}", p.size),
    };
    order.iter().map(name).collect()
}

fn movable(parts: &[Part]) -> Vec<&Part> {
    parts.iter().filter(|p| !matches!(p.kind, Kind::Hole | Kind::Kept)).collect()
}

/// Bytes of a struct with the parts in that order.
fn total(order: &[&Part], align: u64) -> u64 {
    let end = order.iter().fold(0u64, |end, p| end.next_multiple_of(p.align) + p.size);
    end.next_multiple_of(align)
}

/// The greatest alignment first. Nothing is lost between fields whose sizes
/// are multiples of their alignments, which is what types have by themselves.
fn descending<'p>(parts: &[&'p Part]) -> Vec<&'p Part> {
    let mut order = parts.to_vec();
    order.sort_by_key(|p| std::cmp::Reverse(p.align));
    order
}

/// Each time the part that loses the fewest bytes, and among these the one of
/// the greatest alignment: it fills the holes behind a field that asks for
/// more alignment than its size.
fn greedy<'p>(parts: &[&'p Part]) -> Vec<&'p Part> {
    // Of one alignment they are taken in the order written, so that the choice
    // is among the alignments, of which there are few.
    let mut by_align: std::collections::BTreeMap<u64, std::collections::VecDeque<&Part>> =
        std::collections::BTreeMap::new();
    for part in parts {
        by_align.entry(part.align).or_default().push_back(part);
    }
    let mut order = Vec::with_capacity(parts.len());
    let mut end: u64 = 0;
    while let Some(align) = by_align
        .keys()
        .copied()
        .min_by_key(|align| (end.next_multiple_of(*align) - end, std::cmp::Reverse(*align)))
    {
        if let Some(queue) = by_align.get_mut(&align) {
            if let Some(part) = queue.pop_front() {
                end = end.next_multiple_of(align) + part.size;
                order.push(part);
            }
            if queue.is_empty() {
                by_align.remove(&align);
            }
        }
    }
    order
}

/// The most parts that are packed, which takes the square of their number.
const PACKED_MAX: usize = 1000;

/// Line by line: of what fits into the rest of the cache line the largest, so
/// that small fields fill up what large ones leave.
fn packed<'p>(parts: &[&'p Part]) -> Vec<&'p Part> {
    let mut left = parts.to_vec();
    if left.len() > PACKED_MAX {
        return left;
    }
    left.sort_by_key(|p| std::cmp::Reverse((p.size, p.align)));
    let mut order = Vec::with_capacity(left.len());
    let mut end: u64 = 0;
    while !left.is_empty() {
        let room = CACHE_LINE - end % CACHE_LINE;
        let fits = |p: &&Part| end.next_multiple_of(p.align) - end + p.size <= room;
        let whole_lines = |p: &&Part| p.size > CACHE_LINE;
        let next = left.iter().position(fits).or_else(|| left.iter().position(whole_lines));
        let part = left.remove(next.unwrap_or(0));
        end = end.next_multiple_of(part.align) + part.size;
        order.push(part);
    }
    order
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    fn parts(fields: &[(u64, u64)]) -> Vec<Part> {
        let mut offset = 0u64;
        let field = |(i, (size, align)): (usize, &(u64, u64))| {
            offset = offset.next_multiple_of(*align);
            let part = Part {
                kind: Kind::Field,
                name: format!("f{i}"),
                ty: String::new(),
                offset,
                size: *size,
                align: *align,
                was: Vec::new(),
            };
            offset += size;
            part
        };
        fields.iter().enumerate().map(field).collect()
    }

    fn size(parts: &[Part], align: u64) -> u64 {
        total(&parts.iter().collect::<Vec<_>>(), align)
    }

    #[test]
    fn the_greatest_alignment_first_loses_nothing_between_fields() {
        let written = parts(&[(1, 1), (8, 8), (2, 2), (4, 4), (1, 1)]);
        let found = better(&written, size(&written, 8), 8).unwrap();
        assert_eq!((found.size, found.saves), (16, 16));
        assert_eq!(found.fields, ["f1", "f3", "f2", "f0", "f4"]);
        assert_eq!(better(&parts(&[(8, 8), (1, 1)]), 16, 8), None);
    }

    #[test]
    fn holes_behind_over_aligned_fields_are_filled() {
        // Two bytes that each begin a line, and what fits behind the first.
        let written = parts(&[(1, 64), (1, 64), (32, 8), (8, 8)]);
        let found = better(&written, 128 + 64, 64).unwrap();
        assert_eq!(found.size, 128);
    }

    /// No order of five fields is smaller than what is found, where types have
    /// their own alignment.
    #[test]
    fn of_all_orders_none_is_smaller() {
        let kinds = [(1, 1), (2, 2), (4, 4), (8, 8), (3, 1), (12, 4)];
        for code in 0..kinds.len().pow(5) {
            let mut rest = code;
            let fields: Vec<(u64, u64)> = (0..5)
                .map(|_| {
                    let kind = kinds[rest % kinds.len()];
                    rest /= kinds.len();
                    kind
                })
                .collect();
            let written = parts(&fields);
            let sum: u64 = fields.iter().map(|f| f.0).sum();
            let align = fields.iter().map(|f| f.1).max().unwrap();
            let now = size(&written, align);
            let best = better(&written, now, align).map_or(now, |r| r.size);
            assert_eq!(best, sum.next_multiple_of(align), "{fields:?}");
        }
    }

    #[test]
    fn an_order_without_straddling_is_found_where_there_is_one() {
        let order = |fields: &[(u64, u64)]| {
            let written = parts(fields);
            let align = fields.iter().map(|f| f.1).max().unwrap();
            without_straddling(&written, size(&written, align), align)
        };
        // 60, 8 and 4 bytes: only 60 + 4 make a line.
        assert_eq!(order(&[(60, 1), (8, 1), (4, 1)]).unwrap(), ["f0", "f2", "f1"]);
        assert_eq!(order(&[(4, 4), (60, 4), (8, 8)]).unwrap(), ["f1", "f0", "f2"]);
        // 40 and 40 do not share a line, and nothing fills it up.
        assert_eq!(order(&[(40, 1), (40, 1)]), None);
    }
}
