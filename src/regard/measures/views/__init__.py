"""Pages of measures: the catalogue, one measure, the rows behind a figure, and the dashboard."""
