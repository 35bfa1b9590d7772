"""All that the commands print: progress, answers, tables. Nothing else prints."""
