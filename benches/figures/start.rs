//! The time of a start on a migrated database: from the program's start to its first response.

use std::time::Instant;

use crate::client::get;
use crate::figure::Figure;
use crate::server::{Server, folder};
use crate::stats::Sorted;

const STARTS: usize = 20;
const MAX_MILLIS: f64 = 50.0;

pub fn measure() -> Vec<Figure> {
    let folder = folder();
    Server::start(folder.path(), &[]).stop();
    let times = (0..STARTS).map(|_| {
        let begun = Instant::now();
        let server = Server::start(folder.path(), &[]);
        assert_eq!(server.ask(&get("/login", None)).status, 200);
        let took = begun.elapsed();
        server.stop();
        took
    });
    let times = Sorted::millis(times);
    let (median, worst) = (times.median(), times.percentile(100));
    let figure = format!("{median:.1} ms (median of {STARTS}, the slowest {worst:.1} ms)");
    vec![Figure::new(
        "start to first answer",
        "≤ 50 ms",
        figure,
        median <= MAX_MILLIS,
    )]
}
