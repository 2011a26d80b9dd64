"""What has failed, what has become of it since, and what there is to do: values only."""
