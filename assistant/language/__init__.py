"""From text to an `Utterance`: words, then meaning and titles, then `understand` joins them."""
