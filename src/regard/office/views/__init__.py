"""The pages of the office: for administrators, but for the way in."""
