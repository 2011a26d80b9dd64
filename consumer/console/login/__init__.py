"""Login at a provider of OpenID Connect: authorization code with PKCE, signed tokens, groups to roles."""
