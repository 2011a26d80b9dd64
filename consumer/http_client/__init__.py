"""What every client of another host keeps: a limit on answers, no cookies, no redirects, plain reasons."""
