"""Operations: how a shop wants them, and when what is live is made anew."""
