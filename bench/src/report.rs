//! The figures, as a table and as JSON.

use std::fmt;
use std::path::Path;

use anyhow::Result;
use comfy_table::{Table, presets};
use serde_json::{Value, json};

/// One load.
pub struct Phase {
    /// What it was.
    pub name: String,
    /// How many records.
    pub records: u64,
    /// How many versions travelled inside a newer one.
    pub folded: u64,
    /// Answers a second.
    pub accepted_per_s: f64,
    /// Records a second, from the first request to the last settled delivery.
    pub settled_per_s: f64,
    /// From request to answer: p50, p95, p99.
    pub answered_ms: [f64; 3],
    /// From request to arrival at the platform: p50, p95, p99.
    pub delivered_ms: [f64; 3],
    /// CPU of the hub for one record.
    pub cpu_ms: f64,
}

/// Everything that was measured.
pub struct Report {
    machine: String,
    fdatasync_ms: f64,
    /// From start to ready.
    pub start_up_s: f64,
    /// Memory before the first record.
    pub idle_mb: f64,
    /// Memory at its highest.
    pub peak_mb: f64,
    /// People that never arrived.
    pub lost: u64,
    /// People that arrived twice.
    pub doubled: u64,
    /// Older versions after newer ones.
    pub reordered: u64,
    /// CPU of the search index, in milliseconds a person.
    pub index_ms: f64,
    /// The loads.
    pub phases: Vec<Phase>,
    rows: f64,
    pages: f64,
}

impl Report {
    /// An empty report.
    pub fn new(machine: String, fdatasync_ms: f64) -> Self {
        Report {
            machine,
            fdatasync_ms,
            start_up_s: 0.0,
            idle_mb: 0.0,
            peak_mb: 0.0,
            lost: 0,
            doubled: 0,
            reordered: 0,
            index_ms: 0.0,
            phases: Vec::new(),
            rows: 0.0,
            pages: 0.0,
        }
    }

    /// Counts rows and pages of the store after the creates.
    pub fn measure_rows(&mut self, file: &Path, records: u64) -> Result<()> {
        let db = rusqlite::Connection::open(file)?;
        let count = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0));
        let rows = count(
            "SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM link) + (SELECT count(*) FROM line)",
        )?;
        self.rows = rows as f64 / records as f64;
        self.pages = count("PRAGMA page_count")? as f64 / records as f64;
        Ok(())
    }

    /// The figures as JSON.
    pub fn json(&self) -> Value {
        let phases = self.phases.iter().map(|phase| {
            json!({
                "name": phase.name, "records": phase.records, "folded": phase.folded,
                "accepted_per_s": phase.accepted_per_s, "settled_per_s": phase.settled_per_s,
                "answered_ms": phase.answered_ms, "delivered_ms": phase.delivered_ms, "cpu_ms": phase.cpu_ms,
            })
        });
        json!({
            "machine": self.machine, "fdatasync_ms": self.fdatasync_ms, "start_up_s": self.start_up_s,
            "idle_mb": self.idle_mb, "peak_mb": self.peak_mb, "lost": self.lost, "doubled": self.doubled,
            "reordered": self.reordered, "rows_per_record": self.rows, "pages_per_record": self.pages,
            "index_ms": self.index_ms,
            "phases": phases.collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_preset(presets::ASCII_MARKDOWN).set_header([
            "load",
            "records",
            "folded",
            "accepted/s",
            "settled/s",
            "answer ms p50/p95/p99",
            "delivered ms p50/p95/p99",
            "CPU ms",
        ]);
        let three = |ms: &[f64; 3]| format!("{:.2} / {:.2} / {:.2}", ms[0], ms[1], ms[2]);
        for phase in &self.phases {
            table.add_row([
                phase.name.clone(),
                phase.records.to_string(),
                phase.folded.to_string(),
                format!("{:.0}", phase.accepted_per_s),
                format!("{:.0}", phase.settled_per_s),
                three(&phase.answered_ms),
                three(&phase.delivered_ms),
                format!("{:.3}", phase.cpu_ms),
            ]);
        }
        writeln!(f, "{}; one fdatasync {:.2} ms", self.machine, self.fdatasync_ms)?;
        writeln!(f, "{table}")?;
        writeln!(
            f,
            "start-up {:.2} s; memory idle {:.1} MB, peak {:.1} MB; {:.1} rows and {:.2} pages a record; search index {:.3} ms of CPU a person",
            self.start_up_s, self.idle_mb, self.peak_mb, self.rows, self.pages, self.index_ms
        )?;
        write!(f, "lost {}, doubled {}, reordered {}", self.lost, self.doubled, self.reordered)
    }
}
