"""Short dates: lists have many columns. Times are those of Moscow, as TIME_ZONE says."""
DATE_FORMAT = SHORT_DATE_FORMAT = 'd.m.Y'
TIME_FORMAT = 'H:i'
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = 'd.m.Y H:i'
