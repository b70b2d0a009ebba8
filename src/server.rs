//! The server: listens, wraps the routes in middleware, and shuts down in order. It tells the
//! caller its port, so that tests can use a free one.

mod descriptors;
mod idle_connections;
mod static_files;

use std::net::{SocketAddr, TcpListener};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpServer, dev};
use thiserror::Error;
use tokio::net::TcpSocket;

use crate::app::App;
use crate::brand::{Brand, BrandError};
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::{self, Db};
use crate::exposed_files::exposed_files;
use crate::http::edge::app_host::by_host;
use crate::http::edge::check_source::check_source;
use crate::http::edge::middleware::edge;
use crate::key_store::{self, SecretError};
use crate::routes;
use crate::security::breached::Breached;
use crate::urls;
use crate::worker::Workers;

pub use static_files::{StaticFiles, StaticFilesError};

/// Few clients read `/metrics`, and each keeps one connection.
const MAX_SCRAPERS: usize = 16;

/// Connections that may wait to be accepted. With the standard library's 128, a burst of
/// connections lost some.
const BACKLOG: u32 = 1024;

/// A function that adds the routes of a listener.
type Configure = dyn Fn(&mut ServiceConfig) + Send + Sync;

/// A started server, which answers requests once `running` is awaited.
pub struct Server {
    pub address: SocketAddr,
    pub metrics_address: Option<SocketAddr>,
    pub app: Data<App>,
    /// A future that ends when the server has stopped.
    pub running: dev::Server,
    metrics: Option<dev::Server>,
    workers: Workers,
}

/// An error that prevents the start. Its text is one line for the operator.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address is in use, or it does not belong to this machine.
    #[error("can't listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error(transparent)]
    Database(#[from] db::OpenError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    StaticFiles(#[from] StaticFilesError),
    #[error(transparent)]
    Brand(#[from] BrandError),
    #[error("the filter of breached passwords {0} can't be used: {1}")]
    Breached(PathBuf, std::io::Error),
}

impl Server {
    /// Starts the server and the background work. Requests are answered once `running` is awaited.
    pub async fn start(settings: Settings, clock: Clock) -> Result<Self, StartError> {
        let listen = settings.edge.listen;
        let brand = Brand::open(settings.brand.as_deref())?;
        let static_files = StaticFiles::find()?.with_brand(&brand);
        let (listener, address) = bind(listen)?;
        let metrics = settings.edge.metrics_listen.map(bind).transpose()?;
        let (url, timeout) = (settings.database.clone(), settings.start_timeout);
        // Opening may take a minute. On a thread of its own it does not block the caller, which may
        // want to stop meanwhile.
        let opened = tokio::task::spawn_blocking(move || Db::open(&url, timeout)).await;
        // Opening does not panic, and the task is never aborted.
        let db = opened.expect("opening a database ends")?;
        let keys = key_store::keys(&settings, &db).await?;
        for exposed in exposed_files(&settings) {
            tracing::warn!("{exposed}");
        }
        let breached = open_breached(&settings)?;
        let app = App::new(settings, address.port(), db, keys, clock)
            .with_static_base(static_files.base())
            .with_brand(brand);
        let app = Data::new(app.with_breached(breached));
        let running = serve_pages(listener, &app, static_files)
            .map_err(|error| StartError::Listen(listen, error))?;
        let metrics_address = metrics.as_ref().map(|(_, address)| *address);
        let metrics = metrics.map(|(listener, address)| {
            tracing::info!(url = %format_args!("http://{address}/metrics"), "serving metrics");
            // A separate thread answers even while the threads for pages are busy.
            let serving = serve(listener, &app, 1, MAX_SCRAPERS, routes::metrics::configure);
            serving.map_err(|error| StartError::Listen(address, error))
        });
        let workers = Workers::start(&app);
        Ok(Self {
            address,
            metrics_address,
            app,
            running,
            metrics: metrics.transpose()?,
            workers,
        })
    }

    /// Returns the running server and a handle to stop it. A stop accepts no new connections and
    /// rejects hashing that has not begun. Requests in progress are finished.
    pub fn into_parts(self) -> (dev::Server, Stopper) {
        let metrics = self.metrics.map(|metrics| {
            let handle = metrics.handle();
            actix_web::rt::spawn(metrics);
            handle
        });
        let stopper = Stopper {
            app: self.app,
            handle: self.running.handle(),
            metrics,
            workers: self.workers,
        };
        (self.running, stopper)
    }
}

/// Opens the filter of breached passwords at the configured path. Without a configured path, opens
/// the file at the default path if it exists.
pub fn open_breached(settings: &Settings) -> Result<Option<Breached>, StartError> {
    let Some((path, is_named)) = settings.breached_passwords() else {
        return Ok(None);
    };
    if !is_named && !path.exists() {
        return Ok(None);
    }
    Breached::open(&path)
        .map(Some)
        .map_err(|error| StartError::Breached(path, error))
}

/// A handle that stops a server from outside.
pub struct Stopper {
    app: Data<App>,
    handle: ServerHandle,
    metrics: Option<ServerHandle>,
    workers: Workers,
}

impl Stopper {
    /// Keeps serving for `VESTIBULE_DRAIN`, so that load balancers notice the stop.
    pub async fn drain(&self) {
        let drain = self.app.settings.edge.drain;
        if drain.is_zero() {
            return;
        }
        tracing::info!(seconds = drain.as_secs(), "draining before shutdown");
        self.app.start_draining();
        tokio::time::sleep(drain).await;
    }

    /// Stops the server and returns when it has stopped.
    pub async fn stop(self) {
        self.app.hasher.stop();
        let timeout = self.app.settings.edge.stop_timeout;
        tokio::join!(self.handle.stop(true), self.workers.stop(timeout));
        if let Some(metrics) = self.metrics {
            // A scrape that is cut off here will be repeated.
            metrics.stop(false).await;
        }
    }
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let listen = || {
        let socket = if address.is_ipv4() {
            TcpSocket::new_v4()
        } else {
            TcpSocket::new_v6()
        }?;
        // The standard library sets this too. Without it, a restart would have to wait for old
        // connections.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?.into_std()?;
        let bound = listener.local_addr()?;
        Ok((listener, bound))
    };
    listen().map_err(|error| StartError::Listen(address, error))
}

fn serve_pages(
    listener: TcpListener,
    app: &Data<App>,
    static_files: StaticFiles,
) -> std::io::Result<dev::Server> {
    let bounds = &app.settings.edge;
    let workers = bounds
        .workers
        .or_else(|| thread::available_parallelism().ok().map(NonZero::get))
        .unwrap_or(1);
    let most_connections = bounds
        .connections_per_worker
        .min(descriptors::connections_per_worker(workers));
    let description = Data::new(routes::api::describe());
    serve(listener, app, workers, most_connections, move |config| {
        config
            .app_data(description.clone())
            .service(static_files.service(""))
            // Pages at the host of an app have their files there, too.
            .service(static_files.service(urls::APP_HOST_PREFIX));
        routes::configure(config);
    })
}

/// Starts the HTTP server of either listener. Only routes, threads and the number of connections
/// differ.
fn serve(
    listener: TcpListener,
    app: &Data<App>,
    workers: usize,
    most_connections: usize,
    configure: impl Fn(&mut ServiceConfig) + Send + Sync + 'static,
) -> std::io::Result<dev::Server> {
    let bounds = app.settings.edge.clone();
    let open = idle_connections::OpenConnections::default();
    actix_web::rt::spawn(open.clone().close_idle(
        bounds.keep_alive + bounds.head_timeout,
        bounds.stalled_timeout,
    ));
    // A trait object, so that the compiler builds the server once and not for each listener.
    let (data, configure): (_, Arc<Configure>) = (app.clone(), Arc::new(configure));
    let server = HttpServer::new(move || {
        let configure = Arc::clone(&configure);
        actix_web::App::new()
            .app_data(data.clone())
            .configure(move |config| configure(config))
            // The middleware that is added last runs first.
            .wrap(from_fn(check_source))
            .wrap(from_fn(by_host))
            .wrap(from_fn(edge))
    })
    .on_connect(move |stream, data| open.note(stream, data))
    .client_request_timeout(bounds.head_timeout)
    .keep_alive(bounds.keep_alive)
    .max_connections(most_connections)
    .workers(workers)
    .shutdown_timeout(bounds.stop_timeout.as_secs())
    .disable_signals();
    Ok(server.listen(listener)?.run())
}
