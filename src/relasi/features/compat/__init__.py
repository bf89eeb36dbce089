"""The compatibility API: programs written for another CRM's web service work with this one as they are."""
