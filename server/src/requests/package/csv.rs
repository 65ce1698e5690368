//! Rows as lines of a spreadsheet, as RFC 4180 has them. Text that a program would reckon with is text; numbers stay
//! numbers. Pure.

use super::reading::Sheet;
use crate::floor::datamap::{Form, guarded};

/// Tells a spreadsheet in which letters it is written.
pub const BEGIN: &str = "\u{feff}";

/// What stands above the columns.
pub fn head(sheet: &Sheet) -> String {
    line(sheet.columns.iter().map(|(column, _)| quoted(column.name)))
}

pub fn row(sheet: &Sheet, cells: &[Option<String>]) -> String {
    line(sheet.columns.iter().zip(cells).map(|((_, form), cell)| match cell {
        None => String::new(),
        Some(text) if is_bare(*form, text) => text.clone(),
        Some(text) => quoted(text),
    }))
}

/// Whether it stands as it is: a number of ours, with its sign.
fn is_bare(form: Form, text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.starts_with(|letter: char| letter.is_ascii_digit());
    match form {
        Form::Number => is_number,
        Form::Truth => matches!(text, "true" | "false"),
        Form::Text | Form::Document => false,
    }
}

fn quoted(text: &str) -> String {
    ["\"", &guarded(text).replace('"', "\"\""), "\""].concat()
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut line = cells.collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::datamap::{Table, fact};

    static TABLE: Table =
        Table::of_tenant("t").about("s").columns(&[fact("amount").disclosed(), fact("title").disclosed()]);

    #[test]
    fn text_is_never_a_formula_and_a_number_keeps_its_sign() {
        let sheet = Sheet { table: &TABLE, columns: TABLE.columns.iter().zip([Form::Number, Form::Text]).collect() };
        let told = |amount: &str, title: &str| row(&sheet, &[Some(amount.to_owned()), Some(title.to_owned())]);
        assert_eq!(head(&sheet), "\"amount\",\"title\"\r\n");
        assert_eq!(told("-1250", "=HYPERLINK(\"x\")"), "-1250,\"'=HYPERLINK(\"\"x\"\")\"\r\n");
        for cell in ["+1", "-1", "@sum", "\tx", "\rx", "\nx"] {
            assert_eq!(told("1.5", cell), format!("1.5,\"'{cell}\"\r\n"));
        }
        assert_eq!(told("-=1", "a\nb"), "\"'-=1\",\"a\nb\"\r\n", "what is no number is text, whatever its column");
        assert_eq!(row(&sheet, &[None, None]), ",\r\n");
    }
}
