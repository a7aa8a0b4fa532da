"""The tables that upstream's migrations make, with what the stand-in of the API reads of them."""

from alembic import op

revision = "9ee276de27bb"
down_revision = None

KEY = "id uuid PRIMARY KEY DEFAULT gen_random_uuid()"
OTHERS = ("user_tenant_roles", "budgets", "access_logs", "token_savings_log")
# By the names that upstream's revisions give them.
INDEXES = """
CREATE INDEX idx_memories_tenant_id ON memories (tenant_id);
CREATE INDEX idx_memories_project ON memories (project);
CREATE INDEX idx_memories_content_fts ON memories USING gin (to_tsvector('english', coalesce(content, '')));
CREATE UNIQUE INDEX idx_memories_tenant_content_hash ON memories (tenant_id, content_hash);
CREATE INDEX idx_kg_nodes_tp ON knowledge_graph_nodes (tenant_id, project);
"""


def upgrade():
    for extension in ("pgcrypto", "vector"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.execute(f"""CREATE TABLE memories ({KEY}, tenant_id uuid NOT NULL, content text NOT NULL, source text, project text,
        layer text, importance float DEFAULT 0.5, created_at timestamptz DEFAULT now(), content_hash text, embedding vector)""")
    op.execute("""CREATE TABLE memory_embeddings (memory_id uuid REFERENCES memories ON DELETE CASCADE,
        model_name text, embedding vector NOT NULL, PRIMARY KEY (memory_id, model_name))""")
    op.execute(f"""CREATE TABLE knowledge_graph_nodes ({KEY}, tenant_id uuid, project text, node_id text,
        CONSTRAINT uq_tenant_project_node UNIQUE (tenant_id, project, node_id))""")
    op.execute(f"""CREATE TABLE knowledge_graph_edges ({KEY}, tenant_id uuid, project text, source_node_id uuid,
        target_node_id uuid, relation text,
        CONSTRAINT uq_kg_edge UNIQUE (tenant_id, project, source_node_id, target_node_id, relation))""")
    op.execute(f"CREATE TABLE tenants ({KEY}, name text NOT NULL, tier text NOT NULL DEFAULT 'free')")
    for name in OTHERS:
        op.execute(f"CREATE TABLE {name} ({KEY})")
    op.execute(INDEXES)
