"""The brand's console: what the privacy officer has to do next."""
