//! Checks the rules of the map: imports point one way, features don't import each other, templates
//! and names follow their rules, and the migrations make the schema.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

/// The layers from top to bottom. Those on one line may not import each other either.
const LAYERS: [&[&str]; 19] = [
    &["main"],
    &["cli"],
    &["server"],
    &["worker"],
    &["routes"],
    &["features"],
    &["http"],
    &["exposed_files", "key_store", "app"],
    &["notifications"],
    &["mail", "outbound"],
    &["accounts"],
    &["store"],
    &["db"],
    &["brand", "fair_queue", "security"],
    &["urls"],
    &["config"],
    &["texts"],
    &["values"],
    &["metrics", "clock"],
];

#[path = "support/schema.rs"]
mod schema;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Returns every file below a folder, with its path from the repository's root and its text.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                // Python keeps compiled code there.
                if !path.ends_with("__pycache__") {
                    folders.push(path);
                }
            } else if path.to_str().is_some_and(|path| path.ends_with(ending)) {
                let name = path
                    .strip_prefix(root(""))
                    .expect("below the root")
                    .to_string_lossy()
                    .into_owned();
                found.push((name, fs::read_to_string(&path).expect("UTF-8")));
            }
        }
    }
    assert!(!found.is_empty(), "{folder}");
    found
}

/// Returns the layer of a file, or of a path behind `crate::`.
fn layer(module: &str) -> usize {
    LAYERS
        .iter()
        .position(|modules| modules.contains(&module))
        .unwrap_or_else(|| panic!("{module} belongs to no layer: name it in LAYERS and in lib.rs"))
}

fn module(file: &str) -> &str {
    file.strip_prefix("src/")
        .expect("a source")
        .split(['/', '.'])
        .next()
        .expect("a name")
}

/// Returns the imports of a source from this crate: the paths behind `crate::`.
fn imports(source: &str) -> Vec<&str> {
    source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':')
                .next()
                .unwrap_or_default()
        })
        .collect()
}

#[test]
fn imports_point_to_lower_layers() {
    for (file, source) in files("src", ".rs") {
        let name = module(&file);
        if name == "lib" {
            continue;
        }
        for import in imports(&source) {
            let target = import.split(':').next().unwrap_or_default();
            let allowed = target == name || layer(target) > layer(name);
            assert!(allowed, "{file} imports crate::{import}");
        }
    }
    // Labels are also shown without their fields, when a session has ended.
    let is_allowed = |import: &str| {
        ["urls::", "texts::labels::"]
            .iter()
            .any(|m| import.starts_with(m))
    };
    for (file, template) in files("templates", ".html") {
        for import in imports(&template) {
            assert!(is_allowed(import), "{file} uses crate::{import}");
        }
    }
}

/// The modules of the crate: each file, the names that it re-exports, and its own source.
struct Modules(BTreeMap<String, Module>);

struct Module {
    source: String,
    /// The child module from which each re-exported name comes.
    re_exports: BTreeMap<String, String>,
}

impl Modules {
    fn read() -> Self {
        let modules = files("src", ".rs").into_iter().map(|(file, source)| {
            let path = file
                .trim_start_matches("src/")
                .trim_end_matches(".rs")
                .replace('/', "::");
            // The rest serves tests only.
            let source = source
                .split("#[cfg(test)]")
                .next()
                .unwrap_or_default()
                .to_owned();
            let re_exports = uses(&source, "pub use ")
                .into_iter()
                .filter_map(|path| {
                    path.split_once("::")
                        .map(|(child, name)| (child.to_owned(), name.to_owned()))
                })
                .map(|(child, name)| (name, child))
                .collect();
            (path, Module { source, re_exports })
        });
        Self(modules.collect())
    }

    /// Returns the module that defines the item at a path from the crate's root.
    fn defining(&self, path: &[&str]) -> Option<String> {
        let mut module = String::new();
        for segment in path {
            let child = if module.is_empty() {
                (*segment).to_owned()
            } else {
                format!("{module}::{segment}")
            };
            if self.0.contains_key(&child) {
                module = child;
                continue;
            }
            if let Some(from) = self
                .0
                .get(&module)
                .and_then(|module| module.re_exports.get(*segment))
            {
                module = format!("{module}::{from}");
            }
            break;
        }
        Some(module).filter(|module| !module.is_empty())
    }

    /// Returns the modules of the same layer that a module imports.
    fn siblings(&self, path: &str) -> BTreeSet<String> {
        let segments: Vec<&str> = path.split("::").collect();
        let source = &self.0[path].source;
        uses(source, "use ")
            .iter()
            .filter_map(|import| {
                let import: Vec<&str> = import.split("::").collect();
                let supers = import
                    .iter()
                    .take_while(|segment| **segment == "super")
                    .count();
                match import.first() {
                    Some(&"crate") => self.defining(&import[1..]),
                    Some(&"super") => self.defining(
                        &[&segments[..segments.len() - supers], &import[supers..]].concat(),
                    ),
                    Some(&"self") => self.defining(&[&segments[..], &import[1..]].concat()),
                    Some(_) => self
                        .defining(&[&segments[..], &import[..]].concat())
                        .filter(|module| module != path),
                    None => None,
                }
            })
            .filter(|module| {
                module.split("::").next() == segments.first().copied() && module != path
            })
            .collect()
    }
}

/// Returns the paths in the `use` items with this beginning, one for each name.
fn uses(source: &str, beginning: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for item in source
        .split('\n')
        .enumerate()
        .filter(|(_, line)| line.starts_with(beginning))
    {
        let rest: String = source
            .split('\n')
            .skip(item.0)
            .collect::<Vec<_>>()
            .join(" ");
        let rest = rest
            .trim_start_matches(beginning)
            .split(';')
            .next()
            .unwrap_or_default();
        match rest.split_once('{') {
            Some((parent, names)) => {
                for name in names
                    .trim_end()
                    .trim_end_matches('}')
                    .split(',')
                    .map(str::trim)
                {
                    let name = name.split(" as ").next().unwrap_or_default();
                    if !name.is_empty() {
                        paths.push(
                            format!("{parent}{name}")
                                .trim_end_matches("::self")
                                .to_owned(),
                        );
                    }
                }
            }
            None => paths.push(
                rest.split(" as ")
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_owned(),
            ),
        }
    }
    paths
}

#[test]
fn no_files_import_each_other_in_circles() {
    fn visit(modules: &Modules, path: &str, way: &mut Vec<String>, done: &mut BTreeSet<String>) {
        if let Some(at) = way.iter().position(|module| module == path) {
            panic!("a circle: {} -> {path}", way[at..].join(" -> "));
        }
        if !done.insert(path.to_owned()) {
            return;
        }
        way.push(path.to_owned());
        for sibling in modules.siblings(path) {
            // A visited module that is not on the way leads to no circle.
            if !done.contains(&sibling) || way.contains(&sibling) {
                visit(modules, &sibling, way, done);
            }
        }
        way.pop();
    }
    let (modules, mut done) = (Modules::read(), BTreeSet::new());
    for path in modules.0.keys() {
        visit(&modules, path, &mut Vec::new(), &mut done);
    }
    assert!(
        modules
            .siblings("http::pages::page_request")
            .contains("http::pages::flash"),
        "imports are found"
    );
}

#[test]
fn no_feature_imports_another() {
    for (file, source) in files("src/features", ".rs") {
        let feature = file
            .strip_prefix("src/features/")
            .expect("a feature")
            .split(['/', '.'])
            .next()
            .expect("a name");
        for import in imports(&source)
            .into_iter()
            .filter_map(|import| import.strip_prefix("features::"))
        {
            assert_eq!(
                import.split("::").next(),
                Some(feature),
                "{file} imports features::{import}"
            );
        }
        // A file of a feature could reach the others through its parent's parent.
        assert!(!source.contains("super::super::"), "{file}");
    }
}

/// Pages, the API and the command line share the operations.
#[test]
fn operations_use_neither_actix_nor_askama() {
    for (file, source) in files("src/features", ".rs") {
        let name = Path::new(&file)
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let is_edge = name.ends_with("_page") || name.ends_with("_api");
        let is_folder = !file.trim_start_matches("src/features/").contains('/');
        if is_edge || is_folder {
            continue;
        }
        for kit in ["actix_web", "askama", "crate::http"] {
            assert!(!source.contains(kit), "{file} knows {kit}");
        }
    }
}

/// One function checks the limits of login attempts, and every comparison goes through it.
#[test]
fn passwords_are_compared_in_one_place() {
    assert_eq!(
        callers("passwords::compare("),
        ["src/app/password_check.rs"]
    );
    assert_eq!(
        callers("password_hash::matches("),
        ["src/accounts/authentication/passwords.rs"]
    );
    assert_eq!(
        callers(".check_password("),
        [
            "src/features/login/log_in.rs",
            "src/http/pages/reauthentication.rs"
        ]
    );
}

#[test]
fn sessions_start_only_behind_the_gate() {
    assert_eq!(
        callers(" sessions::start("),
        ["src/accounts/authentication/finish_login.rs"]
    );
    assert_eq!(
        callers("Admission::Admitted(Admitted {"),
        ["src/accounts/authentication/admission.rs"]
    );
    assert_eq!(
        callers(" reauthentication::authorize("),
        ["src/notifications/second_steps.rs"]
    );
}

#[test]
fn codes_are_used_in_one_file() {
    for used in ["totp_credentials::use_step(", "code_rows::use_code("] {
        assert_eq!(
            callers(used),
            ["src/accounts/authentication/factor_check.rs"]
        );
    }
}

/// Returns the source files that have the call.
fn callers(call: &str) -> Vec<String> {
    let mut callers: Vec<_> = files("src", ".rs")
        .into_iter()
        .filter(|(_, source)| source.contains(call))
        .map(|(file, _)| file)
        .collect();
    callers.sort();
    callers
}

#[test]
fn every_module_begins_with_a_doc_comment() {
    for (file, source) in files("src", ".rs") {
        assert!(source.starts_with("//!"), "{file}");
    }
}

#[test]
fn templates_escape_everything_and_contain_no_script() {
    for (file, template) in files("templates", "") {
        for forbidden in ["|safe", "| safe", "escape = \"none\""] {
            assert!(!template.contains(forbidden), "{file} has {forbidden}");
        }
        if !file.starts_with("templates/mail/") {
            for forbidden in [" style=", "<style", "javascript:", "autofocus>\n<input"] {
                assert!(!template.contains(forbidden), "{file} has {forbidden}");
            }
            let is_handler = |rest: &str| {
                let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_lowercase());
                rest.starts_with('=')
            };
            let handler = template.split(" on").skip(1).find(|rest| is_handler(rest));
            assert_eq!(handler, None, "{file} handles an event");
        }
    }
    // A source can switch the escaping of its template off as well.
    for (file, source) in files("src", ".rs") {
        assert!(!source.contains("escape = \"none\""), "{file}");
    }
}

/// Colours come from `brand::palette`, and names from the settings.
#[test]
fn no_template_holds_a_colour_or_a_name() {
    let is_colour = |rest: &&str| {
        let word = rest.split(|c: char| !c.is_ascii_alphanumeric()).next();
        let word = word.unwrap_or_default();
        matches!(word.len(), 3 | 6) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    for (file, template) in files("templates", "") {
        assert_eq!(template.split('#').skip(1).find(is_colour), None, "{file}");
        assert!(!template.contains("Vestibule"), "{file}");
    }
    let style = fs::read_to_string(root("static/style.css")).expect("the stylesheet");
    let screen = style.split("@media print").next().unwrap_or_default();
    assert_eq!(screen.split('#').skip(1).find(is_colour), None);
}

#[test]
fn queries_in_text_are_constants() {
    for (file, source) in files("src", ".rs") {
        for call in source.split("sql_query(").skip(1) {
            assert!(
                call.trim_start().starts_with('"') || file.ends_with("tests.rs"),
                "{file} builds a query"
            );
        }
    }
}

#[test]
fn migrations_exist_for_both_databases_and_can_revert() {
    let names = |database: &str| -> BTreeSet<String> {
        let entries = fs::read_dir(root("migrations").join(database)).expect("migrations");
        entries
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(names("sqlite").len() >= 7, "{:?}", names("sqlite"));
    for name in names("sqlite") {
        for (database, file) in [
            ("sqlite", "up.sql"),
            ("sqlite", "down.sql"),
            ("postgres", "up.sql"),
            ("postgres", "down.sql"),
        ] {
            assert!(
                root("migrations")
                    .join(database)
                    .join(&name)
                    .join(file)
                    .exists(),
                "{database}/{name}/{file}"
            );
        }
    }
}

#[test]
fn migrations_make_the_schema_and_revert_it_completely() {
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = sql_types::Text)]
        line: String,
    }
    let mut connection = SqliteConnection::establish(":memory:").expect("opens");
    connection
        .run_pending_migrations(MIGRATIONS)
        .expect("migrates");
    let query = "SELECT t.name || '.' || c.name || ' ' || c.type || CASE WHEN c.\"notnull\" THEN \
                 '' ELSE ' NULL' END AS line \
        FROM sqlite_master t JOIN pragma_table_info(t.name) c \
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '__diesel%'";
    let columns = |connection: &mut SqliteConnection| -> BTreeSet<String> {
        sql_query(query)
            .load::<Column>(connection)
            .expect("columns")
            .into_iter()
            .map(|column| column.line)
            .collect()
    };
    assert_eq!(
        columns(&mut connection),
        schema::in_words_of(schema::SQLITE)
    );
    connection
        .revert_all_migrations(MIGRATIONS)
        .expect("reverts");
    assert_eq!(columns(&mut connection), BTreeSet::new());
}

/// Each hole in `docs/security.md` has a test whose name begins with the listed text.
#[test]
fn each_past_hole_has_a_test() {
    let page = fs::read_to_string(root("docs/security.md")).expect("the page");
    let (_, holes) = page.split_once("## Holes of others").expect("a section");
    let rows = holes
        .lines()
        .skip_while(|line| !line.starts_with("| ---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    let names: Vec<&str> = rows
        .map(|row| row.rsplit('`').nth(1).expect("a name"))
        .collect();
    assert!(names.len() > 20, "{names:?}");
    let sources: Vec<String> = ["src", "tests"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        .map(|(_, source)| source)
        .collect();
    for name in names {
        let has_test = |source: &String| source.contains(&format!("fn {name}_"));
        assert!(
            sources.iter().any(has_test),
            "no test is named after {name}"
        );
    }
}

/// `rustfmt` leaves long comments, strings and the bodies of some macros as they are. No formatter
/// checks scripts and settings.
#[test]
fn no_line_is_longer_than_100_characters() {
    let code = ["src", "tests", "benches", "fuzz/fuzz_targets", "fuzz/src"];
    let code = code.iter().flat_map(|folder| files(folder, ".rs"));
    let scripts = [".cargo", ".ci", ".config", "scripts"];
    let scripts = scripts.iter().flat_map(|folder| files(folder, ""));
    let single_files = [
        "Cargo.toml",
        "fuzz/Cargo.toml",
        "clippy.toml",
        "deny.toml",
        "diesel.toml",
        "Dockerfile",
    ];
    let single_files = single_files.map(|path| {
        let source = fs::read_to_string(root(path)).expect("the file exists and is UTF-8");
        (path.to_owned(), source)
    });
    let files = code.chain(scripts).chain(single_files);
    let long: Vec<String> = files
        .flat_map(|(path, source)| {
            let lines = source.lines().enumerate();
            let long = lines.filter(|(_, line)| line.chars().count() > 100);
            let places: Vec<_> = long.map(|(at, _)| format!("{path}:{}", at + 1)).collect();
            places
        })
        .collect();
    assert_eq!(long, [""; 0]);
}

/// Names that were replaced, because they meant several things in this program, or nothing outside
/// it.
const RETIRED_NAMES: &[&str] = &[
    "Who",
    "dies_at",
    "learn",
    "nobody",
    "patience",
    "silence",
    "start_patience",
    "Addressed",
    "Attempt",
    "Call",
    "Caller",
    "Candidate",
    "Carrier",
    "Counted",
    "Done",
    "Entered",
    "Flow",
    "Found",
    "Gate",
    "Glance",
    "Guess",
    "Guesses",
    "Happening",
    "Held",
    "Holder",
    "KeptUser",
    "Letter",
    "LogEnd",
    "Means",
    "Mind",
    "Moment",
    "Newcomer",
    "PasswordAgain",
    "Place",
    "Proof",
    "Refusal",
    "SessionCopied",
    "SignedInAtAGlance",
    "Standing",
    "Stationery",
    "Then",
    "Told",
    "Undoable",
    "Verdict",
    "Visit",
    "WasSo",
    "Which",
    "admit",
    "admit_guess",
    "admit_nobody",
    "admit_or_wait",
    "announce_when_dropped",
    "asks_for_password",
    "bury",
    "close_silent",
    "current_at_a_glance",
    "forget_guesses",
    "from_nowhere",
    "guess",
    "guess_was_dropped",
    "guess_was_right",
    "hurry",
    "in_a_row",
    "in_words",
    "keep_after",
    "lock_until_the_end",
    "network_did_not",
    "password_again",
    "put_nothing",
    "quiet_for",
    "secret_store",
    "sign_in",
    "sign_out",
    "take_turn",
    "take_turns",
    "tell_of_guesses",
    "tell_of_the_end_of_guesses",
    "tell_undoable",
];

/// Phrases that the glossary replaces by one term each.
const RETIRED_PHRASES: &[&str] = &[
    "asked too often",
    "buried",
    "happening",
    "in a row",
    "in vain",
    "known browser",
    "known browsers",
    "log-in",
    "log-ins",
    "mails",
    "newcomer",
    "newcomers",
    "nobody",
    "refusal",
    "sign in",
    "signs in",
    "somebody",
    "stationery",
    "stranger",
    "strangers",
    "take back",
    "taken back",
    "trusted device",
    "trusted devices",
    "verdict",
    "waiting sign-up",
    "waiting sign-ups",
    "whoever",
];

/// Returns the words of a text, in lower case and with one space on each side.
fn words(text: &str) -> String {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    let words: Vec<_> = text.split(|letter| !is_part(letter)).collect();
    let words = words.into_iter().filter(|word| !word.is_empty());
    format!(" {} ", words.collect::<Vec<_>>().join(" ").to_lowercase())
}

/// Returns comments, including those that `--help` and the API's description show, and log lines.
fn prose(source: &str) -> String {
    let comments = source.lines().filter_map(|line| line.split_once("//"));
    let comments = comments.map(|(_, comment)| comment.trim_start_matches('/'));
    let logs = source.split("tracing::").skip(1);
    let logs = logs.filter_map(|rest| rest.split(");\n").next());
    let logs = logs.filter(|call| {
        call.split('(')
            .next()
            .is_some_and(|name| name.ends_with('!'))
    });
    comments.chain(logs).collect::<Vec<_>>().join("\n")
}

#[test]
fn no_retired_phrase_comes_back() {
    let folders = ["src", "tests", "benches", "fuzz/fuzz_targets", "fuzz/src"];
    for (file, source) in folders.iter().flat_map(|folder| files(folder, ".rs")) {
        let mut text = prose(&source);
        if file == "src/config/documented.rs" {
            text.push_str(&source);
        }
        let text = words(&text);
        for phrase in RETIRED_PHRASES {
            assert!(!text.contains(&format!(" {phrase} ")), "{file}: {phrase}");
        }
    }
}

/// A doc comment starts with a verb or a noun, so that it says at once what the item is.
#[test]
fn no_doc_comment_starts_with_a_question_word() {
    let words = ["What", "Whether", "Who", "Whose", "When", "Where", "As"];
    let folders = ["src", "tests", "benches", "fuzz/fuzz_targets", "fuzz/src"];
    for (file, source) in folders.iter().flat_map(|folder| files(folder, ".rs")) {
        for (line, number) in source.lines().zip(1..) {
            let line = line.trim_start();
            let comment = line
                .strip_prefix("///")
                .or_else(|| line.strip_prefix("//!"));
            let first = comment.and_then(|comment| comment.split_whitespace().next());
            let is_question = first.is_some_and(|first| words.contains(&first));
            assert!(!is_question, "{file}:{number}: {line}");
        }
    }
}

#[test]
fn no_retired_name_comes_back() {
    for (file, source) in ["src", "tests"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
    {
        // A trait of `tracing`.
        let is_foreign = |name: &str| {
            let files = ["src/cli/logging.rs", "tests/support/faults.rs"];
            name == "Visit" && files.contains(&file.as_str())
        };
        for (line, number) in source.lines().zip(1..) {
            let code = line.split("//").next().unwrap_or_default();
            // Texts in quotes are stored or published.
            let code: String = code.split('"').step_by(2).collect::<Vec<_>>().join(" ");
            for name in code.split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
                assert!(
                    !RETIRED_NAMES.contains(&name) || is_foreign(name),
                    "{file}:{number}: {name}"
                );
            }
        }
    }
}
