"""The tables that upstream's migrations make, with what the stand-in of the API reads of them."""

from alembic import op

revision = "9ee276de27bb"
down_revision = None

KEY = "id uuid PRIMARY KEY DEFAULT gen_random_uuid()"
OTHERS = ("user_tenant_roles", "budgets", "access_logs", "token_savings_log", "knowledge_graph_nodes", "knowledge_graph_edges")


def upgrade():
    for extension in ("pgcrypto", "vector"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.execute(f"""CREATE TABLE memories ({KEY}, tenant_id uuid NOT NULL, content text NOT NULL, source text, project text,
        layer text, importance float DEFAULT 0.5, created_at timestamptz DEFAULT now(), embedding vector)""")
    op.execute("CREATE INDEX idx_memories_tenant_id ON memories (tenant_id)")
    op.execute("""CREATE TABLE memory_embeddings (memory_id uuid REFERENCES memories ON DELETE CASCADE,
        model_name text, embedding vector NOT NULL, PRIMARY KEY (memory_id, model_name))""")
    op.execute(f"CREATE TABLE tenants ({KEY}, name text NOT NULL, tier text NOT NULL DEFAULT 'free')")
    for name in OTHERS:
        op.execute(f"CREATE TABLE {name} ({KEY})")
