//! The range of a numeric field: the least and the greatest number that belong
//! into it. A description for those who write and check values; nothing in this
//! crate keeps a field within its range.

use crate::types::expr::Primitive;
use std::cmp::Ordering;
use std::fmt;

/// An end of a range.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// Of an integer type.
    Integer(i128),
    /// Of a float type: finite, and for f32 a number that it holds.
    Float(f64),
}

impl PartialEq for Bound {
    fn eq(&self, other: &Self) -> bool {
        self.compare(*other) == Some(Ordering::Equal)
    }
}

// A bound of a range is never NaN.
impl Eq for Bound {}

impl Bound {
    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(&b)),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b),
            _ => None,
        }
    }

    /// The number as a type holds it; `None` if it does not.
    fn held_by(self, ty: Primitive) -> Option<Self> {
        match (self, ty.integer_range()) {
            (Self::Integer(n), Some((low, high))) if n >= low && n <= high => Some(self),
            (Self::Float(f), None) if ty != Primitive::Bool => {
                #[allow(clippy::cast_possible_truncation)] // to what the type holds
                let f = if ty == Primitive::F32 { f64::from(f as f32) } else { f };
                // Of the two zeros one, since they are equal.
                f.is_finite().then_some(Self::Float(if f == 0.0 { 0.0 } else { f }))
            }
            _ => None,
        }
    }
}

/// The numbers that a field may hold; at least one end is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    ty: Primitive,
    min: Option<Bound>,
    max: Option<Bound>,
}

impl Range {
    /// The range between two numbers of a type, both included. `None` if there
    /// is none: no end at all, one that the type does not hold, or a least one
    /// greater than the greatest.
    pub fn new(ty: Primitive, min: Option<Bound>, max: Option<Bound>) -> Option<Self> {
        let held = |end: Option<Bound>| match end {
            None => Some(None),
            Some(end) => end.held_by(ty).map(Some),
        };
        let (min, max) = (held(min)?, held(max)?);
        let in_order = match (min, max) {
            (Some(min), Some(max)) => min.compare(max)? != Ordering::Greater,
            (min, max) => min.is_some() || max.is_some(),
        };
        in_order.then_some(Self { ty, min, max })
    }

    /// The type of its numbers.
    pub fn ty(&self) -> Primitive {
        self.ty
    }

    /// The least number.
    pub fn min(&self) -> Option<Bound> {
        self.min
    }

    /// The greatest number.
    pub fn max(&self) -> Option<Bound> {
        self.max
    }

    /// Whether a number belongs to it.
    pub fn contains(&self, number: Bound) -> bool {
        let order = |end: Option<Bound>, wrong: Ordering| {
            end.map_or(true, |end| number.compare(end).is_some_and(|order| order != wrong))
        };
        order(self.min, Ordering::Less) && order(self.max, Ordering::Greater)
    }

    /// Reads the canonical spelling, as a contract holds it: `1..10`, `..5`.
    pub fn parse(text: &str, ty: Primitive) -> Option<Self> {
        let (min, max) = text.split_once("..")?;
        let number = |text: &str| {
            Some(if ty.integer_range().is_some() {
                Bound::Integer(text.parse().ok()?)
            } else {
                Bound::Float(text.parse().ok()?)
            })
        };
        let end = |text: &str| match text {
            "" => Some(None),
            text => number(text).map(Some),
        };
        Self::new(ty, end(min)?, end(max)?).filter(|range| range.to_string() == text)
    }
}

/// `1..10`, `..5`, `0.5..`; floats with the fewest digits that make them.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |f: &mut fmt::Formatter<'_>, end: Option<Bound>| match end {
            None => Ok(()),
            Some(Bound::Integer(n)) => write!(f, "{n}"),
            #[allow(clippy::cast_possible_truncation)] // it is one that an f32 holds
            Some(Bound::Float(x)) if self.ty == Primitive::F32 => write!(f, "{:?}", x as f32),
            Some(Bound::Float(x)) => write!(f, "{x:?}"),
        };
        end(f, self.min)?;
        f.write_str("..")?;
        end(f, self.max)
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_survives_a_round_trip() {
        for (ty, texts) in [
            (Primitive::U8, &["1..10", "..5", "0..", "0..255", "7..7"][..]),
            (Primitive::I64, &["-5..-1", "-9223372036854775808..", "..0"]),
            (Primitive::U64, &["..18446744073709551615"]),
            (Primitive::F32, &["0.1..16777216.0", "..-1e-7", "3.4028235e38.."]),
            (Primitive::F64, &["0.1..0.3", "-1e300..", "..5e-324", "0.0..100.0"]),
        ] {
            for text in texts {
                let range = Range::parse(text, ty).unwrap_or_else(|| panic!("{text}"));
                assert_eq!(range.to_string(), *text);
            }
        }
    }

    #[test]
    fn what_is_not_canonical_or_no_range_is_refused() {
        for (ty, texts) in [
            (
                Primitive::U8,
                &[
                    "", "..", "1", "1..256", "-1..", "2..1", "01..2", "+1..2", "1...2", "1..2..3",
                    " 1..2", "1.0..2.0", "1..1e1",
                ][..],
            ),
            (Primitive::F64, &["1..2", "NaN..", "..inf", "0.10..", "-0.0..", "1e1..", "1e400.."]),
            (Primitive::F32, &["0.10000000149011612..", "1e39..", "2.0..1.0"]),
            (Primitive::Bool, &["0..1", "0.0..1.0"]),
        ] {
            for text in texts {
                assert_eq!(Range::parse(text, ty), None, "{ty} {text}");
            }
        }
    }

    #[test]
    fn both_ends_belong_to_it_and_what_is_no_number_does_not() {
        let range = Range::parse("-1.5..2.5", Primitive::F64).unwrap();
        for (number, is_in) in
            [(-1.5, true), (2.5, true), (-0.0, true), (2.6, false), (f64::NAN, false)]
        {
            assert_eq!(range.contains(Bound::Float(number)), is_in, "{number}");
        }
        let open = Range::parse("3..", Primitive::U64).unwrap();
        assert!(
            open.contains(Bound::Integer(u64::MAX.into())) && !open.contains(Bound::Integer(2))
        );
    }
}
