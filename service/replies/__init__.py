"""What submitters receive: judgement to letter, letter to mail."""
