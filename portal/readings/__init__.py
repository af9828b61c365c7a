"""What was understood from words: judged by the rules, shown, corrected, and tried again."""
