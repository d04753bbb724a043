"""A small shop database, made by hand so that the connector meets tables it did not make."""

import sqlalchemy as sa

SCHEMA = """
CREATE TABLE addresses (id INTEGER PRIMARY KEY, line1 VARCHAR(200) NOT NULL, postcode VARCHAR(16) NOT NULL);
CREATE TABLE customers (id INTEGER PRIMARY KEY, number VARCHAR(16) NOT NULL UNIQUE, name VARCHAR(200) NOT NULL,
  email VARCHAR(254) NOT NULL, phone VARCHAR(40) NOT NULL, address_id INTEGER REFERENCES addresses(id));
CREATE TABLE orders (id INTEGER PRIMARY KEY, number VARCHAR(16) NOT NULL UNIQUE,
  customer_id INTEGER NOT NULL REFERENCES customers(id),
  delivery_address_id INTEGER NOT NULL REFERENCES addresses(id), gift_note TEXT NOT NULL);
CREATE TABLE order_lines (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders(id),
  product_id VARCHAR(16) NOT NULL, qty INTEGER NOT NULL);
CREATE TABLE invoices (id INTEGER PRIMARY KEY, number VARCHAR(16) NOT NULL,
  customer_id INTEGER REFERENCES customers(id), order_id INTEGER REFERENCES orders(id),
  issued_on DATE NOT NULL, name VARCHAR(200) NOT NULL);
CREATE TABLE support_notes (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers(id),
  author VARCHAR(100) NOT NULL, text TEXT NOT NULL);
CREATE TABLE reviews (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id),
  signed VARCHAR(100) NOT NULL, stars INTEGER NOT NULL);
CREATE TABLE suppressions (id INTEGER PRIMARY KEY, key VARCHAR(200) NOT NULL UNIQUE);
CREATE TABLE counters (name VARCHAR(20) PRIMARY KEY, last INTEGER NOT NULL);
"""

ROWS = """
INSERT INTO addresses VALUES (1, '1 Donner Pass Road', '96161');
INSERT INTO addresses VALUES (2, '9 Quiet Lane', '96162');
INSERT INTO customers VALUES (17, 'C-1001', 'Ada Larkin', 'ada@example.test', '555-0101', 1);
INSERT INTO customers VALUES (18, 'C-10011', 'Ben Moss', 'ben@example.test', '555-0102', 1);
INSERT INTO orders VALUES (5, 'O-5', 17, 1, 'For Cleo, with love');
INSERT INTO orders VALUES (6, 'O-6', 17, 2, '');
INSERT INTO orders VALUES (7, 'O-7', 18, 1, '');
INSERT INTO order_lines VALUES (1, 5, 'p-001', 1);
INSERT INTO order_lines VALUES (2, 5, 'p-017', 2);
INSERT INTO order_lines VALUES (3, 6, 'p-001', 1);
INSERT INTO order_lines VALUES (4, 7, 'p-002', 1);
INSERT INTO invoices VALUES (1, 'I-1', 17, 5, '2026-11-01', 'Ada Larkin');
INSERT INTO invoices VALUES (2, 'I-2', 17, 6, '2019-11-01', 'Ada Larkin');
INSERT INTO invoices VALUES (3, 'I-3', 18, 7, '2026-11-02', 'Ben Moss');
INSERT INTO support_notes VALUES (1, 17, 'Otto', 'Her neighbour Dev Hill took the parcel');
INSERT INTO support_notes VALUES (2, 18, 'Otto', 'Write to Ada@example.test instead, or ask C-1001; not C-10011.');
INSERT INTO reviews VALUES (1, 17, 'Ada L.', 5);
INSERT INTO reviews VALUES (2, 18, 'Ben', 4);
"""

_ORDER = {"purpose": "orders", "owner": "mine", "key": "id"}
FILE = {
    "system": "shop",
    "kind": "sql",
    "title": {"en": "The shop"},
    "url_env": "TEST_SHOP_URL",
    "identifier": "customer",
    "subject_key": "customers.number",
    "tables": {
        "customers": {
            **_ORDER,
            "path": "customers.number",
            "on_erasure": "delete",
            "columns": {
                "number": {"category": "contact", "title": {"en": "customer number"}},
                "name": {"category": "name", "title": {"en": "name"}, "rectify": True},
                "email": {"category": "contact", "title": {"en": "e-mail"}, "rectify": True},
                "phone": {"category": "contact", "title": {"en": "telephone"}, "rectify": True},
            },
            "references": {"address_id": "addresses.id"},
        },
        "addresses": {
            **_ORDER,
            "owner": "shared",
            "path": "customers.address_id -> addresses.id",
            "also": ["orders.delivery_address_id -> addresses.id"],
            "on_erasure": "delete",
            "shared_through": ["customers.address_id", "orders.delivery_address_id"],
            "columns": {
                "line1": {"category": "address", "title": {"en": "street"}},
                "postcode": {"category": "address", "title": {"en": "postcode"}},
            },
        },
        "orders": {
            **_ORDER,
            "path": "orders.customer_id -> customers.id",
            "on_erasure": "delete",
            "columns": {
                "number": {"category": "purchases", "title": {"en": "order number"}},
                "gift_note": {"category": "purchases", "title": {"en": "note"}, "may_name_others": True},
            },
            "references": {"delivery_address_id": "addresses.id"},
        },
        "order_lines": {
            **_ORDER,
            "path": "order_lines.order_id -> orders.id",
            "on_erasure": "delete",
            "columns": {
                "product_id": {"category": "purchases", "title": {"en": "item"}},
                "qty": {"category": "purchases", "title": {"en": "quantity"}},
            },
        },
        "invoices": {
            **_ORDER,
            "path": "invoices.customer_id -> customers.id",
            "on_erasure": "keep",
            "keep": {
                "until": {"column": "issued_on", "plus": {"years": 6}},
                "law": {"en": "Value-Added Tax Consolidation Act 2010, section 84"},
                "unlink": ["customer_id", "order_id"],
            },
            "columns": {
                "number": {"category": "payment", "title": {"en": "invoice number"}},
                "issued_on": {"category": "payment", "title": {"en": "issued on"}},
                "name": {"category": "name", "title": {"en": "name on the invoice"}},
            },
        },
        "support_notes": {
            **_ORDER,
            "path": "support_notes.customer_id -> customers.id",
            "on_erasure": "delete",
            "columns": {
                "author": {"category": "contact", "title": {"en": "by"}, "owner": "someone_else"},
                "text": {"category": "contact", "title": {"en": "noted"}, "may_name_others": True},
            },
        },
        "reviews": {
            **_ORDER,
            "path": "reviews.customer_id -> customers.id",
            "on_erasure": "blank",
            "columns": {
                "signed": {"category": "name", "title": {"en": "signed"}},
                "stars": {"category": "preferences", "title": {"en": "stars"}, "owner": "someone_else"},
            },
        },
    },
    "suppression": {"table": "suppressions", "column": "key"},
}


def build(url: str) -> sa.Engine:
    """Make the shop's tables anew and put Ada and Ben into them."""
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        for statement in (SCHEMA + ROWS).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    return engine
