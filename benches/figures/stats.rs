//! Medians, percentiles, and the comparison of two samples.

use std::time::Duration;

/// Numbers in ascending order, at least one.
pub struct Sorted(Vec<f64>);

impl Sorted {
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut numbers: Vec<f64> = numbers.into_iter().collect();
        assert!(!numbers.is_empty(), "at least one number was measured");
        numbers.sort_by(f64::total_cmp);
        Self(numbers)
    }

    /// Converts durations to milliseconds and sorts them.
    pub fn millis(durations: impl IntoIterator<Item = Duration>) -> Self {
        Self::of(
            durations
                .into_iter()
                .map(|duration| duration.as_secs_f64() * 1e3),
        )
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub fn median(&self) -> f64 {
        self.percentile(50)
    }

    /// Returns the number that `percent` of all numbers do not exceed.
    pub fn percentile(&self, percent: usize) -> f64 {
        self.0[(self.0.len() - 1) * percent / 100]
    }

    /// Returns the share of pairs in which the number of `self` is larger than that of `other`. An
    /// equal pair counts half. Samples of one distribution give about 0.5.
    pub fn auc(&self, other: &Self) -> f64 {
        let (mut larger, mut equal) = (0, 0);
        for number in &self.0 {
            let smaller = other.0.partition_point(|candidate| candidate < number);
            larger += smaller;
            equal += other.0.partition_point(|candidate| candidate <= number) - smaller;
        }
        (float(larger) + float(equal) / 2.0) / (float(self.0.len()) * float(other.0.len()))
    }

    /// Formats ratios like `57.1 % (median of 25, half of them 52.0 to 61.3 %)`.
    pub fn format_percent(&self) -> String {
        let [low, median, high] = [25, 50, 75].map(|percent| self.percentile(percent) * 100.0);
        format!(
            "{median:.1} % (median of {}, half of them {low:.1} to {high:.1} %)",
            self.0.len()
        )
    }
}

/// Converts a count for calculations.
pub fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("counts are below 2^32"))
}
