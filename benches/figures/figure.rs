//! The figures, and the table that shows them.

/// A line of the table: a measured value and its goal.
pub struct Figure {
    name: String,
    goal: String,
    result: String,
    /// `None` if the figure has no goal.
    is_met: Option<bool>,
}

impl Figure {
    pub fn new(name: &str, goal: &str, result: String, is_met: bool) -> Self {
        Self {
            name: name.to_owned(),
            goal: goal.to_owned(),
            result,
            is_met: Some(is_met),
        }
    }

    /// Makes a figure that only informs. Its result may also be the reason why there is none.
    pub fn without_goal(name: &str, result: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            goal: "–".to_owned(),
            result: result.into(),
            is_met: None,
        }
    }
}

pub fn print_table(figures: &[Figure]) {
    let width = |column: fn(&Figure) -> &str| {
        figures
            .iter()
            .map(|figure| column(figure).chars().count())
            .max()
    };
    let name_width = width(|figure| &figure.name).unwrap_or(0);
    let goal_width = width(|figure| &figure.goal).unwrap_or(0).max(4);
    println!(
        "\n{:name_width$}  {:goal_width$}  {:7}  figure",
        "", "goal", ""
    );
    for figure in figures {
        let outcome = match figure.is_met {
            Some(true) => "met",
            Some(false) => "NOT MET",
            None => "",
        };
        println!(
            "{:name_width$}  {:goal_width$}  {outcome:7}  {}",
            figure.name, figure.goal, figure.result
        );
    }
}
