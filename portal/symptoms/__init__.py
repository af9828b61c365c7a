"""What is watched for, in words and levels. Pure: no database, no web, no clock."""
