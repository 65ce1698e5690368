//! What is asked of the tables: campaigns and their rows, the links that tell of them, and what is extracted.

pub mod apps;
pub mod books;
pub mod campaigns;
pub mod items;
pub mod scopes;
pub mod staff;
