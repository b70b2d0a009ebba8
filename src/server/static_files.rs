//! The folder `static`, and the files of the brand. The folder is listed once at start. All files
//! are served under a path that contains a hash of their content. Browsers may therefore cache a
//! file for ever. An upgrade or a new brand, with a restart, changes the path.
//!
//! Only files that were listed at start are served. Hidden files, symbolic links and directory
//! listings are not. The brand's files are served from memory, because an operator may edit the
//! folder at any time.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_files::{Files, file_extension_to_mime};
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{HttpServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::guard::{Any, Get, Head, fn_guard};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, Resource, web};
use aws_lc_rs::digest::{Context, SHA256, digest};
use thiserror::Error;

use crate::brand::Brand;
use crate::http::error::Error as PageError;
use crate::urls;

/// The content of the folder and of the brand at start.
#[derive(Clone, Debug)]
pub struct StaticFiles {
    folder: PathBuf,
    /// Each file's name and the hash of its content.
    names: BTreeMap<PathBuf, String>,
    /// Content of each file of the brand, by name.
    brand: BTreeMap<&'static str, Bytes>,
    base: String,
}

/// A problem with the folder. Its text is one line for the operator.
#[derive(Debug, Error)]
pub enum StaticFilesError {
    #[error("the folder `static` is missing: it belongs beside the program, at {0}")]
    Missing(PathBuf),
    #[error("the folder {0} can't be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
}

impl StaticFiles {
    /// Looks for the folder beside the program, then in the source tree that the program was built
    /// from.
    pub fn find() -> Result<Self, StaticFilesError> {
        let program = env::current_exe().unwrap_or_default();
        let beside = program.parent().unwrap_or(Path::new(".")).join("static");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
        let folder = [&beside, &source]
            .into_iter()
            .find(|folder| folder.is_dir());
        let folder = folder.ok_or_else(|| StaticFilesError::Missing(beside.clone()))?;
        Self::read(folder).map_err(|error| StaticFilesError::Unreadable(folder.clone(), error))
    }

    fn read(folder: &Path) -> std::io::Result<Self> {
        let mut names = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let is_hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if entry.file_type()?.is_file() && !is_hidden {
                names.insert(PathBuf::from(entry.file_name()), String::new());
            }
        }
        let mut hash = Context::new(&SHA256);
        for (name, own_hash) in &mut names {
            let content = fs::read(folder.join(name))?;
            *own_hash = hex(digest(&SHA256, &content).as_ref());
            hash.update(name.as_os_str().as_encoded_bytes());
            hash.update(&content.len().to_be_bytes());
            hash.update(&content);
        }
        let hash = hex(hash.finish().as_ref());
        Ok(Self {
            folder: folder.to_owned(),
            names,
            brand: BTreeMap::new(),
            base: format!("{}{hash}", urls::STATIC),
        })
    }

    /// Adds the files of the brand.
    #[must_use]
    pub fn with_brand(mut self, brand: &Brand) -> Self {
        let mut hash = Context::new(&SHA256);
        hash.update(self.base.as_bytes());
        for (name, content) in brand.files() {
            let own_hash = hex(digest(&SHA256, content).as_ref());
            hash.update(name.as_bytes());
            hash.update(own_hash.as_bytes());
            self.names.insert(PathBuf::from(name), own_hash);
            self.brand.insert(name, Bytes::copy_from_slice(content));
        }
        self.base = format!("{}{}", urls::STATIC, hex(hash.finish().as_ref()));
        self
    }

    /// Returns the path prefix of every file: `/static/<hash of all content>`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Serves the files below `prefix`, compressed. Each file has exactly one spelling of its path.
    pub fn service(&self, prefix: &str) -> impl HttpServiceFactory + 'static {
        let base = format!("{prefix}{}", self.base);
        // The tags are weak, because the same content may be sent compressed or not.
        let tags: Arc<BTreeMap<String, String>> = Arc::new(
            self.names
                .iter()
                .map(|(name, hash)| {
                    (
                        format!("{base}/{}", name.display()),
                        format!("W/\"{hash}\""),
                    )
                })
                .collect(),
        );
        let paths = Arc::clone(&tags);
        let files = Files::new("/", &self.folder)
            // The ETag of actix-files would reveal the file's inode and modification time.
            .use_etag(false)
            .use_last_modified(false)
            .path_filter(move |_, request| paths.contains_key(request.uri.path()))
            .default_handler(web::to(async || {
                Err::<&'static str, _>(PageError::NotFound)
            }));
        let tagged = from_fn(move |request, next| tag(Arc::clone(&tags), request, next));
        let brand = self
            .brand
            .iter()
            .map(|(name, content)| from_memory(&base, name, content));
        brand
            .fold(web::scope(&base), actix_web::Scope::service)
            .service(files)
            .wrap(tagged)
            .wrap(Compress::default())
    }
}

/// Serves a file from memory. Another spelling of its path is left to the folder, which has none.
fn from_memory(base: &str, name: &str, content: &Bytes) -> Resource {
    let extension = name.rsplit('.').next().unwrap_or_default();
    let (kind, content) = (file_extension_to_mime(extension), content.clone());
    let show = move || {
        let response = HttpResponse::Ok()
            .content_type(kind.clone())
            .body(content.clone());
        std::future::ready(response)
    };
    let path = format!("{base}/{name}");
    let is_spelled_so = fn_guard(move |context| context.head().uri.path() == path);
    web::resource(format!("/{name}"))
        .guard(is_spelled_so)
        .route(web::route().guard(Any(Get()).or(Head())).to(show))
}

/// Adds the content's hash as `ETag`, and the charset of text files. Answers 304 if the browser
/// already has the content.
async fn tag<B: MessageBody + 'static>(
    tags: Arc<BTreeMap<String, String>>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let tag = tags
        .get(request.path())
        .and_then(|tag| HeaderValue::from_str(tag).ok());
    let has_it = tag
        .as_ref()
        .is_some_and(|tag| request.headers().get(IF_NONE_MATCH) == Some(tag));
    let mut response = if has_it && request.method().is_safe() {
        request
            .into_response(HttpResponse::NotModified().finish())
            .map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    let (status, headers) = (response.status(), response.headers_mut());
    if let Some(tag) = tag.filter(|_| status.is_success() || status == StatusCode::NOT_MODIFIED) {
        headers.insert(ETAG, tag);
    }
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    if let Some(kind) = kind.filter(|kind| kind.starts_with("text/") && !kind.contains("charset")) {
        let kind = HeaderValue::from_str(&format!("{kind}; charset=utf-8"));
        // A content type followed by a constant is always a valid header value.
        headers.insert(CONTENT_TYPE, kind.expect("a type with its charset"));
    }
    Ok(response)
}

/// Returns the first 64 bits of a hash. They are enough to tell contents apart, and the hash
/// protects no secret.
fn hex(hash: &[u8]) -> String {
    let first = hash
        .first_chunk()
        .map_or(0, |first| u64::from_be_bytes(*first));
    format!("{first:016x}")
}
