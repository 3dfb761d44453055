//! Pseudo-random numbers, the same in every run.

/// A generator; its seed.
pub struct Dice(pub u64);

impl Dice {
    /// A number from 0 up to, but not including, `below`.
    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % below
    }
}
