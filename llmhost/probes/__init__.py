"""Is it ready: questions repeated until they are true or the deadline has come. Pure judgement."""
