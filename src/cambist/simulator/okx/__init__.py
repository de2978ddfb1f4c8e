"""OKX v5 as it is played: routes, signatures, limits of each path, answers, error bodies."""
