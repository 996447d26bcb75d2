"""Updates: what is drafted from facts, said yes to, published, sent, and scored later."""
