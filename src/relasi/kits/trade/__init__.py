"""Trade: what quotes, orders, invoices and credit notes share: lines, totals, taxes, states, conversion."""
