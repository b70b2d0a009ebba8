//! The folder `static`: found, listed once, and served under a path that names its content, so that a browser may keep
//! a file for ever. Only names that were there at start are served: no hidden files, no links, no listing. Files are
//! changed by an upgrade and a restart, which gives them a new path.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use actix_files::Files;
use actix_web::dev::HttpServiceFactory;
use actix_web::middleware::Compress;
use actix_web::web;
use aws_lc_rs::digest::{Context, SHA256};
use thiserror::Error;

use crate::urls;
use crate::web::Error as PageError;

/// The folder, as it was at start.
#[derive(Clone, Debug)]
pub struct StaticFiles {
    folder: PathBuf,
    names: BTreeSet<PathBuf>,
    base: String,
}

/// What is wrong with the folder. One line for the operator.
#[derive(Debug, Error)]
pub enum StaticFilesError {
    /// It is nowhere.
    #[error("the folder `static` is missing: it belongs beside the program, at {0}")]
    Missing(PathBuf),
    /// It can't be read.
    #[error("the folder {0} can't be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
}

impl StaticFiles {
    /// Looks beside the program, then in the source tree that it was built from.
    pub fn find() -> Result<Self, StaticFilesError> {
        let program = env::current_exe().unwrap_or_default();
        let beside = program.parent().unwrap_or(Path::new(".")).join("static");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
        let folder = [&beside, &source].into_iter().find(|folder| folder.is_dir());
        let folder = folder.ok_or_else(|| StaticFilesError::Missing(beside.clone()))?;
        Self::read(folder).map_err(|error| StaticFilesError::Unreadable(folder.clone(), error))
    }

    fn read(folder: &Path) -> std::io::Result<Self> {
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if entry.file_type()?.is_file() && !is_hidden {
                names.insert(PathBuf::from(entry.file_name()));
            }
        }
        let mut hash = Context::new(&SHA256);
        for name in &names {
            let content = fs::read(folder.join(name))?;
            hash.update(name.as_os_str().as_encoded_bytes());
            hash.update(&content.len().to_be_bytes());
            hash.update(&content);
        }
        let hash = hash.finish().as_ref().first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
        Ok(Self { folder: folder.to_owned(), names, base: format!("{}{hash:016x}", urls::STATIC) })
    }

    /// What every file's path begins with: `/static/<hash of the folder's content>`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Serves them, compressed, each under the one spelling of its path.
    pub fn service(&self) -> impl HttpServiceFactory + 'static {
        let paths: BTreeSet<String> =
            self.names.iter().map(|name| format!("{}/{}", self.base, name.display())).collect();
        let files = Files::new("/", &self.folder)
            .path_filter(move |_, request| paths.contains(request.uri.path()))
            .default_handler(web::to(async || Err::<&'static str, _>(PageError::NotFound)));
        web::scope(&self.base).wrap(Compress::default()).service(files)
    }
}
