//! Properties of the whole repository, as tests whose names are sentences.
