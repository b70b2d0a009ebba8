//! One line of the table, and the table.

/// A measurement: its name, its goal, its result.
pub struct Figure {
    what: String,
    goal: String,
    result: String,
    met: Option<bool>,
}

impl Figure {
    /// Makes a figure with a goal.
    pub fn new(what: &str, goal: &str, result: String, met: bool) -> Self {
        Self {
            what: what.to_owned(),
            goal: goal.to_owned(),
            result,
            met: Some(met),
        }
    }

    /// Makes a figure without a goal, or with the reason why there is none.
    pub fn without(what: &str, result: impl Into<String>) -> Self {
        Self {
            what: what.to_owned(),
            goal: "–".to_owned(),
            result: result.into(),
            met: None,
        }
    }
}

pub fn print(figures: &[Figure]) {
    let width = |column: fn(&Figure) -> &str| {
        figures
            .iter()
            .map(|figure| column(figure).chars().count())
            .max()
    };
    let what = width(|figure| &figure.what).unwrap_or(0);
    let goal = width(|figure| &figure.goal).unwrap_or(0).max(4);
    println!("\n{:what$}  {:goal$}  {:7}  figure", "", "goal", "");
    for figure in figures {
        let verdict = match figure.met {
            Some(true) => "met",
            Some(false) => "NOT MET",
            None => "",
        };
        println!(
            "{:what$}  {:goal$}  {verdict:7}  {}",
            figure.what, figure.goal, figure.result
        );
    }
}
