"""What feeder does; the only place where rooms are joined. Commands, scheduler and tests call the same functions."""
