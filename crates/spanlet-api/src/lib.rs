//! Spanlet's request to response: routes, models, JSON, problems.
