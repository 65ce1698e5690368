//! A form: labelled lines that are typed into, choices that are walked, and what the server had against them.
//!
//! It sends nothing and knows no key; `dialog.rs` holds it. What was typed stays until the form is left.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::area::Area;
use super::due::Moment;
use super::filter::{self, Term};
use super::input::{Input, Shown};
use super::search::Field as Text;

/// The input of a mutation that the form fills, by the names of its fields; `login.issuer` is a field within `login`.
pub type Values = Map<String, Value>;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    pub fields: Vec<Field>,
    focus: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name in the input.
    pub name: &'static str,
    pub label: &'static str,
    /// What to write, while nothing is written.
    pub hint: &'static str,
    pub kind: Kind,
    pub is_required: bool,
    /// None of several is said as null, and not as an empty list.
    is_null_when_empty: bool,
    /// What is wrong with it, in the server's words or ours.
    pub error: Option<String>,
    /// What it began with.
    first: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Words(Text),
    /// Several lines of words.
    Area(Area),
    Number(Text),
    /// A moment: a day (its end), a day and minute, or a span from now.
    Time(Text),
    /// A day: `2026-11-30`.
    Day(Text),
    /// The words that narrow a list.
    Filter(Text, &'static [Term]),
    /// What nobody is to read over a shoulder: dots.
    Hidden(Input),
    /// One or several of a list; letters narrow it down.
    Choice(Choice),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    pub options: Vec<Opt>,
    pub is_several: bool,
    /// The options come from the server and are not there yet.
    pub waits: bool,
    chosen: Vec<String>,
    /// The option that the keys are on.
    at: usize,
    narrowed: Text,
}

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opt {
    pub value: String,
    pub label: String,
}

impl Opt {
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }

    /// A word of a vocabulary: `GIVE_GRANTS` reads `give grants`.
    pub fn word(value: &str) -> Self {
        Self::new(value, spoken(value))
    }
}

/// `GIVE_GRANTS` as people read it.
pub fn spoken(value: &str) -> String {
    value.to_lowercase().replace('_', " ")
}

impl Field {
    fn of(name: &'static str, label: &'static str, kind: Kind) -> Self {
        Self {
            name,
            label,
            hint: "",
            kind,
            is_required: true,
            is_null_when_empty: false,
            error: None,
            first: String::new(),
        }
    }

    pub fn words(name: &'static str, label: &'static str) -> Self {
        Self::of(name, label, Kind::Words(Text::default()))
    }

    pub fn area(name: &'static str, label: &'static str) -> Self {
        Self::of(name, label, Kind::Area(Area::default()))
    }

    pub fn number(name: &'static str, label: &'static str) -> Self {
        Self::of(name, label, Kind::Number(Text::default()))
    }

    pub fn time(name: &'static str, label: &'static str) -> Self {
        Self {
            hint: "2026-11-30, 2026-11-30 17:00, or 8 h, 30 d from now",
            ..Self::of(name, label, Kind::Time(<_>::default()))
        }
    }

    pub fn day(name: &'static str, label: &'static str) -> Self {
        Self { hint: "2026-11-30", ..Self::of(name, label, Kind::Day(Text::default())) }
    }

    pub fn hidden(name: &'static str, label: &'static str) -> Self {
        Self::of(name, label, Kind::Hidden(Input::new(Shown::Dots)))
    }

    /// The words that narrow a list; none narrow nothing.
    pub fn filter(name: &'static str, label: &'static str, terms: &'static [Term]) -> Self {
        Self { is_required: false, ..Self::of(name, label, Kind::Filter(Text::default(), terms)) }
    }

    /// One of these; the first stands chosen.
    pub fn one(name: &'static str, label: &'static str, options: Vec<Opt>) -> Self {
        let chosen = options.first().map(|option| option.value.clone()).into_iter().collect();
        Self::of(name, label, Kind::Choice(Choice { options, chosen, ..Choice::default() }))
    }

    /// Any of these; none stands chosen.
    pub fn several(name: &'static str, label: &'static str, options: Vec<Opt>) -> Self {
        Self::of(name, label, Kind::Choice(Choice { options, is_several: true, ..Choice::default() }))
    }

    /// One of what the server will say.
    pub fn one_to_come(name: &'static str, label: &'static str) -> Self {
        Self::of(name, label, Kind::Choice(Choice { waits: true, ..Choice::default() }))
    }

    /// Any of what the server will say.
    pub fn several_to_come(name: &'static str, label: &'static str) -> Self {
        Self::of(name, label, Kind::Choice(Choice { waits: true, is_several: true, ..Choice::default() }))
    }

    #[must_use]
    pub fn optional(mut self) -> Self {
        self.is_required = false;
        self
    }

    /// None of several is null to the server: no limit, where an empty list would be an empty one.
    #[must_use]
    pub fn or_null(mut self) -> Self {
        self.is_required = false;
        self.is_null_when_empty = true;
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// With what is so now.
    #[must_use]
    pub fn being<S: AsRef<str>>(mut self, values: impl IntoIterator<Item = S>) -> Self {
        match &mut self.kind {
            Kind::Words(text) | Kind::Number(text) | Kind::Time(text) | Kind::Day(text) | Kind::Filter(text, _) => {
                values.into_iter().for_each(|value| value.as_ref().chars().for_each(|c| text.push(c)));
            }
            Kind::Area(area) => values.into_iter().for_each(|value| area.paste(value.as_ref())),
            Kind::Hidden(_) => {}
            Kind::Choice(choice) => choice.chosen = values.into_iter().map(|value| value.as_ref().to_owned()).collect(),
        }
        self
    }

    /// What is typed or chosen, to compare it with what it was.
    fn held(&self) -> String {
        match &self.kind {
            Kind::Choice(choice) => choice.chosen.join("\n"),
            kind => kind.shown(),
        }
    }

    fn push(&mut self, c: char) {
        self.error = None;
        match &mut self.kind {
            Kind::Choice(choice) if c == ' ' => choice.toggle(),
            Kind::Choice(choice) => {
                choice.narrowed.push(c);
                choice.at = 0;
                choice.step(0);
            }
            Kind::Hidden(input) => input.push(c),
            Kind::Area(area) => area.push(c),
            Kind::Words(text) | Kind::Number(text) | Kind::Time(text) | Kind::Day(text) | Kind::Filter(text, _) => {
                text.push(c);
            }
        }
    }

    /// Takes the last letter away, or all of them.
    fn erase(&mut self, is_all: bool) {
        self.error = None;
        let text = match &mut self.kind {
            Kind::Hidden(input) => return if is_all { input.clear() } else { input.erase() },
            Kind::Area(area) => return if is_all { area.clear() } else { area.erase() },
            Kind::Choice(choice) => &mut choice.narrowed,
            Kind::Words(text) | Kind::Number(text) | Kind::Time(text) | Kind::Day(text) | Kind::Filter(text, _) => text,
        };
        if is_all { text.clear() } else { text.erase() }
    }

    /// What goes to the server, or why it cannot.
    fn value(&self, now: Moment, zone: FixedOffset) -> Result<Value, String> {
        let missing = || if self.is_required { Err("this is needed".to_owned()) } else { Ok(Value::Null) };
        let typed = self.kind.typed().trim();
        match &self.kind {
            kind if !matches!(kind, Kind::Choice(_)) && typed.is_empty() => missing(),
            Kind::Words(_) | Kind::Area(_) | Kind::Hidden(_) => Ok(json!(typed)),
            Kind::Number(_) => typed.parse::<i32>().map(Value::from).map_err(|_| "this is no whole number".to_owned()),
            Kind::Day(_) => NaiveDate::parse_from_str(typed, "%Y-%m-%d")
                .map(|day| json!(day))
                .map_err(|_| "no such day; write 2026-11-30".to_owned()),
            Kind::Filter(_, terms) => filter::parse(terms, typed, now, zone).map(|_| json!(typed)),
            Kind::Time(_) => moment(typed, now, zone, 1)
                .map(|at| json!(written(at)))
                .ok_or_else(|| "no such time; write 2026-11-30, 2026-11-30 17:00, 8 h or 30 d".to_owned()),
            Kind::Choice(choice) if self.is_null_when_empty && choice.chosen.is_empty() => Ok(Value::Null),
            Kind::Choice(choice) if choice.is_several && (!choice.chosen.is_empty() || !self.is_required) => {
                Ok(json!(choice.chosen))
            }
            Kind::Choice(choice) => choice.chosen.first().map_or_else(missing, |value| Ok(json!(value))),
        }
    }
}

impl Kind {
    /// What is typed into it; of a choice, nothing.
    fn typed(&self) -> &str {
        match self {
            Self::Words(text) | Self::Number(text) | Self::Time(text) | Self::Day(text) | Self::Filter(text, _) => {
                text.text()
            }
            Self::Area(area) => area.text(),
            Self::Hidden(input) => input.text(),
            Self::Choice(_) => "",
        }
    }

    /// What is seen of that.
    pub fn shown(&self) -> String {
        if let Self::Hidden(input) = self { input.shown() } else { self.typed().to_owned() }
    }
}

impl Choice {
    pub fn is_chosen(&self, option: &Opt) -> bool {
        self.chosen.contains(&option.value)
    }

    pub fn chosen(&self) -> &[String] {
        &self.chosen
    }

    /// The letters that narrow it down.
    pub fn narrowed(&self) -> &str {
        self.narrowed.text()
    }

    /// The options that have the letters, and which of them the keys are on.
    pub fn shown(&self) -> (Vec<&Opt>, usize) {
        let wanted = self.narrowed.text().to_lowercase();
        let shown: Vec<_> =
            self.options.iter().filter(|option| option.label.to_lowercase().contains(&wanted)).collect();
        let at = self.at.min(shown.len().saturating_sub(1));
        (shown, at)
    }

    fn step(&mut self, by: isize) {
        let (shown, at) = self.shown();
        let to = at.saturating_add_signed(by).min(shown.len().saturating_sub(1));
        let value = shown.get(to).map(|option| option.value.clone());
        self.at = to;
        if !self.is_several {
            self.chosen = value.into_iter().collect();
        }
    }

    fn toggle(&mut self) {
        let (shown, at) = self.shown();
        let Some(value) = shown.get(at).map(|option| option.value.clone()) else { return };
        if !self.is_several {
            let was = self.chosen.contains(&value);
            self.chosen = if was { Vec::new() } else { vec![value] };
        } else if let Some(place) = self.chosen.iter().position(|chosen| *chosen == value) {
            self.chosen.remove(place);
        } else {
            self.chosen.push(value);
        }
        self.widen();
    }

    /// All options again; the keys stay on theirs.
    fn widen(&mut self) {
        let (shown, at) = self.shown();
        let here = shown.get(at).map(|option| option.value.clone());
        self.narrowed.clear();
        self.at = here.and_then(|here| self.options.iter().position(|option| option.value == here)).unwrap_or(0);
    }
}

impl Form {
    pub fn of(mut fields: Vec<Field>) -> Self {
        for field in &mut fields {
            field.first = field.held();
        }
        Self { fields, focus: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub fn focus(&self) -> usize {
        self.focus
    }

    /// Whether anything differs from what it began with.
    pub fn is_touched(&self) -> bool {
        self.fields.iter().any(|field| field.held() != field.first)
    }

    /// What is chosen in this field, as people read it.
    pub fn label(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|field| field.name == name)?;
        let Kind::Choice(choice) = &field.kind else { return None };
        choice.options.iter().find(|option| choice.is_chosen(option)).map(|option| option.label.as_str())
    }

    /// To another field, around the ends.
    pub fn turn(&mut self, by: isize) {
        let many = self.fields.len().max(1);
        if let Some(Field { kind: Kind::Choice(choice), .. }) = self.fields.get_mut(self.focus) {
            choice.widen();
        }
        self.focus = (self.focus + many).saturating_add_signed(by) % many;
    }

    pub fn push(&mut self, c: char) {
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.push(c);
        }
    }

    /// The lines that the keys are in, where they are in lines.
    pub fn area(&mut self) -> Option<&mut Area> {
        match self.fields.get_mut(self.focus) {
            Some(Field { kind: Kind::Area(area), error, .. }) => {
                *error = None;
                Some(area)
            }
            _ => None,
        }
    }

    /// Text that was pasted; a choice takes none.
    pub fn paste(&mut self, text: &str) {
        if let Some(area) = self.area() {
            return area.paste(text);
        }
        let is_text = self.fields.get(self.focus).is_some_and(|field| !matches!(field.kind, Kind::Choice(_)));
        if is_text {
            text.chars().for_each(|c| self.push(c));
        }
    }

    pub fn erase(&mut self) {
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.erase(false);
        }
    }

    /// Erases what the field under the keys holds.
    pub fn clear(&mut self) {
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.erase(true);
        }
    }

    /// Along the options of a choice; whether there was one.
    pub fn step(&mut self, by: isize) {
        if let Some(Field { kind: Kind::Choice(choice), error, .. }) = self.fields.get_mut(self.focus) {
            *error = None;
            choice.step(by);
        }
    }

    /// The options that a field waited for, or more of them.
    pub fn options(&mut self, name: &str, options: &[Opt]) {
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            let Kind::Choice(choice) = &mut field.kind else { continue };
            choice.waits = false;
            for option in options {
                if choice.options.iter().all(|known| known.value != option.value) {
                    choice.options.push(option.clone());
                }
            }
            // Letters that found nothing before find the first of these.
            if !choice.is_several && choice.chosen.is_empty() && !choice.narrowed().is_empty() {
                choice.step(0);
            }
        }
    }

    /// The choice under the keys that is narrowed by letters, and by which, where its options came as a full page: there
    /// may be more.
    pub fn seeks(&self, page: usize) -> Option<(&'static str, &str)> {
        let field = self.fields.get(self.focus)?;
        let Kind::Choice(choice) = &field.kind else { return None };
        let is_sought = choice.options.len() >= page && !choice.narrowed().is_empty();
        is_sought.then(|| (field.name, choice.narrowed()))
    }

    /// The input, or false when a field is wrong: the errors stand beside their fields, and the keys on the first.
    pub fn values(&mut self, now: Moment, zone: FixedOffset) -> Option<Values> {
        let mut values = Values::new();
        for field in &mut self.fields {
            match field.value(now, zone) {
                Ok(value) => {
                    field.error = None;
                    put(&mut values, field.name, value);
                }
                Err(why) => field.error = Some(why),
            }
        }
        self.turn_to_error();
        self.fields.iter().all(|field| field.error.is_none()).then_some(values)
    }

    /// Puts the server's words beside the field they are about; false when there is no such field.
    pub fn complain(&mut self, name: &str, words: &str) -> bool {
        let is_it = |field: &&mut Field| field.name.rsplit('.').next() == Some(name);
        let Some(field) = self.fields.iter_mut().find(is_it) else { return false };
        field.error = Some(words.to_owned());
        self.turn_to_error();
        true
    }

    fn turn_to_error(&mut self) {
        if let Some(first) = self.fields.iter().position(|field| field.error.is_some()) {
            self.focus = first;
        }
    }
}

/// Puts a value in its place; an inner one that is empty leaves what it is in empty too.
fn put(values: &mut Values, name: &str, value: Value) {
    let Some((outer, inner)) = name.split_once('.') else {
        values.insert(name.to_owned(), value);
        return;
    };
    let within = values.entry(outer).or_insert(Value::Null);
    if value.is_null() {
        return;
    }
    if within.is_null() {
        *within = Value::Object(Values::new());
    }
    if let Value::Object(members) = within {
        put(members, inner, value);
    }
}

/// A moment as the contract writes it.
pub(super) fn written(at: Moment) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A moment as people write it: a day means its end in this zone, a span counts from now on or, with -1, back.
pub(super) fn moment(text: &str, now: Moment, zone: FixedOffset, way: i32) -> Option<Moment> {
    if let Some(span) = span(text) {
        return now.checked_add_signed(span * way);
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    let local = match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(day) => day.succ_opt()?.and_time(NaiveTime::MIN),
        Err(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok()?,
    };
    Some(local.and_local_timezone(zone).single()?.with_timezone(&Utc))
}

/// `45 min`, `8 h`, `30 d`, with or without the space.
fn span(text: &str) -> Option<TimeDelta> {
    let unit = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at(unit);
    let count: i64 = count.parse().ok()?;
    match unit.trim() {
        "min" => TimeDelta::try_minutes(count),
        "h" => TimeDelta::try_hours(count),
        "d" => TimeDelta::try_days(count),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> (Moment, FixedOffset) {
        ("2026-11-23T13:00:00Z".parse().unwrap(), FixedOffset::east_opt(3600).unwrap())
    }

    fn typed(form: &mut Form, text: &str) {
        text.chars().for_each(|c| form.push(c));
    }

    #[test]
    fn a_time_is_a_day_to_its_end_a_minute_or_a_span() {
        let (now, zone) = now();
        for (text, at) in [
            ("2026-11-30", Some("2026-11-30T23:00:00Z")),
            ("2026-11-30 17:00", Some("2026-11-30T16:00:00Z")),
            ("8 h", Some("2026-11-23T21:00:00Z")),
            ("30d", Some("2026-12-23T13:00:00Z")),
            ("2026-02-30", None),
            ("tomorrow", None),
            ("9999999999999 d", None),
            ("8 x", None),
        ] {
            assert_eq!(moment(text, now, zone, 1), at.map(|at| at.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() {
        let (now, zone) = now();
        let mut form = Form::of(vec![
            Field::words("legalName", "Legal name"),
            Field::number("appSlots", "App slots"),
            Field::time("endsAt", "Ends").optional(),
            Field::words("reference", "Reference").optional(),
        ]);
        assert!(!form.is_touched());
        typed(&mut form, "Zaitoon Home");
        form.turn(1);
        typed(&mut form, "ten");
        form.turn(1);
        typed(&mut form, "never");
        assert_eq!((form.values(now, zone), form.focus()), (None, 1));
        let errors: Vec<_> = form.fields.iter().map(|field| field.error.is_some()).collect();
        assert_eq!(errors, [false, true, true, false]);

        form.clear();
        typed(&mut form, "10");
        form.turn(1);
        form.clear();
        let values = form.values(now, zone).unwrap();
        assert_eq!(
            Value::Object(values),
            json!({ "legalName": "Zaitoon Home", "appSlots": 10, "endsAt": null, "reference": null })
        );
        assert!(form.complain("legalName", "there is one of this name") && form.focus() == 0 && form.is_touched());
        assert!(!form.complain("nowhere", "?"));
    }

    #[test]
    fn choices_are_walked_narrowed_and_toggled() {
        let (now, zone) = now();
        let roles = || ["SUPPORT", "APPROVER", "OPS"].map(Opt::word).to_vec();
        let mut form = Form::of(vec![Field::one("role", "Role", roles()), Field::several("roles", "Roles", roles())]);
        form.step(1);
        form.turn(1);
        assert_eq!(form.values(now, zone), None, "none of several is chosen");
        typed(&mut form, "op");
        form.push(' ');
        form.clear();
        form.step(-5);
        form.push(' ');
        let values = form.values(now, zone).unwrap();
        assert_eq!((&values["role"], &values["roles"]), (&json!("APPROVER"), &json!(["OPS", "SUPPORT"])));
        form.push(' ');
        assert_eq!(form.values(now, zone).unwrap()["roles"], json!(["OPS"]));
        form.turn(1);
        typed(&mut form, "zzz");
        form.paste("and a paste");
        assert!(form.fields[0].value(now, zone).is_err(), "nothing has these letters");
    }

    #[test]
    fn a_field_within_another_is_put_there() {
        let (now, zone) = now();
        let login =
            || vec![Field::words("login.issuer", "A").optional(), Field::words("login.subject", "B").optional()];
        let mut form = Form::of(login());
        assert_eq!(form.values(now, zone).map(Value::Object), Some(json!({ "login": null })));
        typed(&mut form, "https://id.example");
        assert!(form.complain("subject", "this is needed"));
        typed(&mut form, "u-1");
        let whole = json!({ "login": { "issuer": "https://id.example", "subject": "u-1" } });
        assert_eq!(form.values(now, zone).map(Value::Object), Some(whole));
    }

    #[test]
    fn tab_goes_around() {
        let mut form = Form::of(vec![Field::words("a", "A"), Field::words("b", "B")]);
        form.turn(-1);
        assert_eq!(form.focus(), 1);
        form.turn(1);
        assert_eq!(form.focus(), 0);
        Form::default().turn(1);
    }
}
