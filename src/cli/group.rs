//! `vestibule group …`: manages groups of accounts.

use std::error::Error;
use std::io::{self, Write};

use clap::Subcommand;

use super::with_app;
use crate::accounts::admin_log::AdminActor;
use crate::app::App;
use crate::config::Settings;
use crate::features::administration::find_users::find_by_address;
use crate::features::administration::groups::manage_group::{
    self, create_group, delete_group, find_missing, list_groups,
};
use crate::features::administration::groups::members::{self, add_member, remove_member};
use crate::texts::labelled::Labelled;
use crate::values::{EmailAddress, GroupName};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a group
    Create {
        /// The name: 2 to 32 lowercase letters, digits and hyphens
        name: String,
        /// The title for people (default: the name)
        title: Option<String>,
    },
    /// List groups: name, title
    List,
    /// Add users to a group
    Add {
        /// The name of the group
        name: String,
        /// The email addresses of the accounts
        #[arg(required = true)]
        addresses: Vec<String>,
    },
    /// Remove users from a group
    Remove {
        /// The name of the group
        name: String,
        /// The email addresses of the accounts
        #[arg(required = true)]
        addresses: Vec<String>,
    },
    /// Delete a group, and keep the accounts in it
    Delete {
        /// The name of the group
        name: String,
        /// Delete it: its members leave it
        #[arg(long)]
        yes: bool,
    },
}

pub(super) fn run(settings: Settings, command: Command) -> Result<(), Box<dyn Error>> {
    with_app::run(settings, |app| async move {
        match command {
            Command::Create { name, title } => create(&app, &name, title).await,
            Command::List => list(&app).await,
            Command::Add { name, addresses } => change(&app, &name, addresses, true).await,
            Command::Remove { name, addresses } => change(&app, &name, addresses, false).await,
            Command::Delete { name, yes } => delete(&app, &name, yes).await,
        }
    })
}

/// Parses the name of a group.
fn parse(name: &str) -> Result<GroupName, Box<dyn Error>> {
    GroupName::parse(name).ok_or_else(|| invalid(name))
}

/// Parses names of groups, separated by commas.
pub(super) fn parse_list(names: &str) -> Result<Vec<GroupName>, Box<dyn Error>> {
    GroupName::parse_list(names).map_err(|name| invalid(&name))
}

fn invalid(name: &str) -> Box<dyn Error> {
    format!(
        "{name:?} is not a group name: use 2 to 32 lowercase letters, digits and hyphens, \
         beginning with a letter, and not `everyone`"
    )
    .into()
}

/// Returns an error if one of the groups does not exist.
pub(super) async fn expect_groups(app: &App, names: &[GroupName]) -> Result<(), Box<dyn Error>> {
    match find_missing(app, names.to_vec()).await? {
        Some(name) => Err(unknown(&name.0)),
        None => Ok(()),
    }
}

async fn create(app: &App, name: &str, title: Option<String>) -> Result<(), Box<dyn Error>> {
    let (group, title) = (parse(name)?, title.unwrap_or_else(|| name.to_owned()));
    let title = Labelled::Group.parse(&title)?;
    match create_group(app, AdminActor::Operator, group, title).await? {
        manage_group::Outcome::Changed => {
            Ok(writeln!(io::stdout(), "The group {name} is created.")?)
        }
        _ => Err(format!("the group {name} already exists").into()),
    }
}

async fn list(app: &App) -> Result<(), Box<dyn Error>> {
    let (mut out, mut after) = (io::stdout().lock(), String::new());
    loop {
        let page = list_groups(app, "", &after).await?;
        for group in page.groups {
            writeln!(out, "{} {}", group.name, group.title)?;
        }
        match page.next {
            Some(next) => after = next,
            None => return Ok(()),
        }
    }
}

async fn change(
    app: &App,
    name: &str,
    addresses: Vec<String>,
    joins: bool,
) -> Result<(), Box<dyn Error>> {
    use members::Outcome;
    let group = parse(name)?;
    let emails = addresses.iter().map(|address| EmailAddress::parse(address));
    let emails: Vec<EmailAddress> = emails.collect::<Result<_, _>>()?;
    let mut failed = 0;
    for email in emails {
        let address = email.as_str().to_owned();
        let by = AdminActor::Operator;
        let outcome = match find_by_address(app, &email).await? {
            Some(user) if joins => add_member(app, by, user.id, group.clone()).await?,
            Some(user) => remove_member(app, by, user.id, group.clone()).await?,
            None => Outcome::UnknownUser,
        };
        let result = match outcome {
            Outcome::Changed if joins => "is in the group now",
            Outcome::Changed => "is no longer in the group",
            Outcome::AlreadyMember => "was in the group already",
            Outcome::NoMember => "was not in the group",
            Outcome::TooMany => {
                failed += 1;
                "was not added: an account is in at most 100 groups"
            }
            // The operator is always allowed to change groups.
            Outcome::UnknownUser | Outcome::NotAllowed => {
                failed += 1;
                "has no account"
            }
            Outcome::UnknownGroup => return Err(unknown(name)),
        };
        writeln!(io::stdout(), "{address} {result}")?;
    }
    match failed {
        0 => Ok(()),
        failed => Err(format!("addresses that failed: {failed}").into()),
    }
}

async fn delete(app: &App, name: &str, yes: bool) -> Result<(), Box<dyn Error>> {
    let group = parse(name)?;
    if !yes {
        return Err(format!("the group {name} would be deleted: add --yes to delete it").into());
    }
    match delete_group(app, AdminActor::Operator, group).await? {
        manage_group::Outcome::Changed => {
            Ok(writeln!(io::stdout(), "The group {name} is deleted.")?)
        }
        manage_group::Outcome::InUse(app) => Err(format!(
            "the app {app} is open to the group {name}: use `vestibule app deny` first"
        )
        .into()),
        _ => Err(unknown(name)),
    }
}

pub(super) fn unknown(name: &str) -> Box<dyn Error> {
    format!("there is no group {name}").into()
}
