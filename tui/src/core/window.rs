//! A window over a list that lives on the server: some pages of it, side by side, and what to ask for next.
//!
//! It never holds the whole list and never asks by itself: it says which page it wants, once, and takes the answer. Rows
//! are known by id, so a refresh never moves anybody's cursor to another thing.

use serde_json::{Value, json};

/// Rows of a page; the most the server gives at once.
pub const PAGE: usize = 100;
/// Rows kept; beyond it the far end is let go and asked for again when it is wanted.
const KEPT: usize = 64 * PAGE;

/// A row, its id, and where it stands in the server's order.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge<T> {
    pub id: String,
    pub cursor: String,
    pub node: T,
}

/// A page as the server gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    pub edges: Vec<Edge<T>>,
    pub goes_back: bool,
    pub goes_on: bool,
    pub total: Option<usize>,
}

/// A page that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The first page, whatever is held.
    Head,
    /// The last page, whatever is held.
    Tail,
    /// What follows the held rows.
    After(String),
    /// What precedes them.
    Before(String),
    /// A page anew, from behind this cursor.
    Anew(String),
    /// The same page, only to see what became of the held rows: none comes and none moves.
    Look(Option<String>),
}

impl Wish {
    /// The arguments of the list.
    pub fn arguments(&self) -> Value {
        match self {
            Self::Head | Self::Look(None) => json!({ "first": PAGE }),
            Self::Tail => json!({ "last": PAGE }),
            Self::After(cursor) | Self::Anew(cursor) | Self::Look(Some(cursor)) => {
                json!({ "first": PAGE, "after": cursor })
            }
            Self::Before(cursor) => json!({ "last": PAGE, "before": cursor }),
        }
    }
}

#[derive(Clone, Debug)]
pub struct Window<T> {
    edges: Vec<Edge<T>>,
    goes_back: bool,
    goes_on: bool,
    total: Option<usize>,
    /// Rows before the held ones, where that is known.
    before: Option<usize>,
    /// The page that is on its way.
    waits: Option<Wish>,
    is_loaded: bool,
    /// What a look found: rows that are not shown yet, and shown ones that left.
    unseen: Vec<String>,
    gone: Vec<String>,
}

impl<T> Default for Window<T> {
    fn default() -> Self {
        Self {
            edges: Vec::new(),
            goes_back: false,
            goes_on: false,
            total: None,
            before: Some(0),
            waits: None,
            is_loaded: false,
            unseen: Vec::new(),
            gone: Vec::new(),
        }
    }
}

impl<T> Window<T> {
    pub fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    pub fn find(&self, id: &str) -> Option<&T> {
        self.edges.iter().find(|edge| edge.id == id).map(|edge| &edge.node)
    }

    pub fn at(&self, id: &str) -> Option<usize> {
        self.edges.iter().position(|edge| edge.id == id)
    }

    /// Whether any page has arrived.
    pub fn is_loaded(&self) -> bool {
        self.is_loaded
    }

    /// The page that is on its way.
    pub fn waits(&self) -> Option<&Wish> {
        self.waits.as_ref()
    }

    pub fn is_waiting(&self) -> bool {
        self.waits.is_some()
    }

    /// Whether there are rows beyond the held ones, before and after.
    pub fn goes(&self) -> (bool, bool) {
        (self.goes_back, self.goes_on)
    }

    /// How many there are in all, as the server counted.
    pub fn total(&self) -> Option<usize> {
        self.total
    }

    /// The place of a held row in the whole list, counted from one, where that is known.
    pub fn place(&self, at: usize) -> Option<usize> {
        self.before.map(|before| before + at + 1)
    }

    /// Asks for this page, whatever is on its way: an answer to an older wish is let go.
    pub fn wish(&mut self, wish: Wish) -> Wish {
        self.waits = Some(wish.clone());
        wish
    }

    /// The page that is one ahead of a cursor on this row, when it is not held and nothing is on its way.
    pub fn ahead(&mut self, at: usize) -> Option<Wish> {
        let (first, last) = self.edges.first().zip(self.edges.last())?;
        let wish = if self.waits.is_some() {
            return None;
        } else if self.goes_on && at + PAGE >= self.edges.len() {
            Wish::After(last.cursor.clone())
        } else if self.goes_back && at < PAGE {
            Wish::Before(first.cursor.clone())
        } else {
            return None;
        };
        Some(self.wish(wish))
    }

    /// The page around a cursor on this row, anew.
    pub fn anew(&mut self, at: usize) -> Wish {
        let behind = at.checked_sub(PAGE / 2).and_then(|from| self.edges.get(from));
        let behind = behind.or(self.edges.first().filter(|_| self.goes_back));
        let wish = behind.map_or(Wish::Head, |edge| Wish::Anew(edge.cursor.clone()));
        self.wish(wish)
    }

    /// The same page, for what became of its rows; not while another is on its way.
    pub fn look(&mut self, at: usize) -> Option<Wish> {
        if self.waits.is_some() || !self.is_loaded {
            return None;
        }
        let behind = match self.anew(at) {
            Wish::Anew(cursor) => Some(cursor),
            _ => None,
        };
        Some(self.wish(Wish::Look(behind)))
    }

    /// Rows that a look found and the list does not show yet.
    pub fn unseen(&self) -> &[String] {
        &self.unseen
    }

    /// Whether a look found that this row is among them no more.
    pub fn is_gone(&self, id: &str) -> bool {
        self.gone.iter().any(|gone| gone == id)
    }

    pub fn gone(&self) -> usize {
        self.gone.len()
    }

    /// What became of the held rows: each keeps its place, new ones wait, those that left are known.
    fn compare(&mut self, behind: Option<&String>, edges: Vec<Edge<T>>, goes_on: bool) {
        let from = behind.and_then(|cursor| self.edges.iter().position(|edge| edge.cursor == *cursor));
        let from = from.map_or(0, |at| at + 1);
        // Of the held rows those that the page tells of: to its last row, or to the end of the list.
        let known: Vec<usize> = edges.iter().filter_map(|edge| self.at(&edge.id)).collect();
        let last = known.iter().copied().max().map_or(from, |at| at + 1);
        let to = if goes_on { last } else { self.edges.len() };
        let told = |id: &String| edges.iter().any(|edge| edge.id == *id);
        let span = self.edges.get(from..to).unwrap_or_default();
        self.gone = span.iter().filter(|edge| !told(&edge.id)).map(|edge| edge.id.clone()).collect();
        // Behind the last held row new ones are only what comes next.
        let is_between = |n: usize| edges.iter().skip(n).any(|edge| self.at(&edge.id).is_some());
        let is_new = |(n, edge): &(usize, &Edge<T>)| self.at(&edge.id).is_none() && (!self.goes_on || is_between(*n));
        self.unseen = edges.iter().enumerate().filter(is_new).map(|(_, edge)| edge.id.clone()).collect();
        for edge in edges {
            if let Some(held) = self.edges.iter_mut().find(|held| held.id == edge.id) {
                held.node = edge.node;
            }
        }
    }

    /// The answer to a wish; one that nobody waits for any more is let go.
    pub fn take(&mut self, wish: &Wish, page: Page<T>) {
        if self.waits.as_ref() != Some(wish) {
            return;
        }
        self.waits = None;
        self.is_loaded = true;
        self.total = page.total;
        let Page { edges, goes_back, goes_on, total } = page;
        if let Wish::Head | Wish::Tail | Wish::Anew(_) = wish {
            (self.unseen, self.gone) = (Vec::new(), Vec::new());
        }
        match wish {
            Wish::Look(behind) => self.compare(behind.as_ref(), edges, goes_on),
            Wish::Head | Wish::Tail | Wish::Anew(_) => {
                self.before = match wish {
                    Wish::Head => Some(0),
                    Wish::Tail => total.and_then(|total| total.checked_sub(edges.len())),
                    Wish::Anew(cursor) => {
                        let behind = self.edges.iter().position(|edge| edge.cursor == *cursor);
                        behind.and_then(|at| self.place(at))
                    }
                    Wish::After(_) | Wish::Before(_) | Wish::Look(_) => self.before,
                };
                self.edges = edges;
                (self.goes_back, self.goes_on) = (goes_back, goes_on);
            }
            Wish::After(_) => {
                let new = self.unheld(edges);
                self.edges.extend(new);
                self.goes_on = goes_on;
                let gone = self.edges.len().saturating_sub(KEPT);
                if gone > 0 {
                    self.edges.drain(..gone);
                    self.before = self.before.map(|before| before + gone);
                    self.goes_back = true;
                }
            }
            Wish::Before(_) => {
                let new = self.unheld(edges);
                self.before = self.before.and_then(|before| before.checked_sub(new.len()));
                self.edges.splice(0..0, new);
                self.goes_back = goes_back;
                self.goes_on |= self.edges.len() > KEPT;
                self.edges.truncate(KEPT);
            }
        }
    }

    /// The page did not come; it may be asked for again.
    pub fn missed(&mut self, wish: &Wish) {
        if self.waits.as_ref() == Some(wish) {
            self.waits = None;
        }
    }

    fn unheld(&self, edges: Vec<Edge<T>>) -> Vec<Edge<T>> {
        edges.into_iter().filter(|edge| self.at(&edge.id).is_none()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows `from..to` of a list of 1,000.
    fn page(from: usize, to: usize) -> Page<usize> {
        let edge = |n: usize| Edge { id: format!("row-{n}"), cursor: format!("at-{n}"), node: n };
        Page { edges: (from..to).map(edge).collect(), goes_back: from > 0, goes_on: to < 1000, total: Some(1000) }
    }

    fn held(window: &Window<usize>) -> (usize, usize) {
        (window.edges().first().unwrap().node, window.edges().last().unwrap().node)
    }

    fn opened() -> Window<usize> {
        let mut window = Window::default();
        let wish = window.wish(Wish::Head);
        window.take(&wish, page(0, 100));
        window
    }

    #[test]
    fn one_page_is_asked_ahead_once_and_joined_without_doubles() {
        let mut window = opened();
        let wish = window.ahead(10).unwrap();
        assert_eq!((&wish, window.ahead(10)), (&Wish::After("at-99".to_owned()), None));
        window.take(&wish, page(95, 195));
        assert_eq!((held(&window), window.edges().len()), ((0, 194), 195));
        assert_eq!(window.ahead(10), None, "two pages suffice at the first row");
        assert_eq!(window.ahead(120), Some(Wish::After("at-194".to_owned())));
    }

    #[test]
    fn the_end_is_jumped_to_and_walked_back_from() {
        let mut window = opened();
        let wish = window.wish(Wish::Tail);
        window.take(&wish, page(900, 1000));
        assert_eq!((held(&window), window.place(0)), ((900, 999), Some(901)));
        let wish = window.ahead(50).unwrap();
        assert_eq!(wish, Wish::Before("at-900".to_owned()));
        window.take(&wish, page(800, 900));
        assert_eq!((held(&window), window.place(0)), ((800, 999), Some(801)));
    }

    #[test]
    fn a_refresh_asks_for_the_page_around_the_cursor_and_keeps_its_place() {
        let mut window = opened();
        let wish = window.ahead(0).unwrap();
        window.take(&wish, page(100, 200));
        let wish = window.anew(150);
        assert_eq!(wish, Wish::Anew("at-100".to_owned()));
        window.take(&wish, page(101, 201));
        assert_eq!((window.at("row-150"), window.place(49)), (Some(49), Some(151)));
        assert_eq!(opened().anew(20), Wish::Head);
    }

    #[test]
    fn an_answer_nobody_waits_for_is_let_go_and_a_missed_one_can_be_asked_again() {
        let mut window = opened();
        let old = window.ahead(0).unwrap();
        let new = window.anew(0);
        window.take(&old, page(100, 200));
        assert_eq!(window.edges().len(), 100);
        window.missed(&new);
        assert!(!window.is_waiting() && window.ahead(0).is_some());
    }

    #[test]
    fn a_look_changes_rows_in_their_place_and_lets_none_in() {
        let mut window = opened();
        let wish = window.look(20).unwrap();
        assert_eq!((&wish, window.look(20)), (&Wish::Look(None), None), "one at a time");
        let mut edges: Vec<Edge<usize>> = page(0, 100).edges;
        edges.remove(7);
        edges.insert(3, Edge { id: "new".to_owned(), cursor: "at-new".to_owned(), node: 0 });
        edges[0].node = 4711;
        window.take(&wish, Page { edges, goes_back: false, goes_on: true, total: Some(1000) });
        assert_eq!((window.edges().len(), window.at("row-8"), window.edges()[0].node), (100, Some(8), 4711));
        assert_eq!((window.unseen(), window.is_gone("row-7"), window.gone()), (&["new".to_owned()][..], true, 1));
        let wish = window.anew(0);
        window.take(&wish, page(0, 100));
        assert_eq!((window.unseen().len(), window.gone()), (0, 0), "shown: nothing is new");
    }

    #[test]
    fn the_window_does_not_grow_beyond_what_is_kept() {
        let mut window = opened();
        for n in 0..100 {
            let wish = window.wish(Wish::After(String::new()));
            let edge = |n: usize| Edge { id: format!("row-{n}"), cursor: format!("at-{n}"), node: n };
            let edges = (n * 100 + 100..n * 100 + 200).map(edge).collect();
            window.take(&wish, Page { edges, goes_back: true, goes_on: true, total: None });
        }
        assert_eq!(
            (window.edges().len(), window.goes(), window.place(0)),
            (KEPT, (true, true), Some(10_100 - KEPT + 1))
        );
    }
}
