//! Mistakes in a description: all of them at once, each with its line, a caret and what to do.
//!
//! A description is written by hand, by somebody who has the vendor's manual open and not this code. So a mistake names
//! the place, says what is wrong in one line, and offers the nearest right word.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// More mistakes than this are not reported: the first ones are the cause of the others.
const MOST: usize = 100;

/// One thing that is wrong with a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What stands beside the caret: usually the nearest right word.
    pub label: Option<String>,
    /// What to do.
    pub help: Option<String>,
    span: Range<usize>,
}

/// Everything that is wrong with one file, in the order of its lines.
#[derive(Clone, PartialEq, Eq)]
pub struct Mistakes {
    file: Arc<str>,
    text: Arc<str>,
    list: Vec<Mistake>,
}

impl Mistakes {
    /// No mistakes yet, in this file with this text.
    pub fn new(file: &str, text: &str) -> Self {
        Mistakes { file: file.into(), text: text.into(), list: Vec::new() }
    }

    /// The mistakes, in the order of their lines.
    pub fn list(&self) -> &[Mistake] {
        &self.list
    }

    /// The file that they are in.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn add(&mut self, span: Range<usize>, message: impl Into<String>) -> &mut Mistake {
        let end = self.text.len();
        let start = self.text.floor_char_boundary(span.start.min(end));
        let span = start..self.text.ceil_char_boundary(span.end.clamp(start, end));
        let before = self.text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        self.list.push(Mistake { line, column, message: message.into(), label: None, help: None, span });
        let at = self.list.len() - 1;
        &mut self.list[at]
    }

    /// Puts them in the order of the file and forgets what was said twice.
    pub(crate) fn settle(mut self) -> Self {
        self.list.sort_by(|a, b| (a.span.start, &a.message).cmp(&(b.span.start, &b.message)));
        self.list.dedup_by(|a, b| a.span == b.span && a.message == b.message);
        self.list.truncate(MOST);
        self
    }
}

impl Mistake {
    pub(crate) fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = Some(label.into());
        self
    }

    pub(crate) fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Offers the nearest of the known words, if one is near.
    pub(crate) fn nearest<'a>(&mut self, word: &str, known: impl IntoIterator<Item = &'a str>) -> &mut Self {
        if let Some(near) = nearest(word, known) {
            self.label = Some(format!("did you mean `{near}`?"));
        }
        self
    }
}

impl Mistake {
    /// Says which boolean a word was meant to be.
    pub(crate) fn nearest_boolean(&mut self, word: &str) -> &mut Self {
        match word.to_ascii_lowercase().as_str() {
            "yes" | "on" | "y" | "true" => self.label("did you mean `true`?"),
            "no" | "off" | "n" | "false" => self.label("did you mean `false`?"),
            _ => self,
        }
    }
}

/// The known word nearest to what was written, if it is near enough to be meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.55)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let renderer = Renderer::plain().decor_style(DecorStyle::Ascii);
        for (n, mistake) in self.list.iter().enumerate() {
            if n > 0 {
                f.write_str("\n")?;
            }
            if self.text.is_empty() {
                writeln!(f, "error: {}\n --> {}", mistake.message, self.file)?;
                continue;
            }
            let mut mark = AnnotationKind::Primary.span(mistake.span.clone());
            if let Some(label) = &mistake.label {
                mark = mark.label(label.as_str());
            }
            let source = Snippet::source(&*self.text).path(&*self.file).annotation(mark);
            let mut report = vec![Level::ERROR.primary_title(mistake.message.as_str()).element(source)];
            if let Some(help) = &mistake.help {
                report.push(Group::with_title(Level::HELP.secondary_title(help.as_str())));
            }
            writeln!(f, "{}", renderer.render(&report))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl std::error::Error for Mistakes {}
