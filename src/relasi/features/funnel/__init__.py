"""Funnel: how many leads become MQL, SQL and customers, and how many deals are won."""
