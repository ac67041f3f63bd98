//! Spanlet's page.
