//! Measures the time from the start of the program to its first response. The database is already
//! migrated.

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
    let durations = (0..STARTS).map(|_| {
        let start = Instant::now();
        let server = Server::start(folder.path(), &[]);
        assert_eq!(server.fetch(&get("/login", None)).status, 200);
        let duration = start.elapsed();
        server.stop();
        duration
    });
    let millis = Sorted::millis(durations);
    let (median, slowest) = (millis.median(), millis.percentile(100));
    let result = format!("{median:.1} ms (median of {STARTS}, the slowest {slowest:.1} ms)");
    vec![Figure::new(
        "start to first response",
        "≤ 50 ms",
        result,
        median <= MAX_MILLIS,
    )]
}
