"""The emulated N/* modules, and the script engine that runs the RESTlet on them."""
