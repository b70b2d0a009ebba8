//! Random histories of factors. An undo restores exactly the apps and recovery codes of its time.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use vestibule::accounts::authentication::authenticator_apps::{self, AppSetup, NewApp};
use vestibule::accounts::authentication::{factors, recovery_codes};
use vestibule::clock::Timestamp;
use vestibule::db::{DbError, Tx};
use vestibule::store::totp_credentials;
use vestibule::values::UserId;

use crate::support::TestApp;
use crate::support::races::cases;

/// A step of a history. Each takes place a second after the one before.
#[derive(Clone, Copy, Debug)]
enum Step {
    AddApp,
    /// Removes one of the live apps.
    RemoveApp(usize),
    RemoveAll,
    NewCodes,
}

/// The live apps and usable codes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    apps: BTreeSet<String>,
    codes: BTreeSet<String>,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::AddApp),
        2 => any::<usize>().prop_map(Step::RemoveApp),
        1 => Just(Step::RemoveAll),
        1 => Just(Step::NewCodes),
    ]
}

/// Applies a step as the features do.
fn apply(tx: &mut Tx<'_>, id: &UserId, step: Step) -> Result<(), DbError> {
    let (now, apps) = (tx.now, totp_credentials::live(tx, id)?);
    match step {
        Step::AddApp => {
            let user = vestibule::store::users::by_id(tx, id)?.expect("a user");
            let app = NewApp {
                setup: AppSetup::new(now),
                name: "App".to_owned(),
                step: 0,
            };
            authenticator_apps::add(tx, id, &app, now)?;
            factors::after_addition(tx, &user, None, now)?;
        }
        Step::RemoveApp(which) if !apps.is_empty() => {
            let live = factors::live(tx, id)?;
            factors::remove(tx, id, &live[which % live.len()], None, now)?;
        }
        Step::RemoveAll => factors::remove_all(tx, id, now)?,
        Step::NewCodes if !apps.is_empty() => {
            recovery_codes::create(tx, id, now)?;
        }
        Step::RemoveApp(_) | Step::NewCodes => {}
    }
    Ok(())
}

fn state(app: &TestApp) -> State {
    let live = |table: &str, column: &str| {
        let query = format!("SELECT {column} AS line FROM {table} WHERE removed_at IS NULL");
        app.home.lines(&query).into_iter().collect()
    };
    State {
        apps: live("totp_credentials", "id"),
        codes: live("recovery_codes", "code_hash"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn undo_restores_factors_of_its_time(
        steps in prop::collection::vec(step(), 1..12),
        at: prop::sample::Index,
    ) {
        let app = TestApp::start();
        let id = UserId(app.person("ada@example.org").id);
        let mut states: Vec<(Timestamp, State)> = Vec::new();
        for step in steps {
            app.advance(Duration::from_secs(1));
            states.push((app.clock.now(), state(&app)));
            let id = id.clone();
            app.transaction(move |tx| apply(tx, &id, step));
        }
        app.advance(Duration::from_secs(1));
        let (time, expected) = states[at.index(states.len())].clone();
        let user = id.clone();
        app.transaction(move |tx| factors::restore(tx, &user, time));
        prop_assert_eq!(&state(&app), &expected);
        let has_second_step = app.home.count("users", "factor_since IS NOT NULL") == 1;
        prop_assert_eq!(has_second_step, !expected.apps.is_empty());
    }
}
