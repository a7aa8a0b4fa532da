import type { Version } from './written-series';

/**
 * Indexes that every search reads or that keep rows from being there twice, as the migrations of a version have made them in
 * the end, by the commit of upstream.
 * @see https://github.com/dreamsoft-pro/RAE-agentic-memory/tree/3243807cc95d6f6c29ca57edb48b1274378f36c4/alembic/versions
 */
export const indexes: Readonly<Record<Version, readonly string[]>> = {
  '3243807c': [
    'memories_pkey',
    'idx_memories_tenant_id',
    'idx_memories_project',
    'idx_memories_content_fts',
    'idx_memories_tenant_content_hash',
    'memory_embeddings_pkey',
    'uq_tenant_project_node',
    'idx_kg_nodes_tp',
    'uq_kg_edge',
  ],
};

/** A query whose only row is `all there`, or the names of those that are missing or broken. */
export function indexQuery(version: Version): string {
  const wanted = indexes[version].map((name) => `('${name}')`).join(', ');
  return `SELECT coalesce('missing or broken: ' || string_agg(name, ', '), 'all there')
  FROM (VALUES ${wanted}) AS wanted (name)
  WHERE NOT EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(name) AND indisvalid);`;
}
