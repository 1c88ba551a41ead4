"""What staff receive every morning: a day's records as one letter, what needs a person first."""
