//! A PostgreSQL server for tests: started by the first test that asks for it, shared by all that run, and stopped by a
//! watchman once the last of them is gone, however they ended. Each test has a database of its own.
//!
//! A test holds the lock `users` shared for as long as its process lives. The watchman looks every two seconds whether
//! he can have it alone. Who starts or stops the server holds the lock `door`, so that nobody enters while it stops.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Says that tests may leave out what needs PostgreSQL.
const WITHOUT: &str = "CONNECTOR_TEST_WITHOUT_POSTGRES";
/// The user `nobody` of every Linux: PostgreSQL does not run as root.
const NOBODY: u32 = 65_534;
/// Where a standby listens, beside a server at the usual port.
const STANDBY_PORT: &str = "5433";
const SETTINGS: &str = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=400 \
    -c shared_buffers=64MB -c max_wal_size=512MB -c log_min_messages=fatal";
const WATCHMAN: &str = r#"
{ exec 8>>"$1/door" 9>>"$1/users"
while sleep 2; do
  flock -x 8
  if flock -x -n 9; then
    "$2/pg_ctl" -D "$1/data" -m immediate stop
    rm -rf "$1/data" "$1"/.s.* "$1/said"
    [ "$3" = once ] && rm -rf "$1"
    exit
  fi
  flock -u 8
done; } &"#;

/// A running server.
pub struct Server {
    folder: PathBuf,
    programs: PathBuf,
    _users: File,
}

/// A server that has what another has, and takes its place.
pub struct Standby {
    server: &'static Server,
    data: PathBuf,
}

impl Standby {
    fn control(&self, what: &[&str], settings: Option<&str>) {
        let mut control = self.server.program("pg_ctl");
        control.args(what).arg("--pgdata").arg(&self.data).arg("--log").arg(self.server.folder.join("said"));
        if let Some(settings) = settings {
            control
                .arg("--options")
                .arg(format!("{SETTINGS} -k {} {settings}", self.server.folder.display()));
        }
        let done = control.process_group(0).status().expect("pg_ctl starts");
        assert!(done.success(), "the standby did not {}", what.join(" "));
    }

    /// Makes it the primary, which waits for nobody.
    pub fn promote(&self) {
        self.control(&["promote", "--wait", "--silent"], None);
        let alone = "ALTER SYSTEM RESET synchronous_standby_names";
        assert!(self.sql(alone) && self.sql("SELECT pg_reload_conf()"), "it does not do without a standby");
    }

    fn sql(&self, sql: &str) -> bool {
        let mut psql = self.server.program("psql");
        psql.args(["--no-psqlrc", "--quiet", "--username=postgres", "--port", STANDBY_PORT, "--host"]);
        psql.arg(&self.server.folder).args(["--dbname", "postgres", "--command", sql]);
        psql.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        let alone = "ALTER SYSTEM RESET synchronous_standby_names";
        let _gone =
            self.server.sql("postgres", alone) && self.server.sql("postgres", "SELECT pg_reload_conf()");
        self.control(&["stop", "--mode=immediate", "--silent"], None);
    }
}

/// A database of one test; it goes when this does.
pub struct Database {
    server: &'static Server,
    name: String,
}

/// A fresh database, or nothing where tests may do without PostgreSQL.
pub fn database() -> Option<Database> {
    database_like("")
}

/// A fresh database, with what `CREATE DATABASE` is told of it.
pub fn database_like(options: &str) -> Option<Database> {
    static SHARED: OnceLock<Option<Server>> = OnceLock::new();
    let user = fs::metadata("/proc/self").map_or(0, |me| std::os::unix::fs::MetadataExt::uid(&me));
    let shared = SHARED.get_or_init(|| {
        Server::start(std::env::temp_dir().join(format!("connector-tests-postgres-{user}")), "always")
    });
    shared.as_ref().map(|server| server.database_like(options))
}

/// A server of the test's own, to be stopped and started.
pub fn own_server() -> Option<&'static Server> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let nth = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("connector-test-postgres-{}-{nth}", std::process::id());
    let server = Server::start(std::env::temp_dir().join(name), "once")?;
    Some(Box::leak(Box::new(server)))
}

/// Where the programs of PostgreSQL are: on the path, or where Debian puts them, the newest first.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders
        .into_iter()
        .find(|folder| ["initdb", "pg_ctl", "psql"].iter().all(|name| folder.join(name).exists()))
}

/// A program as a user who is not root.
fn unprivileged(program: PathBuf) -> Command {
    let mut command = Command::new(program);
    if fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0) {
        command.uid(NOBODY).gid(NOBODY);
    }
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn lock_file(path: &Path) -> File {
    let file = File::options().create(true).append(true).open(path).expect("a lock file");
    let _not_ours = fs::set_permissions(path, fs::Permissions::from_mode(0o666));
    file
}

impl Server {
    fn start(folder: PathBuf, kept: &str) -> Option<Server> {
        let Some(programs) = programs() else {
            assert!(
                std::env::var_os(WITHOUT).is_some(),
                "PostgreSQL is not installed: `apt-get install postgresql` brings it, or set {WITHOUT}=1 to leave out \
                 the tests that need it"
            );
            eprintln!("skipped: PostgreSQL is not installed, and {WITHOUT} is set");
            return None;
        };
        fs::create_dir_all(&folder).expect("a folder for the server");
        let _only_as_root = chown(&folder, Some(NOBODY), Some(NOBODY));
        let door = lock_file(&folder.join("door"));
        door.lock().expect("the door");
        let users = lock_file(&folder.join("users"));
        users.lock_shared().expect("a place among the users");
        let server = Server { folder, programs, _users: users };
        if !server.answers() {
            server.make();
            server.run();
            server.watch(kept);
        }
        drop(door);
        Some(server)
    }

    fn program(&self, name: &str) -> Command {
        unprivileged(self.programs.join(name))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn answers(&self) -> bool {
        self.sql("postgres", "SELECT 1")
    }

    fn make(&self) {
        let _left_behind = fs::remove_dir_all(self.data());
        let mut initdb = self.program("initdb");
        initdb.args([
            "--no-sync",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]);
        let made = initdb.arg("--pgdata").arg(self.data()).status().expect("initdb starts");
        assert!(made.success(), "initdb failed in `{}`", self.data().display());
    }

    /// Starts it, and waits until it answers.
    pub fn run(&self) {
        self.run_with("");
    }

    /// Starts it with settings of its own.
    pub fn run_with(&self, settings: &str) {
        let mut start = self.program("pg_ctl");
        start.args(["start", "--wait", "--silent", "--pgdata"]).arg(self.data());
        start.arg("--log").arg(self.folder.join("said"));
        start.arg("--options").arg(format!("{SETTINGS} -k {} {settings}", self.folder.display()));
        let started = start.process_group(0).status().expect("pg_ctl starts");
        assert!(
            started.success(),
            "the server did not start; it says why in `{}/said`",
            self.folder.display()
        );
    }

    /// Makes a standby that this server waits for at every commit from then on, and starts it. Both listen in one folder.
    pub fn standby(&'static self) -> Standby {
        let data = self.folder.join("standby");
        let mut copy = self.program("pg_basebackup");
        copy.args([
            "--username=postgres",
            "--checkpoint=fast",
            "--no-sync",
            "--write-recovery-conf",
            "--host",
        ]);
        let made = copy.arg(&self.folder).arg("--pgdata").arg(&data).status().expect("pg_basebackup starts");
        assert!(made.success(), "no standby was made");
        let standby = Standby { server: self, data };
        standby.control(&["start", "--wait", "--silent"], Some(&format!("-c port={STANDBY_PORT}")));
        let synchronous = "ALTER SYSTEM SET synchronous_standby_names = '*'";
        assert!(self.sql("postgres", synchronous) && self.sql("postgres", "SELECT pg_reload_conf()"));
        standby
    }

    /// Makes a certificate for a name, and its key, in the server's data directory; nothing where there is no `openssl`.
    pub fn certificate(&self, name: &str) -> Option<PathBuf> {
        let (certificate, key) = (self.data().join("server.crt"), self.data().join("server.key"));
        let mut openssl = unprivileged("openssl".into());
        openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        openssl.args(["-days", "2", "-subj", "/CN=test", "-addext", "basicConstraints=critical,CA:FALSE"]);
        openssl.args(["-addext", &format!("subjectAltName={name}")]);
        openssl.arg("-keyout").arg(&key).arg("-out").arg(&certificate);
        openssl.status().is_ok_and(|status| status.success()).then_some(certificate)
    }

    /// Ends it as a power failure would.
    pub fn kill(&self) {
        let mut stop = self.program("pg_ctl");
        let stopped = stop.args(["stop", "--mode=immediate", "--pgdata"]).arg(self.data()).status();
        assert!(stopped.expect("pg_ctl starts").success());
    }

    fn watch(&self, kept: &str) {
        let mut watchman = unprivileged("/bin/sh".into());
        watchman.args(["-c", WATCHMAN, "watchman"]).arg(&self.folder).arg(&self.programs).arg(kept);
        let sent = watchman.process_group(0).status().expect("the watchman starts");
        assert!(sent.success(), "the watchman went away");
    }

    fn sql(&self, database: &str, sql: &str) -> bool {
        let mut psql = self.program("psql");
        psql.args(["--no-psqlrc", "--quiet", "--username=postgres", "--host"]).arg(&self.folder);
        psql.args(["--dbname", database, "--command", sql]).status().is_ok_and(|status| status.success())
    }

    /// A fresh database.
    pub fn database(&'static self) -> Database {
        self.database_like("")
    }

    /// A fresh database, with what `CREATE DATABASE` is told of it.
    pub fn database_like(&'static self, options: &str) -> Database {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{nth}", std::process::id());
        assert!(self.sql("postgres", &format!("CREATE DATABASE {name} {options}")), "`{name}` was not made");
        Database { server: self, name }
    }
}

impl Database {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address.
    pub fn url(&self) -> String {
        let host = self.server.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{host}/{}", self.name)
    }

    /// Its address for whoever follows it to the standby.
    pub fn url_of_both(&self) -> String {
        let host = self.server.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{host}:5432,{host}:{STANDBY_PORT}/{}", self.name)
    }

    /// Runs statements in it.
    pub fn run(&self, sql: &str) {
        assert!(self.server.sql(&self.name, sql), "`{sql}` failed");
    }
}

/// A transaction that holds what it locked until this goes.
pub struct Holding(std::process::Child);

impl Drop for Holding {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _status = self.0.wait();
    }
}

impl Database {
    /// Somebody else's transaction, which has run a statement and stays open.
    pub fn holding(&self, sql: &str) -> Holding {
        let mut psql = self.server.program("psql");
        psql.args(["--no-psqlrc", "--quiet", "--username=postgres", "--host"]).arg(&self.server.folder);
        psql.args(["--dbname", &self.name]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = psql.spawn().expect("psql starts");
        let mut said = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
        let asked = child.stdin.as_mut().expect("a pipe");
        std::io::Write::write_all(asked, format!("BEGIN; {sql};\n\\echo held\n").as_bytes())
            .expect("it listens");
        let mut line = String::new();
        while line.trim() != "held" {
            line.clear();
            let read = std::io::BufRead::read_line(&mut said, &mut line).expect("it answers");
            assert!(read > 0, "psql ended");
        }
        Holding(child)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.server.sql("postgres", &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
