//! The origin of the secret: the environment variable, else the file beside the database, else a
//! newly created file. The database remembers fingerprints of the secrets it was used with. A start
//! with the wrong secret fails before the server signs anything with it.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::config::{SECRET_FILE, Secret, Settings};
use crate::db::{Db, DbConnection, DbError, LockKey, lock, lock_folder_of};
use crate::security::keys::Keys;
use crate::security::tokens;
use crate::store::instance;

/// A problem with the secret. Its text is one line for the operator and never contains the secret.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The file's content is not a list of secrets.
    #[error("the secret file {0} is damaged: restore it from a backup")]
    Damaged(PathBuf),
    #[error("the secret file {0} can't be used: {1}")]
    File(PathBuf, io::Error),
    /// The file is missing, although the database was used with a secret before.
    #[error(
        "the secret file {0} is missing, and the database was used with it: restore it, or set \
         VESTIBULE_SECRET"
    )]
    Missing(PathBuf),
    /// None of the configured secrets is one that the database was used with.
    #[error(
        "the database was used with another secret: start with that one, or put the new one in \
         front of it"
    )]
    Other,
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Loads the secret and derives the keys. Creates a secret file if the database is new.
pub async fn keys(settings: &Settings, db: &Db) -> Result<Keys, SecretError> {
    let was_used = db
        .read(|db| Ok(instance::secret_fingerprints(db)?.is_some()))
        .await?;
    let secrets = match (settings.secrets.as_slice(), settings.database.folder()) {
        ([], Some(folder)) => read_or_create(&folder.join(SECRET_FILE), was_used)?,
        (set, _) => set.to_vec(),
    };
    // The list is never empty. Settings require a secret if the database has no folder, and a
    // secret file contains at least one.
    let keys = Keys::derive(&secrets).ok_or(SecretError::Other)?;
    let fingerprints: Vec<String> = keys.all().map(|set| set.fingerprint.clone()).collect();
    // One transaction compares and stores the fingerprints. Of two starts with different secrets,
    // the second one fails.
    let work = move |db: &mut DbConnection| {
        lock(db, LockKey::Secret)?;
        let known = instance::secret_fingerprints(db)?;
        let matches = known.is_none_or(|known| {
            known
                .split(',')
                .any(|known| fingerprints.iter().any(|own| own == known))
        });
        if matches {
            instance::set_secret_fingerprints(db, &fingerprints.join(","))?;
        }
        Ok(matches)
    };
    if db.write(work).await? {
        Ok(keys)
    } else {
        Err(SecretError::Other)
    }
}

fn read_or_create(path: &Path, must_exist: bool) -> Result<Vec<Secret>, SecretError> {
    let failed = |error| SecretError::File(path.to_owned(), error);
    match fs::read(path) {
        Ok(content) => str::from_utf8(&content)
            .ok()
            .and_then(|text| Secret::parse_all(text.trim()))
            .ok_or_else(|| SecretError::Damaged(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound && must_exist => {
            Err(SecretError::Missing(path.to_owned()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            create_secret_file(path).map_err(failed)?;
            // Reads the file back, because another process may have created it first.
            read_or_create(path, true)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes a new secret to a draft file, then gives it its final name. No process can read an
/// incomplete secret. Of two concurrent starts one wins, because a hard link, unlike a rename,
/// never replaces a file. On a file system without hard links, only the folder lock prevents that.
fn create_secret_file(path: &Path) -> io::Result<()> {
    let _one_at_a_time = lock_folder_of(path)?;
    if path.try_exists()? {
        // Another process was faster.
        return Ok(());
    }
    let secret = Secret::from_random(tokens::random());
    let draft = path.with_extension(format!("draft-{}", tokens::random_id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    let written = writeln!(file, "{}", secret.to_base64url())
        .and_then(|()| file.sync_all())
        .and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::rename(&draft, path),
            _ => Ok(()),
        });
    // After a rename there is no draft.
    fs::remove_file(&draft).ok();
    written?;
    // Without this, a crash could lose the new name.
    path.parent()
        .map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}
