"""How far a replay of what runs is from what happened: fitted on the first days, told of the rest."""
