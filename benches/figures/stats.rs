//! Medians, quartiles, percentiles.

use std::time::Duration;

/// Numbers in order.
pub struct Sorted(Vec<f64>);

impl Sorted {
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut numbers: Vec<f64> = numbers.into_iter().collect();
        assert!(!numbers.is_empty(), "something was measured");
        numbers.sort_by(f64::total_cmp);
        Self(numbers)
    }

    /// Milliseconds.
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

    /// Returns the number that `percent` of all do not exceed.
    pub fn percentile(&self, percent: usize) -> f64 {
        self.0[(self.0.len() - 1) * percent / 100]
    }

    /// Returns how often a number is larger than one of `others`, over all pairs: 0.5 if the two
    /// look alike.
    pub fn auc(&self, others: &Self) -> f64 {
        let (mut larger, mut same) = (0, 0);
        for number in &self.0 {
            let below = others.0.partition_point(|other| other < number);
            larger += below;
            same += others.0.partition_point(|other| other <= number) - below;
        }
        (float(larger) + float(same) / 2.0) / (float(self.0.len()) * float(others.0.len()))
    }

    /// `57.1 % (median of 25, half of them 52.0 to 61.3 %)`.
    pub fn in_percent(&self) -> String {
        let [low, median, high] = [25, 50, 75].map(|percent| self.percentile(percent) * 100.0);
        format!(
            "{median:.1} % (median of {}, half of them {low:.1} to {high:.1} %)",
            self.0.len()
        )
    }
}

/// Converts a count for calculations.
pub fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("no more than four thousand million"))
}
