//! A day of the calendar as it travels: `2026-05-31`, without a zone.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

use crate::floor::kernel::Day;

/// A day of the calendar, without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub Day);

/// A day of the calendar, as in RFC 3339: `2026-05-31`.
#[Scalar(specified_by_url = "https://scalars.graphql.org/andimarek/local-date.html")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => match text.parse() {
                Ok(day) => Ok(Self(Day(day))),
                Err(_) => Err(InputValueError::custom("not a day")),
            },
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}
