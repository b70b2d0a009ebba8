//! `vestibule user …`: manages accounts with the operations that administrators have, and some
//! more.

mod import;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::group::{expect_groups, parse_list};
use super::with_app;
use crate::accounts::admin_log::AdminActor;
use crate::app::App;
use crate::config::Settings;
use crate::features::administration::admin_action::Outcome;
use crate::features::administration::approvals::decide::{self, Decision, decide};
use crate::features::administration::delete_user::delete_user;
use crate::features::administration::end_all_sessions::end_all_sessions;
use crate::features::administration::find_users::{find_by_address, find_users};
use crate::features::administration::lock_account::{lock_account, unlock_account};
use crate::features::administration::set_administrator::{self, set_administrator};
use crate::features::administration::users_api;
use crate::features::second_factor::remove_second_steps::{self, remove_second_steps};
use crate::store::group_members;
use crate::store::users::User;
use crate::values::EmailAddress;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List accounts, newest first: email address, id, time of creation, flags
    List {
        /// List only accounts with this text in their email address, name or handle
        #[arg(allow_hyphen_values = true)]
        query: Option<String>,
        /// Print one JSON object per line
        #[arg(long)]
        json: bool,
    },
    /// Show one account
    Show {
        /// The email address of the account
        #[arg(allow_hyphen_values = true)]
        address: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Lock an account: end all its sessions and reject logins
    Lock {
        /// The email address of the account
        #[arg(allow_hyphen_values = true)]
        address: String,
    },
    /// Unlock an account
    Unlock {
        /// The email address of the account
        #[arg(allow_hyphen_values = true)]
        address: String,
    },
    /// End all sessions of an account
    EndSessions {
        /// The email address of the account
        #[arg(allow_hyphen_values = true)]
        address: String,
    },
    /// Remove the second step of an account, end all its sessions and email the owner
    RemoveSecondStep {
        /// The email address of the account
        #[arg(allow_hyphen_values = true)]
        address: String,
        /// Confirm that the password alone will be enough to log in
        #[arg(long)]
        yes: bool,
    },
    /// Approve a sign-up and create its account
    Approve {
        /// The email address of the sign-up
        #[arg(allow_hyphen_values = true)]
        address: String,
        /// Groups that the account joins, separated by commas
        #[arg(long, default_value = "", hide_default_value = true)]
        group: String,
    },
    /// Decline a sign-up and delete it
    Decline {
        /// The email address of the sign-up
        #[arg(allow_hyphen_values = true)]
        address: String,
    },
    /// Delete an account permanently
    Delete {
        /// The email address of the account
        #[arg(allow_hyphen_values = true)]
        address: String,
        /// Confirm the deletion, which cannot be undone
        #[arg(long)]
        yes: bool,
    },
    /// Import accounts from another system
    ///
    /// The columns are email, name, `password_hash` (bcrypt) and groups (names, separated by
    /// commas). A user without a password hash sets a password with the link of "forgot password".
    /// The email addresses count as confirmed. The import sends no emails.
    Import {
        /// A CSV file with column names in its first row, or JSON lines
        #[arg(allow_hyphen_values = true)]
        file: PathBuf,
        /// Check the file without importing it
        #[arg(long)]
        check: bool,
    },
    /// Make a user an administrator, who manages accounts at /admin and through the API
    MakeAdmin {
        /// The email address of the account
        #[arg(allow_hyphen_values = true)]
        address: String,
    },
    /// Make an administrator an ordinary user again
    RemoveAdmin {
        /// The email address of the account
        #[arg(allow_hyphen_values = true)]
        address: String,
        /// Remove the rights even of the last administrator
        #[arg(long)]
        last: bool,
    },
}

pub(super) fn run(settings: Settings, command: Command) -> Result<(), Box<dyn Error>> {
    with_app::run(settings, |app| async move {
        match command {
            Command::List { query, json } => list(&app, &query.unwrap_or_default(), json).await,
            Command::Show { address, json } => show(&app, &address, json).await,
            Command::Lock { address } => {
                let user = find(&app, &address).await?;
                print_outcome(
                    &lock_account(&app, AdminActor::Operator, user.id).await?,
                    &address,
                    "is locked",
                )
            }
            Command::Unlock { address } => {
                let user = find(&app, &address).await?;
                print_outcome(
                    &unlock_account(&app, AdminActor::Operator, user.id).await?,
                    &address,
                    "is unlocked",
                )
            }
            Command::EndSessions { address } => {
                let user = find(&app, &address).await?;
                print_outcome(
                    &end_all_sessions(&app, AdminActor::Operator, user.id).await?,
                    &address,
                    "is logged out on all devices",
                )
            }
            Command::RemoveSecondStep { address, yes } => {
                remove_second_step(&app, &address, yes).await
            }
            Command::Approve { address, group } => {
                let groups = parse_list(&group)?;
                expect_groups(&app, &groups).await?;
                decide_sign_up(&app, &address, Decision::Approve(groups)).await
            }
            Command::Decline { address } => decide_sign_up(&app, &address, Decision::Decline).await,
            Command::Delete { address, yes } => delete(&app, &address, yes).await,
            Command::Import { file, check } => import::import(&app, &file, check).await,
            Command::MakeAdmin { address } => set_admin(&app, &address, true, false).await,
            Command::RemoveAdmin { address, last } => set_admin(&app, &address, false, last).await,
        }
    })
}

async fn list(app: &App, query: &str, json: bool) -> Result<(), Box<dyn Error>> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut cursor = None;
    loop {
        let found = find_users(app, query, cursor).await?;
        for user in found.users {
            if json {
                writeln!(out, "{}", json!(users_api::User::from(user)))?;
            } else {
                writeln!(
                    out,
                    "{} {} {}{}",
                    user.email,
                    user.id.0,
                    user.created_at.iso(),
                    flags(&user)
                )?;
            }
        }
        // The operator sees the first page of a long list at once.
        out.flush()?;
        cursor = found.older;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

async fn show(app: &App, address: &str, json: bool) -> Result<(), Box<dyn Error>> {
    let user = find(app, address).await?;
    let mut out = io::stdout().lock();
    if json {
        return Ok(writeln!(out, "{}", json!(users_api::User::from(user)))?);
    }
    let id = user.id.clone();
    let groups = app
        .read(move |tx| Ok(group_members::groups_of(tx, &id)?))
        .await?;
    let groups: Vec<String> = groups.into_iter().map(|(group, _)| group.name.0).collect();
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    for (what, value) in [
        ("address", user.email.clone()),
        ("id", user.id.0.clone()),
        ("name", or_none(&user.name)),
        ("handle", or_none(&user.handle)),
        (
            "public",
            if user.is_public { "yes" } else { "no" }.to_owned(),
        ),
        (
            "administrator",
            if user.is_admin { "yes" } else { "no" }.to_owned(),
        ),
        (
            "locked",
            user.locked_at
                .map_or_else(|| "no".to_owned(), |since| format!("since {}", since.iso())),
        ),
        (
            "second step",
            user.factor_since
                .map_or_else(|| "no".to_owned(), |since| format!("since {}", since.iso())),
        ),
        (
            "groups",
            or_none(&Some(groups.join(", ")).filter(|names| !names.is_empty())),
        ),
        ("created", user.created_at.iso()),
    ] {
        writeln!(out, "{what:<14} {value}")?;
    }
    Ok(writeln!(
        out,
        "To see what keeps the user from logging in: vestibule why {}",
        user.email
    )?)
}

/// Approves or declines a sign-up.
async fn decide_sign_up(
    app: &App,
    address: &str,
    decision: Decision,
) -> Result<(), Box<dyn Error>> {
    let email = EmailAddress::parse(address)?;
    let decided = match decision {
        Decision::Approve(_) => "has an account now",
        Decision::Decline => "is declined",
    };
    let result = match decide(app, AdminActor::Operator, email, decision).await? {
        decide::Outcome::Decided => decided,
        // The operator is always allowed to decide.
        decide::Outcome::NotAwaitingApproval | decide::Outcome::NotAllowed => {
            return Err(format!("no sign-up of {address} awaits approval").into());
        }
    };
    Ok(writeln!(io::stdout(), "{address} {result}.")?)
}

async fn delete(app: &App, address: &str, yes: bool) -> Result<(), Box<dyn Error>> {
    let email = EmailAddress::parse(address)?;
    if !yes {
        return Err(format!(
            "{} would be deleted permanently: add --yes to confirm",
            email.as_str()
        )
        .into());
    }
    let user = find(app, email.as_str()).await?;
    let outcome = delete_user(app, AdminActor::Operator, user.id).await?;
    print_outcome(&outcome, address, "is deleted")
}

async fn remove_second_step(app: &App, address: &str, yes: bool) -> Result<(), Box<dyn Error>> {
    use remove_second_steps::Outcome::{NoSecondStep, Removed, Unknown};
    let email = EmailAddress::parse(address)?;
    if !yes {
        return Err(format!(
            "the password alone would be enough to log in to {}: add --yes to confirm",
            email.as_str()
        )
        .into());
    }
    let message = match remove_second_steps(app, email).await? {
        Removed => "has no second step any more, and is logged out on all devices",
        NoSecondStep => "has no second step",
        Unknown => return Err(unknown_account(address)),
    };
    Ok(writeln!(io::stdout(), "{address} {message}.")?)
}

async fn set_admin(
    app: &App,
    address: &str,
    is_admin: bool,
    even_last: bool,
) -> Result<(), Box<dyn Error>> {
    use set_administrator::Outcome::{Changed, LastAdministrator, Unchanged, Unknown};
    let email = EmailAddress::parse(address)?;
    let outcome = set_administrator(app, email, is_admin, even_last).await?;
    let role = match (outcome, is_admin) {
        (Changed, true) => "is now an administrator",
        (Changed, false) => "is no longer an administrator",
        (Unchanged, true) => "is already an administrator",
        (Unchanged, false) => "is not an administrator",
        (LastAdministrator, _) => {
            let message =
                format!("{address} is the last administrator: add --last to remove it anyway");
            return Err(message.into());
        }
        (Unknown, _) => return Err(unknown_account(address)),
    };
    Ok(writeln!(io::stdout(), "{address} {role}.")?)
}

async fn find(app: &App, address: &str) -> Result<User, Box<dyn Error>> {
    let email = EmailAddress::parse(address)?;
    find_by_address(app, &email)
        .await?
        .ok_or_else(|| unknown_account(address))
}

fn unknown_account(address: &str) -> Box<dyn Error> {
    format!("no account has the address {address}").into()
}

fn print_outcome(outcome: &Outcome, address: &str, message: &str) -> Result<(), Box<dyn Error>> {
    match outcome {
        Outcome::Changed(_) => Ok(writeln!(io::stdout(), "{address} {message}.")?),
        // The account was deleted in the meantime. Only administrators get the other outcomes.
        Outcome::Unknown
        | Outcome::OwnAccount
        | Outcome::EmailsLimited
        | Outcome::ResetGoesElsewhere
        | Outcome::AdministratorAccount
        | Outcome::NoPassword
        | Outcome::NotAllowed => Err(unknown_account(address)),
    }
}

fn flags(user: &User) -> String {
    let flags = [
        ("administrator", user.is_admin),
        ("locked", user.locked_at.is_some()),
        ("second step", user.has_second_step()),
        ("public", user.is_public),
    ];
    flags
        .into_iter()
        .filter(|(_, is_so)| *is_so)
        .flat_map(|(flag, _)| [" ", flag])
        .collect()
}
