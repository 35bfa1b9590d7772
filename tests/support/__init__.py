"""Things that tests are made of: media, people, weights, servers, screens."""
