//! Where the secret comes from: the variable, else the file beside the database, else a new one that is put there. The
//! database remembers which secrets it was used with, so that a start with the wrong one is refused before anything is
//! signed with it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::config::{SECRET_FILE, Secret, Settings};
use crate::db::{Db, DbConnection, DbError, take_turn};
use crate::security::keys::Keys;
use crate::security::tokens;
use crate::store::instance;

/// What is wrong with the secret. One line for the operator, and never the secret.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The file holds something else.
    #[error("the secret file {0} is damaged: restore it from a backup")]
    Damaged(PathBuf),
    /// The file can't be read or written.
    #[error("the secret file {0} can't be used: {1}")]
    File(PathBuf, io::Error),
    /// The file has gone, and the database was used with it.
    #[error("the secret file {0} is missing, and the database was used with it: restore it, or set VESTIBULE_SECRET")]
    Missing(PathBuf),
    /// The database was used with others.
    #[error("the database was used with another secret: start with that one, or put the new one in front of it")]
    Other,
    /// The database can't be asked.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// The keys that this start works with.
pub async fn keys(settings: &Settings, db: &Db) -> Result<Keys, SecretError> {
    let was_used = db.read(|db| Ok(instance::secret_fingerprints(db)?.is_some())).await?;
    let secrets = match (settings.secrets.as_slice(), settings.database.folder()) {
        ([], Some(folder)) => from_file(&folder.join(SECRET_FILE), was_used)?,
        (set, _) => set.to_vec(),
    };
    // Settings refuse an empty list, and a database without a folder; a file holds one at least.
    let keys = Keys::derive(&secrets).ok_or(SecretError::Other)?;
    let fingerprints: Vec<String> = keys.all().map(|set| set.fingerprint.clone()).collect();
    // Compared and noted in one transaction: of two starts with different secrets, one is the first.
    let work = move |db: &mut DbConnection| {
        take_turn(db, "the secret")?;
        let known = instance::secret_fingerprints(db)?;
        let matches =
            known.is_none_or(|known| known.split(',').any(|known| fingerprints.iter().any(|own| own == known)));
        if matches {
            instance::set_secret_fingerprints(db, &fingerprints.join(","))?;
        }
        Ok(matches)
    };
    if db.write(work).await? { Ok(keys) } else { Err(SecretError::Other) }
}

fn from_file(path: &Path, was_used: bool) -> Result<Vec<Secret>, SecretError> {
    let failed = |error| SecretError::File(path.to_owned(), error);
    match fs::read(path) {
        Ok(content) => str::from_utf8(&content)
            .ok()
            .and_then(|text| Secret::parse_all(text.trim()))
            .ok_or_else(|| SecretError::Damaged(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound && was_used => Err(SecretError::Missing(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(path).map_err(failed)?;
            // Ours, or that of another start that was faster.
            from_file(path, true)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes a new secret to a file of its own and links it to its name, so that nobody ever reads half of one, and of two
/// starts at once one wins.
fn make(path: &Path) -> io::Result<()> {
    let secret = Secret::from_random(tokens::random());
    let draft = path.with_extension(format!("draft-{}", tokens::random_id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let linked = writeln!(file, "{}", secret.to_base64url())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    path.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}
