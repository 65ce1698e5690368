//! Rows as canonical JSON (RFC 8785), and the schema that says what stands in them. Pure.

use serde_json::{Map, Value, json};

use super::reading::Sheet;
use crate::floor::datamap::Form;
use crate::floor::journal::canonical;
use crate::floor::kernel::{Error, Result};
use crate::floor::policy::Policy;

/// Beyond this a reader with binary floats would round: such a number is told as text.
const EXACT: u64 = 1 << 53;

/// Amounts of money are kept as so many of these.
pub const MILLIONTHS: &str = "in millionths of the currency beside it";

/// A row as an object, in the bytes that everybody writes.
pub fn row(sheet: &Sheet, cells: &[Option<String>]) -> Result<Vec<u8>> {
    let mut object = Map::new();
    for ((column, form), cell) in sheet.columns.iter().zip(cells) {
        object.insert(column.name.to_owned(), cell.as_deref().map_or(Value::Null, |text| value(*form, text)));
    }
    bytes(&Value::Object(object))
}

fn value(form: Form, text: &str) -> Value {
    let as_text = || Value::String(text.to_owned());
    match form {
        Form::Text => as_text(),
        Form::Number => match text.parse::<i64>() {
            Ok(number) if number.unsigned_abs() < EXACT => Value::from(number),
            _ => as_text(),
        },
        Form::Truth => text.parse().map_or_else(|_| as_text(), Value::Bool),
        Form::Document => {
            serde_json::from_str(text).ok().filter(|told| canonical(told).is_some()).unwrap_or_else(as_text)
        }
    }
}

/// The bytes of a document.
pub fn bytes(document: &Value) -> Result<Vec<u8>> {
    canonical(document).ok_or_else(|| Error::internal("a document that is not written in one way"))
}

/// What stands in each file of rows, as JSON Schema has it.
pub fn schema(sheets: &[Sheet], policy: &Policy, locale: &str) -> Result<Vec<u8>> {
    let first = policy.first_locale();
    let tables: Map<String, Value> = sheets
        .iter()
        .map(|sheet| {
            let category = sheet.table.listed_as(policy);
            let told =
                category.map_or(sheet.table.name, |category| category.title.in_locale(policy.spoken(locale), first));
            let columns: Map<String, Value> = sheet
                .columns
                .iter()
                .map(|(column, form)| (column.name.to_owned(), described(sheet, column.name, *form)))
                .collect();
            let names: Vec<&str> = sheet.columns.iter().map(|(column, _)| column.name).collect();
            let table = json!({
                "title": told,
                "type": "array",
                "items": { "type": "object", "additionalProperties": false, "required": names, "properties": columns },
            });
            (sheet.table.name.to_owned(), table)
        })
        .collect();
    bytes(&json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "data/<name>.json is what stands here under its name; numbers beyond 2^53 are told as text",
        "$defs": tables,
    }))
}

fn described(sheet: &Sheet, name: &str, form: Form) -> Value {
    let types = match form {
        Form::Text => json!(["string", "null"]),
        Form::Number => json!(["integer", "string", "null"]),
        Form::Truth => json!(["boolean", "null"]),
        Form::Document => json!(["array", "object", "string", "null"]),
    };
    if is_money(sheet, name, form) {
        json!({ "type": types, "description": MILLIONTHS })
    } else {
        json!({ "type": types })
    }
}

/// Whether a column holds an amount of money.
pub fn is_money(sheet: &Sheet, name: &str, form: Form) -> bool {
    form == Form::Number
        && matches!(name, "total" | "price" | "amount")
        && sheet.columns.iter().any(|(column, _)| column.name == "currency")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::datamap::{Table, fact};

    const TABLE: Table = Table::of_tenant("orders").about("subject_id").columns(&[
        fact("total").disclosed(),
        fact("name").disclosed(),
        fact("currency").disclosed(),
        fact("paid").disclosed(),
    ]);
    static ORDERS: Table = TABLE;

    fn sheet() -> Sheet {
        let forms = [Form::Number, Form::Text, Form::Text, Form::Truth];
        Sheet { table: &ORDERS, columns: ORDERS.columns.iter().zip(forms).collect() }
    }

    #[test]
    fn a_row_is_written_in_one_way_and_nothing_is_rounded() {
        let told = |total: &str| {
            let cells = [total, "=1+\"1\"", "EUR", "true"].map(|cell| Some(cell.to_owned()));
            String::from_utf8(row(&sheet(), &cells).expect("a row")).expect("text")
        };
        assert_eq!(told("-5"), r#"{"currency":"EUR","name":"=1+\"1\"","paid":true,"total":-5}"#);
        assert!(told("9007199254740993").ends_with(r#""total":"9007199254740993"}"#));
        let nothing = row(&sheet(), &[None, None, None, None]).expect("a row");
        assert_eq!(nothing, br#"{"currency":null,"name":null,"paid":null,"total":null}"#);
    }

    #[test]
    fn the_schema_says_what_an_amount_is() {
        let policy = crate::floor::policy::parse(crate::floor::policy::shipped("shopiq").expect("it comes along"))
            .expect("sound");
        let schema = schema(&[sheet()], &policy, "de").expect("a schema");
        let schema: Value = serde_json::from_slice(&schema).expect("JSON");
        let columns = &schema["$defs"]["orders"]["items"]["properties"];
        assert_eq!(columns["total"]["description"], MILLIONTHS);
        assert_eq!(columns["name"], json!({ "type": ["string", "null"] }));
    }
}
