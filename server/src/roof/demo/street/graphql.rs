//! What a document asks for at its root, with its arguments made plain. It never reads what is chosen below, and never
//! checks a type: it is no engine.

use serde_json::{Map, Value};

/// A field at the root of an operation.
#[derive(Debug)]
pub(super) struct Root {
    /// What the answer is filed under.
    pub key: String,
    pub name: String,
    pub arguments: Value,
    /// Of an `@idempotent(key: …)`.
    pub idempotent: Option<String>,
}

/// The fields at the root of the first operation, or none where the document cannot be read so far.
pub(super) fn roots(document: &str, variables: &Value) -> Option<Vec<Root>> {
    let mut reader = Reader { words: words(document), at: 0, variables };
    // What the operation is called and declares says nothing about what it asks for.
    let mut depth = 0;
    loop {
        match reader.next()?.as_str() {
            "(" => depth += 1,
            ")" => depth -= 1,
            "{" if depth == 0 => break,
            _ => {}
        }
    }
    let mut roots = Vec::new();
    while reader.peek()? != "}" {
        roots.push(reader.root()?);
    }
    (!roots.is_empty()).then_some(roots)
}

struct Reader<'v> {
    words: Vec<String>,
    at: usize,
    variables: &'v Value,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn next(&mut self) -> Option<String> {
        self.at += 1;
        self.words.get(self.at - 1).cloned()
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.peek() == Some(word);
        self.at += usize::from(is_next);
        is_next
    }

    fn root(&mut self) -> Option<Root> {
        let key = self.next()?;
        let name = if self.takes(":") { self.next()? } else { key.clone() };
        let arguments = self.arguments()?;
        let mut idempotent = None;
        while self.takes("@") {
            let directive = self.next()?;
            let told = self.arguments()?;
            if directive == "idempotent" {
                idempotent = told["key"].as_str().map(str::to_owned);
            }
        }
        if self.takes("{") {
            let mut depth = 1;
            while depth > 0 {
                match self.next()?.as_str() {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    _ => {}
                }
            }
        }
        Some(Root { key, name, arguments, idempotent })
    }

    fn arguments(&mut self) -> Option<Value> {
        if self.takes("(") { self.fields(")") } else { Some(Value::Object(Map::new())) }
    }

    fn fields(&mut self, end: &str) -> Option<Value> {
        let mut fields = Map::new();
        while !self.takes(end) {
            let name = self.next()?;
            if !self.takes(":") {
                return None;
            }
            fields.insert(name, self.value()?);
        }
        Some(Value::Object(fields))
    }

    fn value(&mut self) -> Option<Value> {
        let word = self.next()?;
        Some(match word.as_str() {
            "$" => self.variables[self.next()?].clone(),
            "{" => self.fields("}")?,
            "[" => {
                let mut list = Vec::new();
                while !self.takes("]") {
                    list.push(self.value()?);
                }
                Value::Array(list)
            }
            // A word of an enum reads as text.
            _ => serde_json::from_str(&word).unwrap_or(Value::String(word)),
        })
    }
}

/// Names, numbers, marks, and strings with their quotes; commas, blanks and remarks are nothing.
fn words(document: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut letters = document.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '#' => while letters.next_if(|&next| next != '\n').is_some() {},
            '"' => {
                let mut text = String::from(letter);
                let mut is_escaped = false;
                for next in letters.by_ref() {
                    text.push(next);
                    if next == '"' && !is_escaped {
                        break;
                    }
                    is_escaped = next == '\\' && !is_escaped;
                }
                words.push(text);
            }
            _ if letter.is_whitespace() || letter == ',' => {}
            _ if is_inside(letter) => {
                let mut word = String::from(letter);
                while let Some(next) = letters.next_if(|&next| is_inside(next)) {
                    word.push(next);
                }
                words.push(word);
            }
            _ => words.push(letter.to_string()),
        }
    }
    words
}

fn is_inside(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_is_read_as_far_as_its_roots() {
        let document = r#"
            # what is sold
            query Sync($after: String, $n: Int = 2) {
              page: orders(first: $n, after: $after, query: "updated_at:>='2026-01-01' \"{\"") @x { nodes { id } }
              shop { name }
            }"#;
        let read = roots(document, &json!({ "after": "c", "n": 50 })).expect("it reads");
        assert_eq!((read[0].key.as_str(), read[0].name.as_str()), ("page", "orders"));
        assert_eq!(read[0].arguments["first"], 50);
        assert_eq!(read[0].arguments["query"], "updated_at:>='2026-01-01' \"{\"");
        assert_eq!(read[1].name, "shop");
    }

    #[test]
    fn a_mutation_says_its_key_and_its_lists() {
        let document =
            r#"mutation { set(input: {name: "available", rows: [{id: 1}, {id: 2}]}) @idempotent(key: "k") { x } }"#;
        let read = roots(document, &Value::Null).expect("it reads");
        assert_eq!(read[0].idempotent.as_deref(), Some("k"));
        assert_eq!(read[0].arguments["input"]["rows"][1]["id"], 2);
        assert!(roots("mutation { set(", &Value::Null).is_none());
    }
}
